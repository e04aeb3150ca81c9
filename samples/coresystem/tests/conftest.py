"""Fixtures: the real program as a real process; every test talks to it over HTTP."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from core.troubles import Settings  # noqa: E402
from coresystem_process import Running, run_server  # noqa: E402


@pytest.fixture(scope="session")
def _one_program(tmp_path_factory) -> Iterator[Running]:
    with run_server(tmp_path_factory.mktemp("coresystem") / "core.sqlite3") as running:
        yield running


@pytest.fixture
def server(_one_program: Running) -> Running:
    """One program for many tests, each with empty tables and no troubles."""
    with closing(sqlite3.connect(_one_program.database, timeout=600)) as connection, connection:
        connection.execute("DELETE FROM entry")
        connection.execute("DELETE FROM sqlite_sequence")
    report = _one_program.control(**asdict(Settings()))
    return replace(_one_program, before=report["counters"])


@pytest.fixture
def start(tmp_path: Path):
    """`start(*options)`: a context manager that runs a program of its own, on this test's database."""
    return lambda *options: run_server(tmp_path / "core.sqlite3", *options)
