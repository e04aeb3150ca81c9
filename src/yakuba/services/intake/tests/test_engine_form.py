"""What a form asks, when, and what is an answer: without a database."""

import pytest

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.services.intake.engine import answering
from yakuba.services.intake.engine.form import left_out, parse_form
from yakuba.services.intake.pages.offers import LOOK_AT_ADDRESS, LOOK_AT_KANA, with_offers

PROCEDURE = parse_procedure(
    {
        "procedure": "pass",
        "title": "乗車券",
        "version": 1,
        "baseline": {"minutes_per_case": 4.0, "kind": "estimated", "source": "試験"},
        "fields": [
            {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
            {"code": "day", "label": "申請日", "type": "date", "required": True},
            {"code": "name", "label": "氏名", "type": "name", "required": True},
            {
                "code": "birth",
                "label": "生年月日",
                "type": "date",
                "required": True,
                "range": ["1926-12-25", "2020-04-01"],
            },
            {
                "code": "kind",
                "label": "区分",
                "type": "choice",
                "required": True,
                "options": {"old": "70歳以上", "student": "通学"},
            },
            {"code": "routes", "label": "路線", "type": "choices", "options": {"east": "東", "west": "西"}},
            {"code": "school", "label": "学校", "type": "text", "required": True},
            {"code": "days", "label": "週の日数", "type": "number", "range": ["1", "7"]},
            {"code": "total", "label": "合計", "type": "number", "sum_of": ["days", "extra"]},
            {"code": "extra", "label": "追加", "type": "number"},
            {"code": "my_number", "label": "個人番号", "type": "my_number", "required": True},
        ],
    },
    "試験",
)
STUDENT = {"field": "kind", "is": "student"}
DOCUMENT = {
    "pages": [
        {"title": "あなた", "fields": ["name", "birth", "kind"]},
        {"title": "学校", "fields": ["school", "days"], "when": STUDENT},
        {"title": "路線", "fields": ["routes"]},
    ],
    "fields": {"days": {"required": False}},
    "files": [{"code": "card", "label": "学生証", "required": True, "when": STUDENT}],
}


def test_the_houses_own_cut_asks_everything_but_what_no_resident_may_send():
    form = parse_form({}, PROCEDURE)
    assert form.sent_on == "day"
    assert list(form.questions) == ["name", "birth", "kind", "routes", "school", "days", "total", "extra"]
    assert [len(page.questions) for page in form.pages] == [5, 3]
    assert [field.code for field in left_out(form)] == ["my_number"]


def test_a_page_is_asked_of_whom_its_condition_holds_for():
    form = parse_form(DOCUMENT, PROCEDURE)
    pages, answers = form.asked({"kind": "old", "school": "やくば高校"})
    assert [page.title for page in pages] == ["あなた", "路線"]
    assert "school" not in answers, "an answer to what is not asked any more is none"
    pages, _ = form.asked({"kind": "student"})
    assert [page.title for page in pages] == ["あなた", "学校", "路線", "写真や書類"]
    assert answering.files_missing(pages, {}) == {"card": "「学生証」を付けてください。"}
    assert answering.files_missing(pages, {"card": 1}) == {}


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"field": "kind", "is": "student"}, {"kind": "student"}, {}),
        ({"field": "kind", "is_not": "student"}, {}, {"kind": "student"}),
        ({"field": "kind", "one_of": ["old", "student"]}, {"kind": "old"}, {}),
        ({"field": "routes", "includes": "east"}, {"routes": "east,west"}, {"routes": "west"}),
        ({"field": "name", "filled": True}, {"name": "山田"}, {}),
        ({"field": "name", "empty": True}, {}, {"name": "山田"}),
        ({"field": "days", "at_least": 5}, {"days": "10"}, {"days": "4"}),
        ({"field": "days", "at_most": 5}, {"days": "5"}, {"days": "10"}),
        ({"field": "birth", "at_most": "昭和31年4月1日"}, {"birth": "1950-01-01"}, {"birth": "1990-01-01"}),
        ({"all": [STUDENT, {"field": "days", "filled": True}]}, {"kind": "student", "days": "1"}, STUDENT),
        ({"any": [STUDENT, {"field": "days", "filled": True}]}, {"days": "1"}, {}),
        ({"not": STUDENT}, {}, {"kind": "student"}),
    ],
)  # fmt: skip
def test_every_operator(when, yes, no):
    pages = [{"fields": ["name", "birth", "kind", "routes", "days"]}, {"fields": ["school"], "when": when}]
    form = parse_form({"pages": pages}, PROCEDURE)
    assert len(form.asked(yes)[0]) == 2
    assert len(form.asked(no)[0]) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pages": [{"fields": ["school"], "when": STUDENT}, {"fields": ["kind"]}]}, "前のページで聞く項目ではありません"),
        ({"pages": [{"fields": ["kind", "school"]}], "fields": {"school": {"when": STUDENT}}}, "前のページ"),
        ({"pages": [{"fields": ["name"]}, {"fields": ["name"]}]}, "二度"),
        ({"pages": [{"fields": ["my_number"]}]}, "ウェブでは聞けません"),
        ({"pages": [{"fields": ["nothing"]}]}, "手続にありません"),
        ({"pages": [{"fields": []}]}, "fields がありません"),
        ({"pages": [{"fields": ["kind"]}, {"fields": ["name"], "when": {"field": "kind", "matches": "x"}}]}, "どれか1つ"),
        ({"pages": [{"fields": ["kind"]}, {"fields": ["name"], "when": {"field": "kind", "is": "x"}}]}, "条件の値"),
        ({"pages": [{"fields": ["kind"]}, {"fields": ["name"], "when": {"all": []}}]}, "並べて"),
        ({"pages": [{"fields": "name"}]}, "のように並べて"),
        ({"pages": {"title": "一"}}, "行を分けて"),
        ({"pages": ["name"]}, "行を分けて"),
        ({"files": {"code": "card"}}, "行を分けて"),
        ({"sent_on": "name"}, "日付の項目"),
        ({"files": [{"code": "A b", "label": "x"}]}, "英小文字"),
        ({"fields": {"nothing": {}}}, "聞いていません"),
        ({"unknown": 1}, "知らない指定"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_asked_is_refused(change, said):
    with pytest.raises(DefinitionError, match=said):
        parse_form(DOCUMENT | change, PROCEDURE)


def test_answers_are_read_in_either_calendar_and_faults_are_told_by_field():
    form = parse_form(DOCUMENT, PROCEDURE)
    typed = {"name": "山田　太郎", "birth": "S31.4.1", "kind": ""}
    found = answering.check_page(form, form.pages[0], typed, {})
    assert found.values == {"name": "山田太郎", "birth": "1956-04-01", "kind": ""}
    assert found.faults == {"kind": "区分を選んでください。"}
    typed["birth"] = "2025/1/1"
    found = answering.check_page(form, form.pages[0], typed, {})
    assert "生年月日は昭和元年12月25日から令和2年4月1日までで" in found.faults["birth"]
    typed["birth"] = "きのう"
    found = answering.check_page(form, form.pages[0], typed, {})
    assert found.values["birth"] == "きのう", "what is wrong is kept as it was typed"


def test_a_sum_that_is_wrong_is_told_where_it_was_typed():
    form = parse_form({"pages": [{"fields": ["days", "extra"]}, {"fields": ["total"]}]}, PROCEDURE)
    found = answering.check_page(form, form.pages[1], {"total": "9"}, {"days": "3", "extra": "4"})
    assert list(found.faults) == ["total"]
    assert answering.check_page(form, form.pages[1], {"total": "7"}, {"days": "3", "extra": "4"}).faults == {}


def test_an_empty_kana_or_address_is_offered_and_a_written_one_is_left_alone():
    document = {
        **{key: "kana" for key in ("procedure", "title")},
        "version": 1,
        "baseline": {"minutes_per_case": 1.0, "kind": "estimated", "source": "試験"},
        "fields": [
            {"code": "name", "label": "氏名", "type": "name", "required": True},
            {"code": "kana", "label": "フリガナ", "type": "kana", "required": True, "reading_of": "name"},
            {"code": "postal", "label": "郵便番号", "type": "postal_code", "postal_code_of": "address"},
            {"code": "address", "label": "住所", "type": "address", "required": True},
        ],
    }
    form = parse_form({}, parse_procedure(document, "試験"))
    page = form.pages[0]

    def offered(**typed):
        return with_offers(page, answering.check_page(form, page, typed, {}), {})

    found = offered(name="山田太郎", postal="100-0001")
    assert (found.values["kana"], found.values["address"]) == ("ヤマダタロウ", "東京都千代田区千代田")
    assert found.faults == {"kana": LOOK_AT_KANA, "address": LOOK_AT_ADDRESS}
    assert offered(name="山田太郎", kana="さんだ", postal="100-0001", address="どこか").faults == {}
    assert "address" in offered(postal="999-9999").faults, "a code that stands for no place offers none"
