"""Scenario files: what is accepted, and how mistakes are told."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.engine.loader import load, procedure_of
from yakuba.services.robots.engine.scenario import Press
from yakuba.services.robots.tests import town

BUS = "bus-pass"
TEXT = town.scenario_text(BUS)


def mistakes(text: str) -> list[str]:
    with pytest.raises(DefinitionRefused) as caught:
        load(text, BUS, town.fields(BUS))
    return [str(one) for one in caught.value.problems]


def changed(old: str, new: str) -> tuple[str, int]:
    """The bus scenario with one place changed, and the line of that place."""
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new), TEXT[: TEXT.index(old)].count("\n") + 1


@pytest.mark.parametrize("code", town.PROCEDURES)
def test_the_demo_scenarios_use_every_field(code: str) -> None:
    scenario = town.scenario(code)
    assert scenario.warnings == ()
    assert scenario.secrets == ("職員番号", "パスワード")
    assert scenario.commit.element.label == "登録"
    assert sum(isinstance(step, Press) for step in scenario.entry) == town.scenario_text(code).count(
        "ボタン: 次へ"
    )
    assert procedure_of(town.scenario_text(code)) == code


def test_the_digest_tells_versions_apart_but_not_line_ends() -> None:
    one = town.scenario(BUS).digest
    assert load(TEXT.replace("\n", "\r\n"), BUS, town.fields(BUS)).digest == one
    assert load(TEXT + "# 終わり\n", BUS, town.fields(BUS)).digest != one


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("版: 1", "版数: 1", "「版」の間違いではありませんか"),
        ("版: 1", "版: いち", "1から1000000までの整数"),
        ("手続: bus-pass", "手続: bus-pas", "「bus-pass」の間違いではありませんか"),
        ("  - 入力: {欄: 電話番号, 値:", "  - 入る: {欄: 電話番号, 値:", "「入力」の間違いではありませんか"),
        ("{欄: 電話番号, 値:", "{らん: 電話番号, 値:", "使えません"),
        ('値: "{電話番号}"', '値: "{電話}"', "「電話番号」の間違いではありませんか"),
        ('値: "{申請日:和暦略}"', '値: "{申請日:和歴略}"', "「和暦略」の間違いではありませんか"),
        ('値: "{電話番号}"', '値: "{電話番号:和暦}"', "「電話番号」の書き方: 「和暦」は使えません"),
        ('値: "{電話番号}"', '値: "{秘密:パスワード}"', "秘密は「ログイン」の「入力」でしか使えません"),
        ('値: "{電話番号}"', '値: "{登録番号}"', "登録した後"),
        ('値: "{電話番号}"', '値: "{電話番号"', "数が合いません"),
        ('値: "{電話番号}"}', "値: {電話番号}}", "引用符で囲みます"),
        ("- 開く: /login", "- 開く: login", "/ で始まる場所"),
        ("- 開く: /login", "- 開く: //example.jp/", "/ で始まる場所"),
        ("住所: http://127.0.0.1:8100", "住所: file:///etc", "http:// か https://"),
        ("落ち着くまで: 30", "落ち着くまで: 0", "1から3600までの数"),
        ("  押す: {ボタン: 登録}", "  押す: {リンク: 登録}", "ボタンだけ"),
        ("  押す: {ボタン: 登録}", '  押す: {ボタン: 登録, 条件: "{氏名}"}', "条件は付けられません"),
        (
            "  押す: {ボタン: 登録}",
            "  - 押す: {ボタン: 登録}\n  - 押す: {ボタン: 登録}",
            "一つだけ書いてください",
        ),
        ("登録前: はい", "登録前: yes", "「はい」か「いいえ」"),
        ('行: {受付番号: "{受付番号}"}', '行: {氏名: "{氏名}"}', "受付番号の列を書いてください"),
        ("  - チェック: {欄: 利用路線", "  - 選ぶ: {欄: 利用路線", "「チェック」を使ってください"),
        ("    - 文字: 登録が完了しました。", "    - 文字: 登録が\n      見出し: 完了", "どれか一つ"),
        ("名前: コミュニティバス乗車券の登録", "名前:\t- 登録", "行目"),
    ],
)
def test_mistakes_are_told_with_their_line(old: str, new: str, said: str) -> None:
    text, line = changed(old, new)
    told = mistakes(text)
    assert any(said in one for one in told), told
    lines = [int(one.split("行目")[0]) for one in told if said in one]
    assert min(abs(found - line) for found in lines) <= 1


def test_the_commit_button_cannot_be_pressed_while_filling() -> None:
    text, line = changed("  # 確認画面\n", "  - 押す: {ボタン: 登録}\n  # 確認画面\n")
    assert mistakes(text) == [
        f"{line}行目：「入力」の中で登録のボタン「登録」は押せません。登録する操作は「登録」だけに書いてください。"
    ]


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT.replace("{氏名}", "{名前}").replace("確かめる: {見出し: 業務メニュー}", "たしかめる: {}")
    assert len(mistakes(text)) >= 3


def test_missing_sections_are_named() -> None:
    told = mistakes("名前: からっぽ\n")
    for section in ("版", "手続", "システム", "ログイン", "照会", "入力", "登録", "結果"):
        assert any(f"「{section}」がありません" in one for one in told)


@pytest.mark.parametrize("text", ["", "- 一覧", "ただの文", "a: [1, 2"])
def test_what_is_no_scenario_is_refused(text: str) -> None:
    assert mistakes(text)


def test_an_unused_field_is_a_warning() -> None:
    text, _ = changed('  - 入力: {欄: 電話番号, 値: "{電話番号}"}\n', "")
    assert "電話番号" in load(text, BUS, town.fields(BUS)).warnings[0]


@settings(max_examples=100)
@given(
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 40),
    st.sampled_from(["", "{", "}", ":", "-", '"', "\n", "  "]),
)
def test_a_damaged_file_is_read_or_refused_but_never_crashes(start: int, length: int, put: str) -> None:
    with suppress(DefinitionRefused):
        load(TEXT[:start] + put + TEXT[start + length :], BUS, town.fields(BUS))


def test_the_description_of_the_language_is_complete() -> None:
    text = (town.SAMPLES / "scenarios" / "README.md").read_text(encoding="utf-8")
    known = {name for kind in ("date", "postal_code", "number", "choice") for name in TYPES[kind].writings()}
    known |= {
        "開く",
        "押す",
        "入力",
        "選ぶ",
        "チェック",
        "待つ",
        "確かめる",
        "条件",
        "枠",
        "ダイアログ",
        "画面",
    }
    known |= {
        "システム",
        "ログイン",
        "照会",
        "登録",
        "結果",
        "確認",
        "ログイン拒否",
        "エラー表示",
        "落ち着くまで",
    }
    assert [name for name in sorted(known) if f"`{name}" not in text] == []


@pytest.mark.parametrize(
    "step",
    [
        "押す: {ボタン: 登 録}",
        "押す: {ボタン: 'ﾄｳﾛｸ'}",
        "受け取る: {ボタン: 登録, 種類: PDF, 名前: 控え}",
        "受け取る: {リンク: 登録, 種類: CSV, 名前: 控え}",
    ],
)
def test_the_entry_presses_the_commit_button_in_no_writing_and_for_no_file(step: str) -> None:
    text, _ = changed("  # 確認画面\n", f"  - {step}\n")
    if "ﾄｳﾛｸ" in step:
        text = text.replace("押す: {ボタン: 登録}", "押す: {ボタン: トウロク}")
    (told,) = mistakes(text)
    assert "「入力」の中で登録のボタン" in told


@pytest.mark.parametrize(
    ("old", "new", "section"),
    [
        ("- 押す: {ボタン: 検索}", "- 押す: {ボタン: '登録 '}", "照会"),
        ('    - 開く: "/bus-pass/detail/{登録番号}"', "    - 受け取る: {ボタン: 登録, 種類: PDF, 名前: 控え}", "確認"),
        ("  見つからない: {文字", "  次のページ: {ボタン: 登録}\n  見つからない: {文字", "照会"),
    ],
)  # fmt: skip
def test_a_button_of_the_commit_s_name_elsewhere_is_told(old: str, new: str, section: str) -> None:
    scenario = load(changed(old, new)[0], BUS, town.fields(BUS))
    (told,) = scenario.warnings
    assert told.startswith(f"「{section}」の中で、登録のボタンと同じ名前の「登録」を押します")
