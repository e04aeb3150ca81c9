"""Rule files: what is refused, with which line and advice, and what is read."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.services.nursery.engine import rules
from yakuba.services.nursery.tests import small_rules

SAMPLES = Path(__file__).parents[5] / "samples" / "nursery-rules"


def problems(text: str):
    with pytest.raises(rules.RulesRefused) as refused:
        rules.read(text)
    return refused.value.problems


def told(text: str, *words: str):
    """The one problem that says all the words; its line is where the last word is written, if it is."""
    found = [one for one in problems(text) if all(word in str(one) for word in words)]
    assert len(found) == 1, [str(one) for one in problems(text)]
    return found[0]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_are_read(path):
    text = path.read_text(encoding="utf-8")
    read = rules.read(text)
    assert read.procedure == "nursery-admission"
    assert {"together", "apart", "anyone"} <= read.sibling_modes.keys()
    for number in read.rounds:
        assert read.for_round(number).number == number
    assert len(read.digest) == 64


def test_the_three_examples_differ_in_kind():
    read = {path.stem: rules.read(path.read_text(encoding="utf-8")) for path in SAMPLES.glob("*.yaml")}
    assert [read[f"yakuba-{name}"].level.household for name in ("city", "town", "staff")] == [
        True,
        False,
        True,
    ]
    assert len({one.transfers for one in read.values()}) == 3
    assert len({one.joint_order for one in read.values()}) == 3
    assert read["yakuba-staff"].reserved
    assert read["yakuba-staff"].groups


def test_names_of_a_rule_file():
    read = small_rules.read()
    assert (read.name, read.version, read.default_mode) == ("試験の基準", 1, "apart")
    assert read.sibling_modes == {"apart": "別々でもよい", "together": "一緒か待つ"}
    assert read.household_fields == ("applied",)
    assert read.tie_labels == ("受付番号",)
    assert read.asked["father_work"].label == "父の状況"
    assert read.valid_from.isoformat() == "2026-11-01"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"版": "いち"}, ["「版」は1から", "いち"]),
        ({"適用開始": "来年"}, ["2027-04-01 のように", "来年"]),
        ({"手続": ""}, ["「手続」がありません"]),
        ({"せつめい": "x"}, ["「せつめい」は使えません"]),
        ({"世帯をまとめる項目": "[申込人]"}, ["「申込人」は使えません", "「申込日」の間違いではありませんか"]),
        ({"世帯をまとめる項目": "[]"}, ["項目を1つ以上"]),
        ({"保護者": "\n  父: {状況: 父のようす}"}, ["父のようす", "父の状況"]),
        ({"保護者": "\n  父: {状況: 父の状況}\n  母: {月: 母の時間}"}, ["「父」と同じ名前"]),
        ({"保護者": "\n  父: {状況: 父の状況}\n  母: {状況: 母の時間}"}, ["種類か選択肢が「父」と違います"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 多い, 名前: a}"}, ["調整指数", "整数", "多い"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {収人: 1以上}}"}, ["「収人」", "「収入」の間違い"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {収入: 多い}}"}, ["「収入」: 「多い」は整数では"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {曜日: 日}}"}, ["「日」は選択肢に", "土（sat）"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {収入: 9から3}}"}, ["前の値のほうが大きく"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {申込日: 2027-02-30以後}}"}, ["日付ではありません"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {希望順位: 1}}"}, ["ここでは使えません", "施設別加点"]),
        ({"調整指数": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {地区: この施設の地区}}"}, ["施設ごとに決まる"]),
        ({"施設別加点": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {地区: この施設の広さ}}"}, ["この施設の広さ", "この施設の地区"]),
        ({"施設別加点": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 条件: {収入: この施設の閉所以上}}"}, ["時刻なので"]),
        ({"施設別加点": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 対象: 保護者}"}, ["「児童」か「世帯」"]),
        ({"施設別加点": "\n  出典: x\n  行:\n    - {点: 1, 名前: a, 対象: みんな}"}, ["みんな", "児童、世帯、保護者"]),
        ({"施設別加点": "\n  行: []"}, ["「出典」がありません"]),
        ({"同点のとき": "\n  出典: x\n  順:\n    - {名前: 収入, 比べる: 収入, 順: 小さい順}"}, ["最後は必ず決まるもの"]),
        ({"同点のとき": "\n  出典: x\n  順:\n    - {名前: k, 比べる: くじ}\n    - {名前: r, 比べる: 受付番号}"}, ["その後の順は使われません"]),
        ({"同点のとき": "\n  出典: x\n  順:\n    - {名前: s, 比べる: 父の状況}\n    - {名前: r, 比べる: 受付番号}"}, ["「父の状況」は比べられません"]),
        ({"同点のとき": "\n  出典: x\n  順:\n    - {名前: s, 比べる: 収入}\n    - {名前: r, 比べる: 受付番号}"}, ["「順: 大きい順」か"]),
        ({"同点のとき": "\n  出典: x\n  順:\n    - {名前: s}\n    - {名前: r, 比べる: 受付番号}"}, ["どちらか一つ"]),
        ({"きょうだい": "\n  標準: x\n  方法:\n    y: {名前: y, 段: [全員]}"}, ["「x」という方法はありません"]),
        ({"きょうだい": "\n  標準: y\n  方法:\n    y: {名前: y, 段: [全部]}"}, ["「全部」は使えません"]),
        ({"きょうだい": "\n  標準: y\n  上限: 0\n  方法:\n    y: {名前: y, 段: [全員]}"}, ["「上限」は1から"]),
        ({"転園": "{扱い: 自由}"}, ["自由", "申込どおり"]),
        ({"優先枠": "\n  - {名前: a-b, 条件: {医療的ケア: あり}, 先に使う席: 優先枠, 空いた席: 一般に回す}"}, ["- や * を入れずに"]),
        ({"配置基準": "{0歳: 0}"}, ["「0歳」は1から60"]),
        ({"選考回": "{1: {}}"}, ["2から9まで"]),
        ({"選考回": "{2: {項目: {}}}"}, ["「項目」は使えません"]),
        ({"選考回": "\n  2: {転園: {扱い: 自由}}"}, ["自由"]),
        ({"項目": "\n  a-b: {名前: x, 種類: 文字}"}, ["「a-b」は半角の英字"]),
        ({"施設項目": "\n  a: {名前: x, 種類: 選択}"}, ["に「選択肢: "]),
        ({"施設項目": "\n  a: {名前: x, 種類: 色}"}, ["色", "複数選択"]),
        ({"施設項目": "\n  a: {名前: 種別, 種類: 文字}"}, ["「施設の種別」という名前の項目がほかにも"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_advice(parts, words):
    text = small_rules.text(**parts)
    one = next((one for one in problems(text) if all(word in str(one) for word in words)), None)
    assert one, [str(one) for one in problems(text)]
    assert 1 <= one.line <= text.count("\n") + 1


def test_the_line_is_that_of_the_mistake():
    text = small_rules.text(転園="{扱い: 自由}", 版="いち")
    lines = text.splitlines()
    assert {lines[one.line - 1] for one in problems(text)} == {"版: いち", "転園: {扱い: 自由}"}


def test_every_mistake_is_told_at_once():
    text = small_rules.text(版="いち", 適用開始="来年", 転園="{扱い: 自由}", 知らない="x")
    assert len(problems(text)) == 4


def test_a_key_twice_is_a_mistake():
    assert "二つあります" in told(small_rules.text() + "版: 2\n", "「版」").reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ファイルが空"),
        ("a: [", "書き方が正しくありません"),
        ("- 1\n- 2\n", "「項目: 値」の形"),
        ("ただの文", "「項目: 値」の形"),
    ],
)
def test_what_is_no_rule_file_is_refused(text, words):
    assert any(words in one.reason for one in problems(text))


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(data):
    text = small_rules.text(転園="{扱い: 申込どおり}", 配置基準="{3歳: 15}")
    at = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 30))
    put = data.draw(
        st.sampled_from(["", "[", "{", ": ", "- ", "\n", "x", "あ", "*a", "&a ", "!!python/x ", "|"])
    )
    with suppress(rules.RulesRefused):
        rules.read(text[:at] + put + text[at + cut :])


def test_a_round_replaces_what_it_names_and_no_more():
    read = small_rules.read(
        転園="{扱い: 申込どおり}",
        選考回="""
  2:
    転園: {扱い: 受け付けない}
    同点のとき: {出典: 第9条, 順: [{名前: くじ引き, 比べる: くじ}]}""",
    )
    second = read.for_round(2)
    assert (read.transfers.value, second.transfers.value) == ("申込どおり", "受け付けない")
    assert (read.tie_labels, second.tie_labels) == (("受付番号",), ("くじ引き",))
    assert second.basic == read.basic or [row.points for row in second.basic.rows] == [20, 10, 5]
    assert read.for_round(3).transfers is read.transfers
    assert read.rounds == (1, 2)


def test_the_level_of_the_index_can_be_changed():
    read = small_rules.read(選考回="{2: {転園: {扱い: 受け付けない}}}")
    assert not read.level.household
    changed = read.with_level("household")
    assert changed.level.household
    assert changed.for_round(2).level.household
    with pytest.raises(ValueError, match="unknown"):
        read.with_level("town")
