"""Steps that steer others, as files: what is accepted, what is refused with its line, and in which words they are shown."""

from __future__ import annotations

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.contracts import FieldSpec, Unconfirmed
from yakuba.services.robots.engine.browser import Page, Table
from yakuba.services.robots.engine.calling import Library, nothing_published
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.filling import CALLED, Bound, line_in_words
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.reading import items_of_case, numbers_in, rows_of_page, texts_read
from yakuba.services.robots.engine.scenario import Call, Read, ReadFrom, Repeat, every, templates
from yakuba.services.robots.queries import steps
from yakuba.services.robots.tests import steered, town

FIELDS = town.fields(steered.CODE)
MASKED = FieldSpec("my_number", "個人番号", "my_number")
PLACE = "  - 確かめる: {見出し: コミュニティバス乗車券申請 確認}\n"


def with_steps(written: str) -> tuple[str, int]:
    """The bus scenario with steps at the entry's end, and their first line."""
    text = town.scenario_text(steered.CODE)
    lines = "".join(f"  {line}\n" for line in written.strip("\n").split("\n"))
    return text.replace(PLACE, lines), text[: text.index(PLACE)].count("\n") + 1


def refused(written: str, library: Library = nothing_published) -> list[tuple[int, str]]:
    """What is said, each with how many lines below the first line of the steps it stands."""
    text, first = with_steps(written)
    with pytest.raises(DefinitionRefused) as caught:
        load(text, steered.CODE, [*FIELDS, MASKED], library)
    return [(one.line - first, one.message) for one in caught.value.problems]


def test_a_scenario_that_calls_loops_and_reads_is_shown_in_words() -> None:
    scenario = load(steered.text(), steered.CODE, FIELDS, steered.library)
    assert scenario.warnings == ()  # fields of the called one count as used
    call = scenario.entry[0]
    assert isinstance(call, Call)
    assert all(CALLED < one.line < 2 * CALLED for one in every(call.steps))
    assert line_in_words(call.steps[0].line).startswith("呼び出したシナリオ（1つ目）の")
    entry = next(one for one in steps.sections(scenario) if one.title == "入力")
    told = [f"{one.verb} {one.target} {one.value}" for one in entry.lines]
    assert f"呼び出す シナリオ「{steered.CALLED}」第1版 その「入力」まで。登録は押さない" in told
    assert "くり返す 「利用する路線」 一つを「路線」と呼ぶ" in told
    assert "└ チェック 欄「利用路線」 「利用する路線」" in told
    assert "読み取る 項目「受付番号」 「画面の番号」と呼ぶ、数として" in told
    lines = [one.line for one in every(scenario.entry)]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        ("- くり返す: {項目: 利用する路線, 名前: 路線}", 0, "「手順」がありません"),
        ("- くり返す: {名前: 路線, 手順: [{開く: /a}]}", 0, "項目 か 表"),
        ("- くり返す: {項目: 氏名, 名前: 人, 手順: [{開く: /a}]}", 0, "値は一つだけ"),
        ("- くり返す: {項目: 路線, 名前: 人, 手順: [{開く: /a}]}", 0, "利用する路線"),
        ("- くり返す: {項目: 利用する路線, 名前: 氏名, 手順: [{開く: /a}]}", 0, "ほかの名前"),
        (
            "- くり返す:\n    項目: 利用する路線\n    名前: 路線\n    手順:\n      - 登録: {押す: {ボタン: 登録}}",
            4,
            "一件の申請で登録するのは、最後の「登録」の一度だけ",
        ),
        (
            "- くり返す:\n    項目: 利用する路線\n    名前: 路線\n    手順:\n      - 押す: {ボタン: 登録}",
            4,
            "「入力」の中で登録のボタン「登録」は押せません",
        ),
        (
            '- くり返す: {表: [氏名, 続柄], 名前: 行, 手順: [{開く: "/a/{行}"}]}',
            0,
            "列を付けてください",
        ),
        ('- くり返す: {表: [氏名], 名前: 行, 手順: [{開く: "/a/{行:続柄}"}]}', 0, "「行」の列"),
        ('- 開く: "/a/{世帯}"', 0, "世帯"),  # nothing has that name yet
        ("- 読み取る: {項目: 世帯番号}", 0, "「名前」がありません"),
        ("- 読み取る: {名前: 世帯}", 0, "どれか一つ"),
        ("- 読み取る: {文字: 世帯番号, 名前: 世帯}", 0, "{値}"),
        ("- 読み取る: {項目: 個人番号, 名前: 番号}", 0, "見る権限のある人だけ"),
        ("- 読み取る: {項目: a, 名前: 世, 形: 数}", 0, "文字、数字"),
        ("- 呼び出す: {シナリオ: ないもの, 版: 1}", 0, "公開されていません"),
        ("- 呼び出す: {シナリオ: ないもの}", 0, "「版」がありません"),
        ("- 呼び出す: {シナリオ: コミュニティバス乗車券の登録, 版: 1}", 0, "一回りしています"),
    ],
)
def test_a_mistake_is_told_with_its_line(written: str, line: int, said: str) -> None:
    told = refused(written)
    assert any(one == line and said in message for one, message in told), told


def test_a_name_is_gone_after_its_loop() -> None:
    told = refused(
        '- くり返す: {項目: 利用する路線, 名前: 路線, 手順: [{開く: "/a/{路線:コード}"}]}\n- 開く: "/a/{路線}"'
    )
    assert [line for line, _ in told] == [1]


@pytest.mark.parametrize("section", ["ログイン:", "  手順:"])
def test_they_stand_in_the_entry_alone(section: str) -> None:
    text = town.scenario_text(steered.CODE)
    at = text.index("\n", text.index(f"\n{section}") + 1) + 1
    indent = "  " if section == "ログイン:" else "    "
    wrong = f"{text[:at]}{indent}- 読み取る: {{項目: 世帯番号, 名前: 世帯}}\n{text[at:]}"
    with pytest.raises(DefinitionRefused, match="「読み取る」は「入力」の中でしか使えません"):
        load(wrong, steered.CODE, FIELDS)


def test_two_scenarios_do_not_call_each_other() -> None:
    """A calls B, and B calls A."""
    other = with_steps("- 呼び出す: {シナリオ: コミュニティバス乗車券の登録, 版: 1}")[0]
    other = other.replace("名前: コミュニティバス乗車券の登録", "名前: もう一つ", 1)
    told = refused("- 呼び出す: {シナリオ: もう一つ, 版: 1}", lambda name, version: other)
    assert "コミュニティバス乗車券の登録 → もう一つ → コミュニティバス乗車券の登録" in told[0][1]


def test_the_called_scenario_is_of_the_same_system_and_its_commit_is_not_pressed() -> None:
    elsewhere = steered.called_text().replace("名前: 総合住民情報システム", "名前: 別のシステム")
    told = refused("- 呼び出す: {シナリオ: もう一つ, 版: 1}", lambda name, version: elsewhere)
    assert "別の接続先「別のシステム」" in told[0][1]
    renamed = steered.called_text().replace("押す: {ボタン: 登録}", "押す: {ボタン: 受け付ける}")
    told = refused(
        "- 呼び出す: {シナリオ: もう一つ, 版: 1}\n- 押す: {ボタン: 受け付ける}", lambda name, version: renamed
    )
    assert told == [(1, told[0][1])]
    assert "登録のボタン「受け付ける」は押せません" in told[0][1]


def test_values_of_a_case_are_gone_through_in_their_order() -> None:
    routes = FieldSpec("routes", "路線", "choices", {"e": "東線", "w": "西線"})
    wishes = [FieldSpec(f"wish_{n}", f"第{n}希望", "text") for n in (1, 2, 3)]
    values = {"routes": "w,e", "wish_1": "中央", "wish_3": "みどり"}
    assert [one.text for one in items_of_case([routes], values, 3)] == ["w", "e"]
    assert [one.text for one in items_of_case(wishes, values, 3)] == ["中央", "みどり"]
    assert items_of_case([routes], {}, 3) == []
    with pytest.raises(BadValue, match="だれも確かめていない"):
        items_of_case([routes], {"routes": Unconfirmed("w,e")}, 3)


def test_rows_and_numbers_are_read_from_a_page() -> None:
    table = Table(("氏名", "続柄"), (("山田花子", "妻"), ("山田一郎", "子")))
    page = Page("http://a", 200, text="世帯番号は １，２３４ です。 担当 窓口", tables=(table,))
    assert rows_of_page(page, ["続柄"]) == [
        Bound(cells={"氏名": "山田花子", "続柄": "妻"}),
        Bound(cells={"氏名": "山田一郎", "続柄": "子"}),
    ]
    assert rows_of_page(page, ["生年月日"]) is None
    read = Read("世帯", ReadFrom.TEXT, "世帯番号は{値}です", True, 1)
    assert [numbers_in(one) for one in texts_read(page, read)] == [["1234"]]
    assert texts_read(page, Read("担当", ReadFrom.TEXT, "担当{値}", False, 1)) == ["窓口"]


def test_every_line_of_a_template_inside_is_known() -> None:
    scenario = load(steered.text(), steered.CODE, FIELDS, steered.library)
    loop = next(one for one in scenario.entry if isinstance(one, Repeat))
    assert [one.line for one in templates((loop,))] != []
