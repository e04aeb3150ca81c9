"""From what a person does to the words of a scenario: values, buttons, landmarks, and the draft they are put into."""

from __future__ import annotations

import pytest

from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine import drafts, translating
from yakuba.services.robots.engine.browser import Page
from yakuba.services.robots.engine.loader import load, load_login
from yakuba.services.robots.engine.scenario import Element, EntryKind, Role
from yakuba.services.robots.engine.secrecy import Secrecy
from yakuba.services.robots.engine.translating import Known, value_of
from yakuba.services.robots.tests import town

SPECS = (
    FieldSpec("receipt_number", "受付番号", "receipt_number"),
    FieldSpec("name", "氏名", "name"),
    FieldSpec("birth", "生年月日", "date"),
    FieldSpec("day", "申請日", "date"),
    FieldSpec("address", "住所", "address"),
    FieldSpec("routes", "利用する路線", "choices", {"east": "東線", "west": "西線"}),
)
CASE = {
    "receipt_number": "0800000129",
    "name": "山田太郎",
    "birth": "1993-05-12",
    "day": "2026-05-30",
    "address": "霞が関1-2-3",
    "routes": "east,west",
}
KNOWN = Known(SPECS, CASE)
MENU, ENTRY = Page("http://core/menu", 200, headings=("メニュー",)), Page("http://core/entry?a=1", 200)


@pytest.mark.parametrize(
    ("texts", "label", "template"),
    [
        (["山田太郎"], "お名前", "{氏名}"),
        (["R08.05.30"], "申請年月日", "{申請日:和暦略}"),
        (["5"], "生年月日 月", "{生年月日:月}"),
        (["5"], "申請日 月", "{申請日:月}"),
        (["東線", "西線"], "路線", "{利用する路線}"),
        (["東京都霞が関1-2-3"], "所在地", "東京都{住所}"),
        (["窓口"], "受付方法", "窓口"),
    ],
)
def test_a_value_of_the_case_becomes_its_field(texts: list[str], label: str, template: str) -> None:
    found = value_of(texts, label, KNOWN)
    assert found is not None
    assert found.template == template


def test_where_two_items_say_the_same_a_person_is_asked_to_look() -> None:
    found = value_of(["5"], "区分", KNOWN)
    assert found is not None
    assert not found.sure
    assert found.others


def test_a_value_that_no_item_has_is_the_same_for_every_case() -> None:
    found = value_of(["窓口"], "受付方法", KNOWN)
    assert found is not None
    assert found.fixed


def test_several_marks_that_are_not_the_cases_cannot_be_said() -> None:
    assert value_of(["東線", "北線"], "路線", KNOWN) is None


@pytest.mark.parametrize(
    "label", ["登録", "この内容で登録する", "OK", "送信", "実行", "名前の分からないもの", "登録内容の確認"]
)
def test_a_button_that_may_store_is_asked_for(label: str) -> None:
    assert translating.asks(Element(Role.BUTTON, label))


@pytest.mark.parametrize("label", ["次へ", "検索", "ログイン", "戻る", "確認画面へ"])
def test_a_button_that_only_leads_on_is_pressed(label: str) -> None:
    assert not translating.asks(Element(Role.BUTTON, label))


def test_a_link_asks_only_where_it_may_change_something() -> None:
    assert not translating.asks(Element(Role.LINK, "乗車券 新規登録"))
    assert translating.asks(Element(Role.LINK, "削除"))


def test_a_link_becomes_the_address_it_leads_to_unless_that_tells_of_the_case() -> None:
    assert translating.opened(MENU, ENTRY, KNOWN) == {"開く": "/entry?a=1"}
    of_the_case = Page("http://core/detail/0800000129", 200)
    assert translating.opened(MENU, of_the_case, KNOWN) is None
    assert translating.opened(MENU, MENU, KNOWN) is None


def test_a_heading_proves_the_page_unless_it_names_the_person() -> None:
    new = Page("http://core/a", 200, headings=("入力（1／3）",))
    assert translating.arrived(MENU, new, KNOWN) == {"確かめる": {"見出し": "入力（1／3）"}}
    named = Page("http://core/a", 200, headings=("山田太郎さんの登録",))
    assert translating.arrived(MENU, named, KNOWN) is None


def test_a_confirmation_page_gives_what_is_compared() -> None:
    page = Page(
        "http://core/c", 200, items=(("氏名", "山田太郎"), ("生年月日", "平成5年5月12日"), ("担当", "窓口"))
    )
    found = translating.confirmation(page, KNOWN)
    assert found["氏名"] == "{氏名}"
    assert found["生年月日"].startswith("{生年月日")
    assert "担当" not in found


def test_the_result_is_read_from_a_test_systems_answer() -> None:
    page = Page(
        "http://core/d",
        200,
        text="登録完了 登録が完了しました。 登録番号 K-000001",
        items=(("登録番号", "K-000001"), ("受付番号", "0800000129")),
    )
    assert translating.result(page, KNOWN) == {
        "項目": "登録番号",
        "確かめる": [{"文字": "登録が完了しました。"}, {"項目": "受付番号", "値": "{受付番号}"}],
    }


def test_a_field_that_is_filled_again_is_one_step() -> None:
    draft = drafts.new("名前", "bus-pass", "相手", "http://core")
    name = Element(Role.FIELD, "氏名")
    drafts.add(draft, "入力", {"開く": "/menu"})
    drafts.add(draft, "入力", {"開く": "/entry"})
    drafts.add(draft, "入力", translating.fill(EntryKind.TEXT, name, "まちがい"))
    drafts.add(draft, "入力", translating.fill(EntryKind.TEXT, name, "{氏名}"))
    assert drafts.steps_of(draft, "入力") == [{"開く": "/entry"}, {"入力": {"欄": "氏名", "値": "{氏名}"}}]


def test_only_a_search_for_the_receipt_number_is_the_look_up() -> None:
    draft = drafts.new("名前", "bus-pass", "相手", "http://core")
    drafts.add(draft, "入力", {"開く": "/search"})
    drafts.add(draft, "入力", {"入力": {"欄": "氏名", "値": "{氏名}"}})
    assert not drafts.search_was(draft, "{受付番号}")
    drafts.steps_of(draft, "入力")[1] = {"入力": {"欄": "受付No", "値": "{受付番号}"}}
    assert drafts.search_was(draft, "{受付番号}")
    assert draft["照会"]["見つかった"] == {"列": "登録番号", "行": {"受付No": "{受付番号}"}}
    assert draft["入力"] == []


@pytest.mark.parametrize("code", town.PROCEDURES)
def test_every_scenario_passes_through_a_draft_unchanged(code: str) -> None:
    before = town.scenario(code)
    text = drafts.text_of(drafts.document_of(town.scenario_text(code)))
    after = load(text, code, town.fields(code))
    assert [type(one) for one in after.entry] == [type(one) for one in before.entry]
    assert (after.look_up.number_column, after.commit.element) == (
        before.look_up.number_column,
        before.commit.element,
    )
    assert drafts.text_of(drafts.document_of(text)) == text


def test_the_log_in_is_read_before_the_rest_is_written() -> None:
    document = drafts.document_of(town.scenario_text("bus-pass"))
    for section in ("照会", "入力", "登録", "結果", "確認"):
        del document[section]
    system, login = load_login(drafts.text_of(document))
    assert system.name == "総合住民情報システム"
    assert len(login) == 5


SHORT = Known(
    (
        FieldSpec("name", "氏名", "name"),
        FieldSpec("phone", "電話番号", "phone"),
        FieldSpec("birth", "生年月日", "date"),
    ),
    {"name": "林一郎", "phone": "0312345678", "birth": "1975-12-03"},
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("林　一郎", "氏名"),
        ("林 一郎", "氏名"),
        ("林", "氏名"),
        ("03-1234-5678", "電話番号"),
        ("1234", "電話番号"),
        ("林一郎 03-1234-5678", "電話番号"),
        ("S50-12-03", "生年月日"),
    ],
)
def test_another_writing_or_a_part_of_a_value_is_no_fixed_value(text: str, label: str) -> None:
    found = value_of([text], "お名前", SHORT)
    assert found is not None
    assert found.part_of == label


@pytest.mark.parametrize("text", ["窓口", "001", "林一郎", "林一郎様"])
def test_what_is_a_template_or_the_same_for_all_is_no_part(text: str) -> None:
    found = value_of([text], "お名前", SHORT)
    assert found is not None
    assert not found.part_of


@pytest.mark.parametrize("text", ["林一郎さんの申請", "林 一郎 様", "電話 03 1234 5678"])
def test_short_names_and_blanks_between_tell_whose_a_place_is(text: str) -> None:
    assert SHORT.told_by(text)
    assert not SHORT.told_by("申請の入力（1/3）")


@pytest.mark.parametrize(
    "content",
    [
        {"開く": "/menu?u=a&p=him%2Bitsu%201"},
        {"開く": "/menu/him+itsu 1"},
        {"開く": "/menu?u=admin"},
        {"確かめる": {"見出し": "合言葉は him+itsu 1 です"}},
        {"登録前": "はい", "項目": {"a": "vault-word"}},
    ],
)
def test_what_tells_a_secret_is_seen_wherever_it_stands(content: dict[str, object]) -> None:
    secrecy = Secrecy({"利用者": "admin", "パスワード": "vault-word"})
    secrecy.passwords.append("him+itsu 1")
    assert secrecy.told_by(content)


def test_a_user_s_name_may_be_a_word_of_an_address() -> None:
    secrecy = Secrecy({"利用者": "admin", "パスワード": "vault-word"})
    assert not secrecy.told_by({"開く": "/admin/add?next=menu"})


def test_a_number_that_is_told_to_nobody_is_known_by_its_check_digit() -> None:
    specs = (FieldSpec("mine", "個人番号", "my_number"), *SPECS)
    known = Known(specs, CASE)
    number = TYPES["my_number"].examples[0].value
    found = value_of([number], "個人番号", known)
    assert found is not None
    assert (found.template, found.masked) == ("{個人番号}", True)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    mistyped, other = value_of([wrong], "個人番号", known), value_of([wrong], "整理番号", known)
    assert mistyped is not None
    assert other is not None
    assert (mistyped.masked, other.masked) == (True, False)


def test_without_a_case_a_typed_value_becomes_an_item_called_like_its_field() -> None:
    found = value_of(["山田太郎"], "氏名：{}", Known((), {}, by_label=True))
    assert found is not None
    assert found.template == "{氏名}"


def test_what_is_no_draft_is_told() -> None:
    good = {"名前": "a", "システム": {}, "入力": [{"くり返す": {"手順": [{"開く": "/"}]}}]}
    assert not drafts.shape_problem(good)
    for wrong in (
        {},
        {"名前": "a"},
        good | {"入力": "text"},
        good | {"入力": [{"くり返す": {"手順": [1]}}]},
        good | {"照会": []},
        good | {"ほか": 1},
        good | {"入力": [{"a": "", "b": ""}]},
    ):
        assert drafts.shape_problem(wrong), wrong
