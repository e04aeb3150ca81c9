"""What a group sees of a town's scenario: nothing that a person may have typed anywhere in it, however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.refusals import Invalid
from yakuba.services.robots.engine import catalogue, drafts, sharing, telling
from yakuba.services.robots.models import System
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.tests import ready, town
from yakuba.services.robots.tests.office import Office

PRIVATE = ["やくば市", "やくば", "131016", "総合住民情報システム", "core.yakuba.example"]
ENTRY = '  - 選ぶ: {欄: 受取方法, 値: "{受取方法}"}'


def handed_over(steps: str = ENTRY, change: Any = lambda document: document, **said: str) -> str:
    """The template of the bus pass with other steps in place of one, and another procedure."""
    document = change(town.definition("bus-pass"))
    text = town.scenario_text("bus-pass").replace(ENTRY, steps)
    told = {"title": "乗車券の登録", "description": "申請を登録します。"} | said
    made = sharing.template_text(
        "bus-pass",
        told["title"],
        1,
        "その他",
        told["description"],
        parse_procedure(document, "bus-pass"),
        document,
        drafts.document_of(text),
        PRIVATE,
    )
    catalogue.checked(catalogue.read(made))
    return made


@pytest.mark.parametrize(
    "word",
    [
        "ｃｏｒｅ．ｙａｋｕｂａ．ｅｘａｍｐｌｅ",
        "CORE.Yakuba.example",
        "や くば市",
        "やく\u200bば市",
        "ﾔｸﾊﾞ市",
        "総合住民情報ｼｽﾃﾑ",
        "総合住民 情報システム",
        "〇八〇一二三四五六七八",
        "①②③④",
        "12-34-56",
        "0 4 1 7",
        "٠٤١٧",
        "1234-5678-9012",
        "１２３４－５６７８－９０１２",
        "担当：山田",
        "ｈｔｔｐ：／／ｘ",
        "zeimu.intra",
        "10.1.2.3",
    ],
)
def test_a_word_is_the_town_s_however_it_is_written(word: str) -> None:
    assert telling.tells(word, PRIVATE)
    assert word not in handed_over(f"  - 確かめる: {{文字: '{word}'}}")


@pytest.mark.parametrize(
    "word", ["次へ", "氏名（カナ）", "新規登録（1／3）", "登録が完了しました。", "申請年月日", "中央保育園"]
)
def test_a_word_of_the_screen_stays(word: str) -> None:
    assert not telling.tells(word, PRIVATE)
    assert word in handed_over(f"  - 確かめる: {{文字: '{word}'}}")


@pytest.mark.parametrize(
    ("steps", "typed"),
    [
        ("  - 確かめる: {文字: '利用者{山田太郎 080-1234-5678}'}", "山田太郎"),
        ("  - 押す: {ボタン: 次へ, 条件: '山田太郎{受取方法}'}", "山田太郎"),
        ("  - 待つ: {文字: 次へ, 条件: '0417'}", "0417"),
        ("  - くり返す: {項目: [利用する路線], 名前: 路線, 条件: '4817', 手順: [確かめる: {文字: 次へ}]}", "4817"),
        ("  - 開く: '/menu;jsessionid=Ab'", "jsessionid"),
        ("  - 開く: '/menu?himitsu'", "himitsu"),
        ("  - 開く: '/menu#himitsu'", "himitsu"),
        ("  - 開く: '/menu?a={受取方法}&key=himitsu'", "himitsu"),
        ("  - 開く: '/s/ab9cdefghijklmnopq/menu'", "ab9cdefghijklmnopq"),
        ("  - 開く: '/%E3%82%84%E3%81%8F%E3%81%B0/menu'", "%E3%82%84"),
        ("  - 押す: {ボタン: 次へ, 枠: やくば市の枠, id: yakuba-7, name: n-7}", "yakuba-7"),
        ("  - 押す: {ボタン: 次へ, ダイアログ: 担当の山田太郎に送りますか}", "山田太郎"),
    ],
)  # fmt: skip
def test_what_a_person_typed_into_a_step_becomes_a_place(steps: str, typed: str) -> None:
    assert typed not in handed_over(steps)


@pytest.mark.parametrize("path", ["/entry.aspx", "/menu?a={受取方法}&b={券の種類}", "/detail/{氏名}"])
def test_an_address_with_nothing_but_values_of_the_case_stays(path: str) -> None:
    assert path in handed_over(f"  - 開く: '{path}'")


def test_a_value_of_the_case_stays_in_a_place_around_it() -> None:
    made = handed_over("  - 開く: '/yakuba/ﾔｸﾊﾞ/detail?id={氏名}'")
    assert "}" in made.partition("?id=")[0] or "{氏名}" in made
    (opened,) = [one for one in catalogue.read(made).scenario["入力"] if "氏名}" in str(one.get("開く", ""))]
    assert opened["開く"].startswith("/｛場所")
    assert opened["開く"].endswith("{氏名}")


@pytest.mark.parametrize(
    "steps",
    [
        "  - 受け取る: {ボタン: 出力, 種類: PDF, 名前: 山田太郎の申請}",
        "  - 受け取る: {ボタン: 出力, 種類: PDF, 名前: やくば市_通知}",
        "  - 読み取る: {項目: 番号, 名前: 山田太郎の番号}",
        "  - くり返す: {項目: [利用する路線], 名前: やくば路線, 手順: [確かめる: {文字: 次へ}]}",
    ],
)
def test_a_name_that_a_person_gave_is_refused(steps: str) -> None:
    with pytest.raises(Invalid) as refused:
        handed_over(steps)
    assert "手順の中の名前" in str(refused.value.problems[0])


def test_the_name_of_a_secret_that_tells_is_refused() -> None:
    text = town.scenario_text("bus-pass").replace("秘密:職員番号", "秘密:山田太郎の番号")
    document = town.definition("bus-pass")
    with pytest.raises(Invalid, match="1か所"):
        sharing.template_text(
            "a", "乗車券", 1, "その他", "登録", parse_procedure(document, "a"), document, drafts.document_of(text), PRIVATE
        )  # fmt: skip


@pytest.mark.parametrize("code", ready.TEMPLATES)
def test_what_stands_in_no_town_s_words_is_handed_over_as_it_is(code: str) -> None:
    template = ready.TEMPLATES[code]
    document = catalogue.procedure_document(template)
    scenario = catalogue.scenario_document(template, {}, system="見本", address="http://h.example")
    made = sharing.template_text(
        code, template.title, 1, template.section, template.description, catalogue.procedure_of(template), document, scenario, PRIVATE
    )  # fmt: skip
    assert [one.key for one in catalogue.slots(catalogue.read(made)) if one.must] == []


def _with_option(document: Any) -> Any:
    (category,) = [one for one in document["fields"] if one["code"] == "category"]
    category["options"] |= {"yakuba-taro-1234567": "その他"}
    return document


@pytest.mark.parametrize(
    "change",
    [
        _with_option,
        lambda document: document | {"procedure": "core.yakuba.example"},
        lambda document: (
            document
            | {
                "fields": [
                    *document["fields"],
                    {"code": "child_1_name", "label": "子の氏名", "type": "name"},
                ],
                "repeats": [{"code": "child", "label": "やくば市の子"}],
            }
        ),
    ],
)
def test_codes_and_repeats_of_the_procedure_are_looked_at_too(change: Any) -> None:
    with pytest.raises(Invalid, match="渡せない文字"):
        handed_over(change=change)


def test_the_words_of_the_town_are_those_of_all_its_targets_and_its_staff(
    office: Office, make_staff: Any, yakuba_city: Any
) -> None:
    bare = System(name="税務システム", base_url="https://zeimu.yakubacity.lg.jp:8443")
    bare.save()  # the address is not one that this installation would let out
    clerk = make_staff(yakuba_city, "robots.view")
    clerk.display_name = "禰󠄀豆まどか"
    clerk.save()
    words = queries.private_words({"システム": {"名前": "旧の名", "住所": "http://old.example"}})
    assert {
        "やくば市",
        "税務システム",
        "zeimu.yakubacity.lg.jp",
        "yakubacity",
        "旧の名",
        "old.example",
    } <= set(words)
    assert clerk.display_name in words
    assert not {"lg", "jp", "127"} & set(words)
