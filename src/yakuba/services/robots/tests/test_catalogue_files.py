"""Every template of the catalogue is what it says: it loads, its procedure and its scenario hold, its steps are told in
words, and no address, secret or measured minute stands in it. What is no template is refused with its reason."""

from __future__ import annotations

from collections import Counter

import pytest

from yakuba.kernel.definitions import DefinitionError, DefinitionRefused
from yakuba.services.robots.engine import catalogue, drafts
from yakuba.services.robots.engine.catalogue import key_of
from yakuba.services.robots.queries import steps
from yakuba.services.robots.tests.ready import FOLDER, TEMPLATES

# As the two lists of the source name them, in their order; 「職員の超過勤務管理業務」 stands there twice.
B16 = (
    "転入通知業務",
    "コンビニ交付集計事務",
    "個人市民税の当初課税業務",
    "法人市民税の賦課業務",
    "法人市民税の還付業務",
    "軽自動車税新規登録事務",
    "重度心身障害者医療費の助成事務",
    "特定健診の受診券の再交付事務",
    "国民健康保険料にかかる所得申告書入力業務",
    "私立幼稚園等入園料補助金支払業務",
    "保育園新規申込業務",
    "子ども子育て支援システム入力事務",
    "要介護申請における一連業務",
    "後期高齢者保険料決定通知書",
    "臨時職員の賃金支払業務",
    "職員の超過勤務管理業務",
    "通勤手当に係る距離測定",
    "財務会計システムにおける支払事務",
    "総務省や都道府県等からの各種照会業務",
    "各種統計資料の集計",
)
B17 = (
    "選挙人名簿登録者数報告集計業務",
    "住民票等郵便請求受付業務",
    "軽自動車税登録業務",
    "ふるさと納税受付業務",
    "検診結果入力業務",
    "がん検診未受診案内対象者抽出業務",
    "介護給付費継続通知書作成業務",
    "指定自立支援医療機関等管理業務",
    "保育所入所申請書入力業務",
    "児童手当支給認定申請等入力業務",
    "支出命令書作成業務",
    "支出伝票作成業務",
    "時間外勤務集計業務",
    "通勤手当距離計測・登録業務",
    "粗大ごみ回収依頼書作成業務",
    "道路占有許可業務",
)
ONE = TEMPLATES["overtime"]


def test_each_named_task_has_one_template() -> None:
    tasks = Counter((one.listed, one.task) for one in TEMPLATES.values())
    assert tasks == Counter([*(("B16", one) for one in B16), *(("B17", one) for one in B17)])
    assert len(TEMPLATES) == 36


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_template_says_its_fields_and_its_steps(code: str) -> None:
    template = TEMPLATES[code]
    assert template.code == code
    procedure = catalogue.procedure_of(template)
    assert any(one.type == "receipt_number" for one in procedure.fields)
    assert len({one.label for one in procedure.fields}) == len(procedure.fields)
    scenario = catalogue.checked(template)
    assert not scenario.warnings, "every field is entered"
    told = steps.sections(scenario)
    assert [one.title for one in told] == ["ログイン", "照会", "入力", "登録", "結果", "確認"]
    assert all(line.verb and (line.target or line.value) for one in told for line in one.lines)
    assert template.description.endswith("。")
    assert template.measures.endswith("分")


@pytest.mark.parametrize("code", TEMPLATES)
def test_what_does_not_run_says_what_is_missing(code: str) -> None:
    template = TEMPLATES[code]
    assert template.runs or template.gaps
    assert all(one.endswith("。") for one in template.gaps)


def test_none_holds_an_address_a_minute_or_a_number_of_a_person() -> None:
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert "baseline" not in text, path.name
        assert "my_number" not in text, path.name
    for template in TEMPLATES.values():
        assert catalogue.procedure_document(template)["baseline"] == {
            "minutes_per_case": 0.0,
            "kind": "estimated",
            "source": catalogue.NOT_MEASURED,
        }


def test_a_town_s_words_stand_in_its_scenario_everywhere() -> None:
    words = {
        key_of("欄", "受付番号"): "整理番号",
        key_of("列", "受付番号"): "整理No",
        key_of("項目", "受付番号"): "整理番号（表示）",
        key_of("場所", "/overtime/entry"): "/zangyo/new",
        key_of("ボタン", "登録"): "確定",
        key_of("見出し", "ログイン"): "サインイン",
    }
    made = catalogue.scenario_document(ONE, words, system="庶務システム", address="http://192.0.2.7")
    text = drafts.text_of(made)
    for word in words.values():
        assert word in text
    assert "欄: 受付番号" not in text
    assert "/overtime/entry" not in text
    assert "{受付番号}" in text, "what the procedure calls it stays"
    assert catalogue.checked(ONE, words).commit.element.label == "確定"
    assert "欄: 受付番号" in drafts.text_of(ONE.scenario), "the template itself stays"


def test_a_place_that_has_to_be_filled_is_told_until_it_is() -> None:
    text = ONE.text.replace('値: "{所属}"', '値: "｛所属の番号｝"').replace("label: 所属", "label: 所属の課")
    template = catalogue.read(text.replace('所属: "{所属}"', '所属: "{所属の課}"'))
    assert [one.key for one in catalogue.slots(template) if one.must] == ["所属の番号"]
    assert catalogue.missing(template, {}) == ["所属の番号"]
    assert catalogue.missing(template, {"所属の番号": "0123"}) == []
    made = catalogue.scenario_document(
        template, {"所属の番号": "0123"}, system="s", address="http://192.0.2.7"
    )
    assert "{欄: 所属, 値: '0123'}" in drafts.text_of(made)
    assert "{ }" in catalogue.fault_of(template, "所属の番号", "{秘密:パスワード}")


@pytest.mark.parametrize(
    ("key", "word", "why"),
    [
        ("欄「氏名」", "お名前\n", "改行"),
        ("欄「氏名」", "｛お名前｝", "｛"),
        ("欄「氏名」", "あ" * 201, "200文字"),
        ("欄「ない欄」", "お名前", "ありません"),
    ],
)
def test_a_word_that_cannot_stand_there_is_refused(key: str, word: str, why: str) -> None:
    assert why in catalogue.fault_of(ONE, key, word)
    assert not catalogue.fault_of(ONE, "欄「氏名」", "お名前")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("ひな形: overtime", "ひな形: ../overtime", "英小文字"),
        ("分野: 財政・会計", "分野: 宇宙", "財政・会計"),
        ("一覧: B16", "一覧: B99", "B16"),
        ("見本の画面: 登録", "", "不足"),
        ("名称: 職員の超過勤務の入力", "題: x", "名称"),
        ("  システム:", "  システム:\n    住所: http://192.0.2.7", "住所"),
        ("手続:\n", "手続: なし\nほか:\n", "項目: 値"),
    ],
)
def test_what_is_no_template_is_refused_with_its_reason(old: str, new: str, why: str) -> None:
    assert old in ONE.text
    with pytest.raises(DefinitionRefused) as refused:
        catalogue.read(ONE.text.replace(old, new, 1))
    assert why in "".join(map(str, refused.value.problems))


def test_a_scenario_that_does_not_hold_is_refused_when_it_is_checked() -> None:
    with pytest.raises(DefinitionRefused, match="氏な"):
        catalogue.checked(catalogue.read(ONE.text.replace('"{氏名}"', '"{氏な}"')))
    with pytest.raises(DefinitionError, match="型"):
        catalogue.checked(catalogue.read(ONE.text.replace("type: name", "type: sign")))
