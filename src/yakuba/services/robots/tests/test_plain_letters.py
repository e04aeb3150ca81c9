"""Letters as browsers write them in Shift_JIS and EUC-JP. The bytes are those of Chromium (see `test_fast_lane`)."""

from __future__ import annotations

import pytest

from yakuba.services.robots.adapters.plain.letters import Unwritable, encoded


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
