"""The process in which hostile files are read reaches nothing but its file, and ends whatever it does."""

from __future__ import annotations

import errno
import io
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from yakuba.kernel.files import apart, confinement, opening
from yakuba.kernel.files.tests import attempts, without_walls
from yakuba.kernel.refusals import Invalid, Unavailable

TOO_HEAVY = "時間またはメモリがかかりすぎる"


def test_who_has_taken_the_process_over_reaches_nothing(tmp_path):
    secret = tmp_path / "master.key"
    secret.write_bytes(b"a key")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        asked = {
            "host": "127.0.0.1",
            "port": server.getsockname()[1],
            "secret": str(secret),
            "parent": os.getpid(),
        }
        came = {one.head["attempt"]: one.head["came"] for one in apart.read(attempts.tried, b"x", **asked)}
        with pytest.raises(TimeoutError):
            server.accept()
    assert len(came) == 12
    assert [name for name, outcome in came.items() if outcome == "done"] == []


@pytest.mark.parametrize("shut", [confinement._shut_calls, lambda libc: confinement._shut_paths(libc, "")])
def test_both_walls_stand_on_this_kernel(shut):
    """In a child, since no wall ever comes down."""
    child = os.fork()
    if not child:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(38, 1, 0, 0, 0)
        os._exit(0 if shut(libc) else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    ("lacking", "calls"),
    [
        ("seccomp", [confinement._MACHINES[platform.machine()][5]]),
        ("landlock", [confinement._CREATE]),
        ("seccomp と landlock", [confinement._MACHINES[platform.machine()][5], confinement._CREATE]),
    ],
)
def test_a_machine_without_a_wall_says_so_and_opens_honest_files(lacking, calls):
    asked = [sys.executable, "-m", without_walls.__name__, *map(str, calls)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"False Linuxの {lacking} が使えないため")
    assert done.stdout.endswith(" a file\n")


def test_threads_room_on_the_disk_and_the_file_itself_are_there():
    told = apart.answer(attempts.ordinary, b"a file", scratch=True)
    assert (told.head["room"], told.body) == (1000, b"a file")


def test_without_leave_nothing_is_written():
    with pytest.raises(Invalid, match="壊れている"):
        apart.answer(attempts.ordinary, b"a file")


@pytest.mark.parametrize("of", ["memory", "time"])
def test_what_would_take_everything_is_ended_and_told(of):
    with pytest.raises(Invalid, match=TOO_HEAVY):
        apart.answer(attempts.too_much, b"x", seconds=1.0, scratch=True, of=of)


def test_a_disk_is_not_filled():
    with pytest.raises(Invalid, match=TOO_HEAVY):
        apart.answer(attempts.too_much, b"x", scratch=True, of="disk")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_no_fault_of_the_file_and_worth_another_try(number):
    with pytest.raises(Unavailable, match="ディスクに空きがない"):
        apart.answer(attempts.without_room, b"x", scratch=True, number=number)


def test_what_writes_more_than_it_may_is_too_heavy():
    with pytest.raises(Invalid, match=TOO_HEAVY):
        apart.answer(attempts.without_room, b"x", scratch=True, number=errno.EFBIG)


@pytest.mark.parametrize("scratch", [False, True])
def test_a_temporary_folder_that_takes_nothing_is_told(monkeypatch, tmp_path, scratch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Unavailable, match="ディスクに空きがないか書き込めない"):
        apart.answer(attempts.ordinary, b"x", scratch=scratch)


def test_a_machine_that_starts_no_process_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Unavailable, match="混み合って"):
        apart.answer(attempts.ordinary, b"x")


def test_who_says_something_now_and_then_and_never_ends_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(opening, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr(opening, "WAITED_A_SECOND", 0)
    with pytest.raises(Invalid, match=TOO_HEAVY):
        for _ in apart.read(attempts.dribbling, b"x"):
            pass


def test_a_refusal_comes_whole_behind_what_was_told_before():
    frames = apart.read(attempts.refusing, b"x")
    assert next(frames).body == b"the first"
    with pytest.raises(Invalid) as refused:
        next(frames)
    assert str(refused.value) == "ここ: だめです。直してください。"
    assert [str(one) for one in refused.value.problems] == ["3行目 欄: 空です。"]


def test_a_fault_of_a_library_is_told_and_no_word_of_the_file_is_logged(caplog):
    with pytest.raises(Invalid, match="壊れている"):
        apart.answer(attempts.stumbling, "山田太郎".encode())
    assert "RuntimeError at attempts.py" in caplog.text
    assert "山田" not in caplog.text


def test_whoever_stops_listening_ends_it_and_leaves_no_folder():
    with closing(apart.read(attempts.sleeping, b"x", scratch=True)) as frames:
        first = next(frames)
        assert Path(f"/proc/{first.head['number']}").exists()
        assert Path(first.body.decode()).is_dir()
    assert not Path(f"/proc/{first.head['number']}").exists()
    assert not Path(first.body.decode()).exists()


def test_it_is_killed_and_not_waited_for():
    with tempfile.TemporaryFile() as file, apart._asked({}) as asked:
        called = f"{attempts.__name__}:sleeping"
        opened = opening.Opening(file, 20)
        frames = opened.frames(called, str(asked), "", program=apart.PROGRAM, kept_open=(asked,))
        next(frames)
        process = frames.gi_frame.f_locals["process"]
        frames.close()
    assert process.returncode == -signal.SIGKILL


def test_the_callers_place_in_the_file_stays_where_it_is():
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.seek(4)
        assert apart.answer(attempts.ordinary, file, scratch=True).body == b"0123456789"
        assert file.tell() == 4
    assert apart.answer(attempts.ordinary, io.BytesIO(b"0123"), scratch=True).body == b"0123"


def test_a_kind_of_refusal_that_nobody_expects_is_one_of_the_input():
    assert isinstance(apart._refusal({"refused": "Unavailable"}, (Unavailable,)), Invalid)
