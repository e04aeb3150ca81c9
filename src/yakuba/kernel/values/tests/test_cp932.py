"""What a CP932 file holds of a text, and what it tells."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.values import cp932


@pytest.mark.parametrize(
    ("value", "held", "lost"),
    [
        ("か\u3099んこ\u3099", "がんご", []),
        ("葛\U000e0100城", "葛城", ["葛\U000e0100"]),
        ("¥500", "￥500", []),
        ("⼭⽥", "山田", []),
        ("⻑⻘", "長青", []),
        ("山\u00a0田", "山 田", []),
        ("山\u200b田", "山田", []),
        ("1–2", "1－2", ["–"]),
        ("９時〜１７時", "９時～１７時", []),
        ("José", "Jos〓", ["é"]),
        ("Jose\u0301", "Jos〓", ["é"]),
        ("\ufa19田\ufa1b", "\ufa19田\ufa1b", []),
        ("𠮷田", "〓田", ["𠮷"]),
        ("東町−1", "東町－1", []),
        ("\ufa45", "海", ["\ufa45"]),
        ("護\u51de", "護\ufa15", ["\u51de"]),
        ("\u8612", "\ufa20", ["\u8612"]),
        ("3\u00c5", "3\u212b", []),
        ("㉑番", "〓番", ["㉑"]),
    ],
)
def test_what_can_be_written_is_and_the_rest_is_told(value: str, held: str, lost: list[str]) -> None:
    written, losses = cp932.written(value)
    assert written.encode("cp932").decode("cp932") == held
    assert [loss.character for loss in losses] == lost
    assert all(str(loss).endswith("。") for loss in losses)


def test_what_cp932_has_under_another_code_point_is_no_mark():
    """The canonical equivalents of everything that it holds."""
    held: set[str] = set()
    for first in range(0x100):
        for code in (bytes([first]), *(bytes([first, second]) for second in range(0x40, 0xFD))):
            with suppress(UnicodeDecodeError):
                held.add(unicodedata.normalize("NFC", code.decode("cp932")))
    equal = [one for one in map(chr, range(0xD800)) if unicodedata.normalize("NFC", one) in held]
    assert len(equal) > 7000
    assert [one for one in equal if one != cp932.GETA and cp932.GETA in cp932.written(one)[0]] == []


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_can_be_written_and_is_then_as_it_stays(text: str) -> None:
    written, losses = cp932.written(text)
    assert cp932.written(written) == (written, ())
    written.encode("cp932")
    assert written.count(cp932.GETA) <= text.count(cp932.GETA) + len(losses)
