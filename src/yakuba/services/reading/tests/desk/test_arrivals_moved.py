"""Files of the scanner's folder that are put away: killed in the middle, names that are taken, what may not be opened."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest

from yakuba.kernel.files import dropfolders as disk
from yakuba.services.reading.tests.desk.test_arrivals import BUS, Scanner, root, scanner

__all__ = ["root", "scanner"]  # fixtures

pytestmark = pytest.mark.django_db


def lying(scanner: Scanner, content: bytes) -> disk.Found:
    """A file as a look finds it."""
    scanner.put("朝.pdf", content)
    with disk.opened(scanner.path.parents[1], scanner.path.parent.name, scanner.path.name) as where:
        return next(file for file in where.listed().files if file.shown == "朝.pdf")


def put_away(scanner: Scanner, file: disk.Found, content: bytes, **more: str) -> str:
    with disk.opened(scanner.path.parents[1], scanner.path.parent.name, scanner.path.name) as where:
        return where.put_away(file, disk.DONE, 7, hashlib.sha256(content).hexdigest(), **more)


def test_killed_between_the_move_and_the_comparison_another_file_comes_back(scanner):
    file = lying(scanner, b"what was taken")
    (scanner.path / "済").mkdir()
    (scanner.path / "朝.pdf").write_bytes(b"came meanwhile")
    (scanner.path / "朝.pdf").rename(scanner.path / "済" / "7_朝.pdf")
    assert put_away(scanner, file, b"what was taken") == ""
    assert (scanner.path / "朝.pdf").read_bytes() == b"came meanwhile"


def test_killed_after_the_move_a_new_file_of_the_name_does_not_write_over_it(scanner):
    file = lying(scanner, b"what was taken")
    assert put_away(scanner, file, b"what was taken") == "7_朝.pdf"
    scanner.put("朝.pdf", b"the next pile!")
    assert put_away(scanner, file, b"what was taken") == "7_朝.pdf"
    assert (scanner.path / "済" / "7_朝.pdf").read_bytes() == b"what was taken"
    assert (scanner.path / "朝.pdf").read_bytes() == b"the next pile!"


@pytest.mark.parametrize("first", ["n" * 200 + ".pdf", "束" * 83 + ".pdf"], ids=["long", "wide"])
def test_what_comes_back_finds_a_free_name_however_long_it_is(scanner, first):
    scanner.put(first, b"one")
    scanner.put(first[-120:], b"two")
    scanner.put("_" + first[-120:], b"three")
    (scanner.path / "済").mkdir()
    (scanner.path / "済" / "x").write_bytes(b"four")
    places = [os.open(path, os.O_RDONLY) for path in (scanner.path / "済", scanner.path)]
    try:
        disk._back("x", places[0], first, places[1])
    finally:
        for place in places:
            os.close(place)
    found = {path.read_bytes() for path in scanner.path.iterdir() if path.is_file()}
    assert found >= {b"two", b"four"}


def test_a_reason_is_written_into_no_pipe_and_no_other_file(scanner, tmp_path):
    (tmp_path / "theirs.txt").write_text("theirs")
    (scanner.path / "済").mkdir()
    beside = scanner.path / "済" / "7_朝.pdf.理由.txt"
    file = lying(scanner, b"broken")
    os.link(tmp_path / "theirs.txt", beside)
    put_away(scanner, file, b"broken", told="読めません。")
    assert (tmp_path / "theirs.txt").read_text() == "theirs"
    beside.unlink()
    os.mkfifo(beside)
    put_away(scanner, file, b"broken", told="読めません。")
    assert "読めません。" in beside.read_text("utf-8-sig")


def test_a_file_that_nobody_may_open_keeps_no_other_waiting(scanner, monkeypatch):
    scanner.put("あ閉.pdf", b"%PDF closed")
    scanner.put("朝.pdf", scanner.desk.scans.pdf(BUS))
    copy = disk.Folder.copy

    def closed(self: disk.Folder, file: disk.Found, *more: Any) -> Any:
        if file.shown == "あ閉.pdf":
            raise disk.FolderTrouble("ファイルを開く権利がありません。")
        return copy(self, file, *more)

    monkeypatch.setattr(disk.Folder, "copy", closed)
    scanner.look()
    scanner.take()
    assert [row.state for row in scanner.rows()] == ["taking", "taken"]
    scanner.folder.refresh_from_db()
    assert "あ閉.pdf" in scanner.folder.trouble
