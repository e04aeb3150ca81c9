"""Forms as people and programs really give them back: copied sheets, odd numbers, damaged archives. One bad file or cell takes nothing
from the good ones, and no cell becomes a zero that nobody wrote."""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from types import SimpleNamespace

import pytest

from yakuba.services.surveys import jobs
from yakuba.services.surveys.actions import imports
from yakuba.services.surveys.engine.forms import layout, workbook, writing
from yakuba.services.surveys.models import Asked, FormFile
from yakuba.services.surveys.tests.test_forms import cached, definition, filled, read, template, zipped

QUIET = SimpleNamespace(progress=lambda *_: None, check=lambda: None)
__all__ = ["definition", "template"]


def with_cell(content: bytes, definition, name: str, new: str) -> bytes:
    """The form with this XML in place of the cell of that name; CELL stands for its attributes."""
    place = next(one for one in layout.places(definition) if one.name == f"ans_{name}")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.namelist():
            if not part.startswith("xl/worksheets/sheet"):
                continue
            found = re.search(f'<c r="{place.cell}"( s="[0-9]+")[^>]*>.*?</c>', archive.read(part).decode())
            if found and "777" in found[0]:
                return cached(content, found[0], new.replace("CELL", f'r="{place.cell}"{found[1]}'))
    raise AssertionError("the cell is not there")


@pytest.mark.parametrize(
    ("new", "value"),
    [
        ("<c CELL><v>NaN</v></c>", None),
        ("<c CELL><v>INF</v></c>", None),
        ("<c CELL><v>1e308</v></c>", None),
        ("<c CELL><v>1e999</v></c>", None),
        ("<c CELL><v>1_000</v></c>", None),
        ("<c CELL><v>0.00000000001</v></c>", None),  # not 0
        ('<c CELL t="s"><v>99999</v></c>', None),
        ('<c CELL t="s"><v>-1</v></c>', None),
        ('<c CELL t="b"><v>1</v></c>', None),
        ('<c CELL t="d"><v>2026-04-01</v></c>', None),
        ("<c CELL><v>3.0000000000000004</v></c>", "3"),
        ("<c CELL><v>1.2E3</v></c>", "1200"),
        ("<c CELL><v>0</v></c>", "0"),
        ('<c CELL t="inlineStr"><is><t>１，２３４件</t></is></c>', "1234"),
    ],
)
def test_a_cell_that_is_no_clear_number_is_told_and_the_others_stay(template, definition, new, value):
    content = with_cell(filled(template, definition, {"ai": "はい", "cases": 777}), definition, "cases", new)
    form = read(content, definition)
    assert form.values == {"ai": "yes"} | ({} if value is None else {"cases": value})
    assert len(form.faults) == (value is None)


@pytest.mark.parametrize(
    ("style", "written", "read_as"),
    [
        ('yyyy"年"m"月"', 46113, None),  # a month that Excel made of a number is no 46,113
        ("mmm-yy", 46113, None),
        ("ggge", 46113, None),
        ("h:mm", 0.5, None),
        ("mm:ss.0", 0.5, None),
        ("0.00E+00", 1200, "1200"),
        ("[Red]#,##0", 1200, "1200"),
        ('#,##0"件 (day)"', 1200, "1200"),
        ("General", 1200, "1200"),
        ("0%", 12, None),  # a per cent where pieces are asked
    ],
)
def test_what_a_number_format_shows_decides_what_a_number_is(template, definition, style, written, read_as):
    def change(book, places):
        cell = book[places["ans_cases"].sheet][places["ans_cases"].cell]
        cell.value, cell.number_format = written, style

    form = read(filled(template, definition, {}, change), definition)
    assert form.values.get("cases") == read_as
    assert len(form.faults) == (read_as is None)


@pytest.mark.parametrize(
    ("style", "written", "read_as"),
    [
        ("0%", 0.5, "50"),
        ("0.0%", 0.005, "0.5"),
        ("General", 50, "50"),
        ("0%", 1e-12, None),
        ("0%", 1.01, None),
    ],
)
def test_per_cents_are_read_as_they_are_seen(template, definition, style, written, read_as):
    def change(book, places):
        cell = book[places["ans_rate"].sheet][places["ans_rate"].cell]
        cell.value, cell.number_format = written, style

    form = read(filled(template, definition, {}, change), definition)
    assert form.values.get("rate") == read_as
    assert len(form.faults) == (read_as is None)


def test_half_a_day_is_no_date(template, definition):
    def change(book, places):
        cell = book[places["ans_since"].sheet][places["ans_since"].cell]
        cell.value, cell.number_format = 0.5, "yyyy/m/d"

    form = read(filled(template, definition, {}, change), definition)
    assert "since" not in form.values
    assert len(form.faults) == 1


@pytest.mark.parametrize(
    ("original", "copied", "read_as"),
    [
        ("はい", "はい", "yes"),
        ("はい", None, None),
        (None, "いいえ", None),
        ("はい", "いいえ", None),
        (None, None, None),
    ],
)
def test_a_copied_sheet_takes_no_answer_away(template, definition, original, copied, read_as):
    """Excel gives the copy the same names again; what both say counts, what one says alone is told."""

    def change(book, places):
        sheet = book["1 導入"]
        other = book.copy_worksheet(sheet)
        for name, place in places.items():
            if place.sheet == "1 導入":
                local = copy(book.defined_names[name])
                local.attr_text = local.attr_text.replace("1 導入", other.title)
                other.defined_names[name] = local
        sheet[places["ans_ai"].cell], other[places["ans_ai"].cell] = original, copied

    form = read(filled(template, definition, {}, change), definition)
    assert form.values.get("ai") == read_as
    assert len(form.faults) == (original != copied)


def test_a_whole_column_that_was_merged_is_told(template, definition):
    form = read(
        filled(template, definition, {}, lambda book, places: book["1 導入"].merge_cells("D1:D60000")),
        definition,
    )
    assert not form.values
    assert {one.place.partition("!")[0] for one in form.faults} == {"1 導入"}


def test_a_workbook_with_a_password_says_so():
    with pytest.raises(Exception, match="パスワード"):
        next(
            workbook.read_workbook(
                io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), layout.HIDDEN
            )
        )


def damaged(content: bytes) -> bytes:
    """A workbook whose packed bytes are broken in the middle, with its list of parts whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = next(one for one in archive.infolist() if one.filename == "xl/workbook.xml")
    start = info.header_offset + 30 + len(info.filename)
    return content[:start] + b"\xff" * 200 + content[start + 200 :]


def heavy(content: bytes) -> bytes:
    """A workbook of a few hundred kilobytes with 30 sheets of 30 MB each."""
    sheet = b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>"
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in archive.namelist():
            is_sheet = name.startswith("xl/worksheets/sheet")
            out.writestr(name, sheet if is_sheet else archive.read(name))
    return held.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_hostile_file_in_the_middle_takes_no_other_with_it(edition):
    made = writing.template(edition.definition)
    good = filled(made, edition.definition, {"ai": "いいえ", "cases": 777})
    last = filled(made, edition.definition, {"ai": "はい"}, code="131130")
    odd = with_cell(good, edition.definition, "cases", "<c CELL><v>1e999</v></c>")
    files = (
        ("1.xlsx", good),
        ("2.xlsx", damaged(good)),
        ("3.xlsx", odd),
        ("4.xlsx", heavy(good)),
        ("5.xlsx", last),
    )
    run = imports.hand_in(edition, [("forms.zip", io.BytesIO(zipped(*files)))], False, actor=None)
    jobs.take_in(QUIET, form_import_id=run.pk)
    run.refresh_from_db()
    told = {one.name: one for one in run.files.all()}
    assert run.state == "done"
    assert [told[name].taken for name, _ in files] == [2, 0, 0, 0, 1]
    assert "壊れている" in told["2.xlsx"].not_read
    assert told["4.xlsx"].not_read
    assert Asked.objects.get(edition=edition, code="131130").answers.count() == 1


@pytest.mark.django_db(transaction=True)
def test_files_of_the_same_name_are_all_read(edition):
    """Two sections each packed their folder: each holds a file of the same name, and killed half way none is passed over."""
    made = writing.template(edition.definition)
    codes = ("131016", "131024", "131130")
    forms = [filled(made, edition.definition, {"ai": "いいえ"}, code=code) for code in codes]
    with_two = zipped(("回答/調査票.xlsx", forms[0]), ("調査票.xlsx", forms[1]))
    files = [("東.zip", io.BytesIO(with_two)), ("西.zip", io.BytesIO(zipped(("調査票.xlsx", forms[2]))))]
    run = imports.hand_in(edition, files, False, actor=None)

    def killed(*_):
        if FormFile.objects.filter(run=run).count() == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.take_in(SimpleNamespace(progress=killed, check=lambda: None), form_import_id=run.pk)
    jobs.take_in(QUIET, form_import_id=run.pk)
    assert {one.asked.code: one.taken for one in run.files.all()} == dict.fromkeys(codes, 1)
