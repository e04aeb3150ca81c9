"""The Excel form out and in: what is clear is taken, what is not is told by its cell, never a silent zero."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.services.surveys import jobs
from yakuba.services.surveys.actions import answers, imports
from yakuba.services.surveys.engine.conditions import Condition, in_words
from yakuba.services.surveys.engine.forms import layout, reading, workbook, writing
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.models import Answers, Asked, FormImport
from yakuba.services.surveys.tests import examples

TEXT = examples.SMALL.format(
    survey="small", title="見本", edition="2026", as_of="2026-04-01", bodies='"131016"'
)
QUIET = SimpleNamespace(progress=lambda *_: None, check=lambda: None)


@pytest.fixture(scope="module")
def definition():
    return read_definition(TEXT)


@pytest.fixture(scope="module")
def template(definition):
    return writing.template(definition)


def filled(template, definition, values, change=None, code="131016"):
    """The form of a body with these cells, by defined name without its prefix."""
    book = openpyxl.load_workbook(io.BytesIO(template.for_body(code, "千代田区")))
    by_name = {place.name: place for place in layout.places(definition)}
    for name, value in values.items():
        place = by_name[f"ans_{name}"]
        book[place.sheet][place.cell] = value
    if change is not None:
        change(book, by_name)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def read(content, definition):
    told, _ = next(workbook.read_workbook(io.BytesIO(content), layout.HIDDEN))
    return reading.read_form(definition, told)


def test_the_form_is_locked_but_for_its_answers_and_says_whose_it_is(template, definition):
    book = openpyxl.load_workbook(io.BytesIO(template.for_body("131016", "千代田区<&>")))
    assert [sheet.sheet_state for sheet in book] == [
        "visible",
        "veryHidden",
        "visible",
        "visible",
        "veryHidden",
    ]
    assert book["表紙"]["B4"].value == "千代田区<&>"
    assert [book[layout.HIDDEN][f"A{at}"].value for at in (1, 2, 3)] == ["small", "2026", "131016"]
    sheet = book["1 導入"]
    assert sheet.protection.sheet
    assert not sheet["D5"].protection.locked
    assert sheet["B5"].protection.locked
    assert len(book.defined_names) == len(layout.places(definition))
    assert {one.type for one in sheet.data_validations.dataValidation} == {"list", "whole"}


def test_a_form_says_when_a_question_is_asked_and_what_was_answered_last_time(template, definition):
    last = {
        "ai": "yes",
        "kinds": "letters",
        "cases": "1200",
        "trouble.money": "much",
        "words": "<b>&",
        "since": "2025-04-01",
        "systems": '[["甲","1"]]',
    }
    beside = writing.answered_last(layout.places(definition), last)
    content = template.for_body("131016", "千代田区", beside)
    book = openpyxl.load_workbook(io.BytesIO(content))
    first, second = book["1 導入"], book["2 課題"]
    assert "問1が「はい」のときだけ答える" in first["C6"].value
    assert [first[f"E{at}"].value or "" for at in range(4, 10)] == [
        "前回の答え",
        "はい",
        "",
        "",
        "○",
        "1,200件",
    ]
    assert first["E5"].protection.locked
    told = {str(second[f"B{at}"].value).strip(): second[f"F{at}"].value or "" for at in range(5, 20)}
    assert (told["予算"], told["人材"], told["自由に"]) == ("重い", "", "<b>&")
    assert not read(content, definition).values, "last year's answers are nobody's answers"
    old = writing.answered_last(layout.places(definition), {"cases": "たくさん", "ai": "maybe"})
    assert (old["ans_cases"], old["ans_ai"]) == ("たくさん", "maybe")


def test_conditions_are_said_in_words():
    def name(key):
        return {"a": "問1", "b": "問2の「予算」"}[key]

    def said(key, value):
        return {"yes": "はい", "no": "いいえ"}.get(value, value)

    is_yes, large = Condition("is", "a", ("yes",)), Condition("at_least", "b", ("5",))
    either = Condition("any", parts=(large, Condition("one_of", "a", ("yes", "no"))))
    told = in_words(Condition("all", parts=(is_yes, either)), name, said)
    assert told == "問1が「はい」、かつ（問2の「予算」が5以上、または問1が「はい」、「いいえ」のどれか）"
    assert (
        in_words(Condition("not", parts=(Condition("filled", "b"),)), name, said)
        == "（問2の「予算」に答えがある）のではない"
    )


def test_what_is_clear_is_read(template, definition):
    def percent(book, places):
        cell = book[places["ans_rate"].sheet][places["ans_rate"].cell]
        cell.value, cell.number_format = 0.355, "0.0%"

    content = filled(template, definition, {
        "ai": "はい", "kinds__voice": "〇", "cases": "１，２３４ 件", "trouble__money": "2", "people": 7, "since": "令和8年4月1日",
        "words": "=危ない", "systems__1__name": "台帳", "systems__1__users": "３",
    } | {}, percent)  # fmt: skip
    # openpyxl takes a text with = in front for a formula that was never calculated, as Excel would
    form = read(content, definition)
    assert form.body == "131016"
    assert form.values == {"ai": "yes", "kinds": "voice", "cases": "1234", "trouble.money": "little", "people": "7", "since": "2026-04-01",
                           "rate": "35.5", "systems": '[["台帳", "3"]]'}  # fmt: skip
    assert [one.place for one in form.faults] == ["2 課題!D11"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("cases", "=1/0", "計算されていません"),
        ("cases", "#REF!", "式の誤り"),
        ("cases", "#DIV/0!", "式の誤り"),
        ("cases", "約100件", "数として読めません"),
        ("cases", "-", "0のときは0と書いてください"),
        ("cases", 1.5, "整数"),
        ("rate", 120, "大きすぎます（100%まで）"),
        ("people", -1, "小さすぎます"),
        ("ai", "たぶん", "選択肢にありません"),
        ("kinds__voice", "△", "印として読めません"),
        ("since", "令和8年13月1日", "月"),
        ("systems__1__users", "数人", "1行目の「人数」"),
    ],
)
def test_what_is_not_clear_is_told_by_its_cell_and_gives_no_answer(template, definition, name, value, told):
    form = read(filled(template, definition, {name: value}), definition)
    (fault,) = form.faults
    place = next(one for one in layout.places(definition) if one.name == f"ans_{name}")
    assert told in fault.reason
    assert place.sheet in fault.place
    assert place.field.key not in form.values


def cached(content: bytes, old: str, new: str) -> bytes:
    """The workbook with a piece of its sheets' XML exchanged."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(held, "w") as out:
        for name in archive.namelist():
            data = archive.read(name).decode() if name.endswith(".xml") else archive.read(name)
            out.writestr(name, data.replace(old, new) if isinstance(data, str) else data)
    return held.getvalue()


@pytest.mark.parametrize(
    ("new", "value", "told"),
    [
        ('<c r="D9" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "", "式の誤り「#DIV/0!」"),
        ('<c r="D9"><f>#REF!+1</f><v>5</v></c>', "", "なくなったセル"),
        ('<c r="D9"><f>2+3</f><v>5</v></c>', "5", ""),
        ('<c r="D9" t="str"><f>"5"&amp;"件"</f><v>5件</v></c>', "5", ""),
    ],
)
def test_formulas_count_only_with_a_value_that_is_right(template, definition, new, value, told):
    content = filled(template, definition, {"cases": 77})
    place = next(one for one in layout.places(definition) if one.name == "ans_cases")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet3.xml").decode()
    start = sheet.index(f'<c r="{place.cell}"')
    cell = sheet[start : sheet.index("</c>", start) + 4]
    form = read(cached(content, cell, new.replace("D9", place.cell)), definition)
    assert form.values.get("cases", "") == value
    assert [told in one.reason for one in form.faults] == ([True] if told else [])


def test_merged_answers_and_lost_names_are_told_and_hidden_rows_are_read(template, definition):
    def change(book, places):
        book["2 課題"].merge_cells("D6:D7")
        book["1 導入"].row_dimensions[9].hidden = True
        del book.defined_names["ans_people"]
        book.defined_names["ans_rate"].attr_text = "#REF!"

    form = read(filled(template, definition, {"trouble__money": "重い", "cases": 3}, change), definition)
    assert form.values == {"trouble.money": "much", "cases": "3"}
    told = "\n".join(str(one) for one in form.faults)
    assert "2 課題!D7: 「課題の重さ：人材」D6と結合されています" in told
    assert told.count("欄がファイルからなくなっています") == 2


def test_a_form_of_another_edition_and_a_broken_file_are_refused(template, definition):
    other = read_definition(TEXT.replace('edition: "2026"', 'edition: "2025"'))
    changed = read_definition(TEXT.replace("no: いいえ", "no: いいえ, wait: 検討中"))
    content = filled(template, definition, {})
    for wanted, told in ((other, "別の調査"), (changed, "形が、今のものと違います")):
        with pytest.raises(Exception, match=told):
            read(content, wanted)
    for broken in (content[:900], b"PK\x03\x04nothing", b"", b"a,b\n"):
        with pytest.raises(Exception, match="壊れている"):
            next(workbook.read_workbook(io.BytesIO(broken), layout.HIDDEN))


def zipped(*files: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.django_db(transaction=True)
def test_many_files_are_one_job_and_each_stands_for_itself(page, edition, template):
    definition = edition.definition
    made = writing.template(definition)
    good = filled(made, definition, {"ai": "いいえ", "cases": 5})
    files = (
        ("a.xlsx", good), ("b.xlsx", filled(made, definition, {"cases": "約3"}, code="131024")), ("c.xlsx", good[:1000]),
        ("again.xlsx", good), ("gone.xlsx", filled(made, definition, {}, code="999999")), ("memo.txt", b"memo"),
    )  # fmt: skip
    answer = page.post(
        reverse("surveys:forms", args=[edition.pk]),
        {"files": SimpleUploadedFile("forms.zip", zipped(*files))},
    )
    run = FormImport.objects.get()
    assert answer.url == reverse("surveys:form_import", args=[run.pk])
    jobs.take_in(QUIET, form_import_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.file) == ("done", None)
    told = {one.name: one for one in run.files.all()}
    assert told["a.xlsx"].taken == 2
    assert "1 導入!D9" in told["b.xlsx"].faults[0]
    assert "壊れている" in told["c.xlsx"].not_read
    assert "二つあります" in told["again.xlsx"].not_read
    assert "999999" in told["gone.xlsx"].not_read
    assert "壊れている" in told["memo.txt"].not_read
    assert Asked.objects.get(edition=edition, code="131016").state == "answered"
    assert Asked.objects.get(edition=edition, code="131024").state == "partly"
    shown = page.get(answer.url).content.decode()
    assert "約3" in shown
    assert "二つあります" in shown
    # what is there already stays, until somebody says that it is to be replaced
    again = imports.hand_in(
        edition, [("a.xlsx", io.BytesIO(filled(made, definition, {"ai": "はい"})))], False, actor=None
    )
    jobs.take_in(QUIET, form_import_id=again.pk)
    assert "答えはもうあります" in again.files.get().not_read
    assert Answers.objects.get(asked__code="131016", is_newest=True).values["ai"] == "no"
    again = imports.hand_in(
        edition, [("a.xlsx", io.BytesIO(filled(made, definition, {"ai": "はい"})))], True, actor=None
    )
    jobs.take_in(QUIET, form_import_id=again.pk)
    assert Answers.objects.get(asked__code="131016", is_newest=True).values["ai"] == "yes"


def test_forms_go_out_as_one_archive(page, edition):
    answer = page.get(reverse("surveys:make_forms", args=[edition.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"small-2026-{code}.xlsx" for code in sorted((examples.OWN, *examples.OTHERS))
        ]
        book = openpyxl.load_workbook(io.BytesIO(archive.read("small-2026-131130.xlsx")))
    assert book[layout.HIDDEN]["A3"].value == "131130"
    assert book["表紙"]["B4"].value == "東京都渋谷区"


def test_the_form_of_a_body_has_its_own_answers_of_last_year_and_nobody_elses(page, clerk, in_yakuba_city):
    before = examples.opened(edition="2025", as_of="2025-04-01")
    for code, cases in (("131016", "11"), ("131024", "22")):
        asked = Asked.objects.get(edition=before, code=code)
        answers.keep(asked, {"ai": "yes", "cases": cases}, Answers.Way.PROXY, actor=clerk, reason="見本")
    now = examples.opened()
    archive = b"".join(page.get(reverse("surveys:make_forms", args=[now.pk])))
    with zipfile.ZipFile(io.BytesIO(archive)) as forms:
        cells = {}
        for name in forms.namelist():
            book = openpyxl.load_workbook(io.BytesIO(forms.read(name)))
            cells[book[layout.HIDDEN]["A3"].value] = book["1 導入"]["E9"].value or ""
    assert (cells["131016"], cells["131024"], cells["011002"]) == ("11件", "22件", "")
