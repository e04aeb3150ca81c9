"""Letters as browsers write them in Shift_JIS and EUC-JP. The bytes are those of Chromium (see `test_fast_lane`)."""

from __future__ import annotations

import pytest

from yakuba.services.robots.adapters.plain.letters import Unwritable, decoded, encoded


def test_letters_that_stand_twice_are_written_as_browsers_do():
    assert encoded("髙﨑ⅰ", "cp932") == bytes.fromhex("fbfcfab1fa40")  # Python: eee0 ed95 eeef
    assert encoded("①～−∵Ⅰ№", "cp932") == bytes.fromhex("87408160817c81e687548782")
    assert encoded("東ｱ a", "cp932") == "東ｱ a".encode("cp932")


@pytest.mark.parametrize(
    ("letter", "codec"), [("♥", "cp932"), ("\ue000", "cp932"), ("𠮷", "cp932"), ("丂", "euc_jp")]
)
def test_letters_that_an_encoding_does_not_have_are_left_to_the_browser(letter, codec):
    with pytest.raises(Unwritable):
        encoded(f"あ{letter}", codec)


@pytest.mark.parametrize("codec", ["cp932", "euc_jp"])
@pytest.mark.parametrize("letter", "〜‖¢£¬")
def test_letters_that_only_look_like_those_of_the_encoding_are_left_to_the_browser(letter, codec):
    with pytest.raises(Unwritable):
        encoded(letter, codec)


def test_places_that_pythons_euc_jp_knows_by_another_letter():
    written = bytes.fromhex("a1c1a1c2a1dda1f1a1f2a2cc")
    assert decoded(written, "euc_jp") == "～∥－￠￡￢"
    assert encoded("～∥－￠￡￢", "euc_jp") == written
    assert encoded("−", "euc_jp") == written[4:6]
