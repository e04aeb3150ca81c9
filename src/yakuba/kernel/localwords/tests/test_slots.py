"""Places in texts, in either kind of braces, and the words that may stand in them."""

from __future__ import annotations

import pytest

from yakuba.kernel.localwords import slots
from yakuba.kernel.localwords.table import COLUMNS, Given, read
from yakuba.kernel.tables.reading import Row

ROOMS = {"answers": "問い合わせ応答", "intake": "申請受付"}


def test_half_width_and_full_width_braces_are_one_place():
    assert slots.names("電話は{電話}、", "｛ 窓口 ｝と{電話}") == ["電話", "窓口"]
    told = slots.filled("{ 電話 }・｛電話｝・{窓口｝", {"電話": "1", "窓口": "2"})
    assert told == "1・1・2"
    assert slots.filled("{電話}", {"電話": ""}) == "{電話}"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("電話は{電話}です。", []),
        ("{窓口}と{窓口}", ["窓口"]),
        ("電話は{電話です。", ["電話です。"]),
        ("{}", ["{", "}"]),
        ("{電話\n}", ["電話", "}"]),
        (f"{{{'長' * 41}}}", ["長" * 12, "}"]),
    ],
)
def test_what_is_left_over_is_missing_as_well(text, missing):
    assert slots.missing(text, {"電話": "1"}) == missing


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("電話", "00-0000-0000", ""),
        ("電話", "", ""),
        ("電話", "{窓口}へ", "使えません"),
        ("電話", "｝", "使えません"),
        ("電話", "<b>1</b>", "HTML"),
        ("電話", "長" * 301, "300文字まで"),
        ("電話", "\0", "使えない文字"),
        ("電話\0", "1", "名前"),
        ("電{話", "1", "名前"),
        (" 電話", "1", "名前"),
        ("", "1", "名前"),
        ("長" * 41, "1", "名前"),
        ("電話", "1番\n2番", "改行"),
        ("電話", "1番\u20282番", "改行"),
    ],
)
def test_a_word_that_cannot_be_told_says_why(name, value, fault):
    found = slots.fault_of(name, value)
    assert (fault in found) if fault else not found


def test_a_table_gives_words_and_faults_by_line():
    rows = [
        Row(line, dict(zip((one.name for one in COLUMNS), cells, strict=True)))
        for line, cells in enumerate(
            [
                ("{電話}", "1", ""),
                ("電話", "2", "申請受付"),
                ("窓口", "", ""),
                ("電話", "3", "intake"),
                ("場所", "1階", "図書館"),
                ("手数料", "<b>", ""),
            ],
            start=2,
        )
    ]
    words, faults = read(rows, ROOMS)
    assert words == [Given("電話", "1"), Given("電話", "2", "intake")]
    assert [(one.line, one.reason[:6]) for one in faults] == [
        (5, "「電話」は3"),
        (6, "「図書館」と"),
        (7, "「手数料」に"),
    ]
