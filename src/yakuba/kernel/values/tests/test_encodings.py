"""Texts of usual programs are read, and what is none is not."""

from __future__ import annotations

import pytest

from yakuba.kernel.values.characters import fit
from yakuba.kernel.values.encodings import decoded


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_a_text_is_read_whatever_wrote_it(encoding):
    assert decoded("市民課\r\nの窓口".encode(encoding)) == "市民課\r\nの窓口"


@pytest.mark.parametrize("content", [b"\0\1\2\3", b"\xff\xff\xfd\x80\x81", b"\xff\xfea"])
def test_what_is_no_text_is_none(content):
    assert decoded(content) is None


def test_what_nothing_can_hold_goes_and_the_rest_stays():
    assert fit("a\0b\x0c\ud800c\uffff\t\n髙") == "abc\t\n髙"
