"""A file that somebody named: whatever it is, no more than allowed is read of it, and why not is told in Japanese."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from yakuba.kernel.definitions.given import Unreadable, content, opened


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"1\n2\n",))
    writer.start()
    yield path
    writer.join()


def test_a_file_is_read_up_to_what_is_allowed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert content(path, 5) == b"12345"
    with pytest.raises(Unreadable, match=r"file: ファイルが大きすぎます"):
        content(path, 4)


def test_of_a_device_without_end_no_more_is_read_than_is_allowed():
    with pytest.raises(Unreadable, match=r"^/dev/zero: ファイルが大きすぎます（1MBまで）"):
        content(Path("/dev/zero"), 1_000_000)
    with pytest.raises(Unreadable, match="大きすぎます（20KBまで）"):  # "0MBまで" was said of smaller ones
        content(Path("/dev/zero"), 20_000)
    with pytest.raises(Unreadable, match="大きすぎます"), opened(Path("/dev/zero"), 1_000_000):
        pass


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none", "ありません。名前と場所を"),
        ("file/none", "ありません。名前と場所を"),
        (".", "フォルダです"),
        ("x" * 300, "読めません（"),
    ],
)
def test_what_cannot_be_read_is_told_in_japanese(tmp_path, name, told):
    (tmp_path / "file").touch()
    with pytest.raises(Unreadable, match=told) as error:
        content(tmp_path / name)
    assert error.value.exit_code == 2


def test_a_pipe_can_be_read_from_its_beginning_twice(pipe):
    with opened(pipe, 100) as file:
        assert file.read() == b"1\n2\n"
        file.seek(0)
        assert file.read() == b"1\n2\n"


def test_a_file_is_not_read_before_it_is_asked_for(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    with opened(path, 1) as file:
        assert file.read(2) == b"12"
