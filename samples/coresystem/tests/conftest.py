"""Runs the real program as a real process; every test talks to it over HTTP."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(FOLDER)]

import stored  # noqa: E402
from core.troubles import Settings  # noqa: E402
from coresystem_client import Client  # noqa: E402

TOKEN = "control-for-tests"


@dataclass(frozen=True)
class Running:
    """A running program; `before` are its counters when the test began."""

    process: subprocess.Popen[str]
    port: int
    database: Path
    before: Mapping[str, int]

    def client(self) -> Client:
        """A client that is logged in."""
        client = Client(self.port)
        assert client.login().location == "/menu"
        return client

    def control(self, **changes: object) -> dict:
        """Change troubles and return settings and counters of this test; without arguments only ask."""
        client = Client(self.port)
        method, body = ("POST", json.dumps(changes)) if changes else ("GET", None)
        page = client.request(method, "/_control", body, X_Control_Token=TOKEN)
        assert page.status == 200, page.text
        report = json.loads(page.text)
        report["counters"] = {name: n - self.before.get(name, 0) for name, n in report["counters"].items()}
        return report

    def stored(self) -> list[dict]:
        return stored.stored(self.database)


@contextmanager
def run_server(database: Path, *options: str) -> Iterator[Running]:
    """Start server.py on a free port and stop it at the end, whatever happens."""
    command = [sys.executable, str(FOLDER / "server.py"), "--port", "0", "--database", str(database)]
    process = subprocess.Popen(
        [*command, "--control-token", TOKEN, *options], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        yield Running(process, int(re.search(r":(\d+)/", line)[1]), database, {})
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def _one_program(tmp_path_factory) -> Iterator[Running]:
    with run_server(tmp_path_factory.mktemp("coresystem") / "core.sqlite3") as running:
        yield running


@pytest.fixture
def server(_one_program: Running) -> Running:
    """One program for many tests, each with empty tables and no troubles."""
    with closing(sqlite3.connect(_one_program.database, timeout=30)) as connection, connection:
        connection.execute("DELETE FROM entry")
        connection.execute("DELETE FROM sqlite_sequence")
    report = _one_program.control(**asdict(Settings()))
    return replace(_one_program, before=report["counters"])


@pytest.fixture
def start(tmp_path: Path):
    """`start(*options)`: a context manager that runs a program of its own, on this test's database."""
    return lambda *options: run_server(tmp_path / "core.sqlite3", *options)
