"""Runs server.py as a real process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import stored
from coresystem_client import Client

FOLDER = Path(__file__).parents[1]
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
