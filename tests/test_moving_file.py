"""The file in which a municipality moves: written whole, read by whoever has the passphrase, and never in another's place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_moving import CODE, WORDS, _cheap, file, here, out, quiet
from town_objects import RECEIPT_NUMBER, SECRET_WORD

from yakuba.config.moving import exporting, frames, importing, sealed
from yakuba.demo import town
from yakuba.kernel.audit.models import ChainHead
from yakuba.kernel.refusals import Conflict, Invalid, Refused

__all__ = ["_cheap", "file", "here", "out"]  # fixtures


def test_a_broken_record_is_not_taken_along(here, tmp_path):
    with town.in_yakuba_city() as municipality:
        ChainHead.objects.filter(municipality=municipality).update(hash="0" * 64)
    with pytest.raises(Conflict, match="監査記録に問題がある"):
        exporting.export(municipality, tmp_path / "x", WORDS, quiet)
    assert not list(tmp_path.glob("x*"))


def test_no_file_is_written_over(here, tmp_path):
    (tmp_path / "x").write_text("mine")
    with town.in_yakuba_city() as municipality, pytest.raises(Refused, match="もうあります"):
        exporting.export(municipality, tmp_path / "x", WORDS, quiet)
    assert (tmp_path / "x").read_text() == "mine"


def test_two_at_once_do_not_write_into_each_other(here, tmp_path):
    """The second came while the first wrote: it is refused, and the first one's file is whole."""
    target, said = tmp_path / "x", []

    def second(what: str, done: int, of: int) -> None:
        if not said:
            said.append("")
            with pytest.raises(Conflict) as refused:
                exporting.export(municipality, target, WORDS, quiet)
            said[0] = str(refused.value)

    with town.in_yakuba_city() as municipality:
        exporting.export(municipality, target, WORDS, second)
    assert "いま、同じ名前で書いています" in said[0]
    assert importing.read_head(target, WORDS).code == CODE
    assert [path.name for path in tmp_path.glob("x*")] == ["x"]


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(Invalid, match="ファイルではありません"):
            importing.read_head(path, WORDS)


def test_nothing_of_it_can_be_read_without_the_passphrase(file):
    content = file.read_bytes()
    for word in (RECEIPT_NUMBER, SECRET_WORD, "やくば市", "child_name"):
        assert word.encode() not in content
    assert os.stat(file).st_mode & 0o077 == 0


def test_frames_that_are_none_are_refused(tmp_path):
    for kind, content in ((b"X", b""), (frames.ROWS, b"")):
        with (tmp_path / "f").open("wb") as out:
            writer = sealed.SealedWriter(out, WORDS)
            frames.put(writer, kind, content)
            writer.close()
        with (tmp_path / "f").open("rb") as back, pytest.raises(Invalid):
            frames.head_of(sealed.SealedReader(back, WORDS))
