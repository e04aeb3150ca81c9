"""A test that fails once passes in the second run; one that fails twice has failed."""

from __future__ import annotations

import os

import pytest
from once_more_alone import MOST, run

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
BARE = ["-p", "no:django", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull]
FAILS_ONCE = """
from pathlib import Path

def test_once():
    seen = Path(__file__).with_name("seen")
    there = seen.exists()
    seen.touch()
    assert there
"""


def _run(tmp_path, text: str, *more: str) -> int:
    (tmp_path / "test_one.py").write_text(text, encoding="utf-8")
    return run([*BARE, *more, str(tmp_path / "test_one.py")], ENVIRONMENT)


def test_what_passes_is_run_once(tmp_path, capfd):
    assert _run(tmp_path, "def test_right(): pass") == 0
    assert "もう一度" not in capfd.readouterr().out


@pytest.mark.slow
def test_what_passes_alone_passes_and_is_named(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _run(tmp_path, FAILS_ONCE, "-n", "1") == 0
    assert "直すもの" in capfd.readouterr().out


@pytest.mark.slow
def test_what_fails_twice_has_failed(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _run(tmp_path, "def test_wrong(): assert 0") == 1
    assert "1件をもう一度" in capfd.readouterr().out


def test_many_failures_are_not_tried_again(tmp_path, capfd):
    assert _run(tmp_path, "".join(f"def test_{n}(): assert 0\n" for n in range(MOST + 1))) == 1
    assert "もう一度" not in capfd.readouterr().out


def test_a_file_that_cannot_be_read_is_no_second_run(tmp_path):
    assert _run(tmp_path, "def test_(: pass") == 2
