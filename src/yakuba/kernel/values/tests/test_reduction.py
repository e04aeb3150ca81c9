"""The town's table of reduced characters: read with its faults, applied on export, and told."""

from __future__ import annotations

import pytest

from yakuba.kernel.values import ValueRefused
from yakuba.kernel.values.reduction import read_table, reduced

TABLE = "文字,縮退先\n邉,辺\nU+845B U+E0100,葛\nU+20BB7,吉\n"


def test_characters_are_reduced_and_every_place_is_told() -> None:
    text, told = reduced("渡邉葛\U000e0100𠮷邉", read_table(TABLE))
    assert text == "渡辺葛吉辺"
    assert [one.character for one in told] == ["邉", "葛\U000e0100", "𠮷", "邉"]
    assert "U+845B U+E0100" in str(told[1])


def test_a_kanji_with_a_selector_that_the_table_lacks_is_looked_up_without_it() -> None:
    assert reduced("邉\U000e0102", read_table(TABLE))[0] == "辺"


def test_what_the_table_does_not_name_stays() -> None:
    assert reduced("髙\U000e0100橋", read_table(TABLE)) == ("髙\U000e0100橋", ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1行目"),
        ("a,b\n邉,辺", "1行目"),
        ("文字,縮退先\n邉,", "2行目"),
        ("文字,縮退先\n渡邉,渡辺", "2行目"),
        ("文字,縮退先\n邉,辺\n邉,邊", "二度"),
        ("文字,縮退先\n邉,邊\n邊,辺", "行き着く先"),
        ("文字,縮退先\nU+FFFFFF,辺", "2行目"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(text: str, words: str) -> None:
    with pytest.raises(ValueRefused, match=words):
        read_table(text)
