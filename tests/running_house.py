"""A house of its own in real processes: a data folder, the web process, and a browser made of sockets."""

from __future__ import annotations

import atexit
import fcntl
import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import ready_tables
from postgresql_server import dump, load, postgresql_server

STAFF, PASSWORD = "hanako", "yakuba-test-word"
SHARED = "YAKUBA_TEST_SHARED"  # the folder of what all processes of a run of the tests share
PATIENCE = 1800  # seconds until something is held to hang; how fast the machine is decides nothing
DUMP = "database.sql"

TABLES = """
import django
django.setup()
from yakuba.config.setup import prepare
prepare()
"""
FIRST_STEPS = f"""{TABLES}
from yakuba.kernel.accounts import actions
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality
with active_municipality(actions.save_municipality("990019", "やくば市")):
    actions.save_role("全部", permission_names())
    actions.save_staff("{STAFF}", roles=["全部"], password="{PASSWORD}")
"""


@dataclass
class House:
    """A prepared data folder and the port that its web process will use."""

    folder: Path
    port: int
    environment: dict[str, str]

    def python(self, program: str) -> str:
        """Run a program with the house's settings; gives what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def yakuba(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `yakuba …`."""
        command = [sys.executable, "-m", "yakuba", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `yakuba …` in a session of its own and leave it running."""
        command = [sys.executable, "-m", "yakuba", *arguments]
        return subprocess.Popen(command, env=self.environment, start_new_session=True)

    @contextmanager
    def web(self) -> Iterator[subprocess.Popen[bytes]]:
        """`yakuba web`, answering; ended with all that it started."""
        with self.running("web") as process:
            self.wait_until_it_answers(process)
            yield process

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`yakuba …`; ended with all that it started."""
        process = self.start(*arguments)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(600)

    def wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        """Until the web process answers on the port."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert process.poll() is None, "the process ended"
            with suppress(OSError):
                if Visitor(self.port).get("/login/").status == 200:
                    return
            time.sleep(0.2)
        raise AssertionError("the house does not answer")


@dataclass
class Visitor:
    """Somebody who asks over HTTP and keeps cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> http.client.HTTPResponse:
        body = urlencode(fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
        return self._ask(
            "POST", path, body.encode(), headers | {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def log_in(self, password: str = PASSWORD, **headers: str) -> None:
        self.get("/login/", **headers)
        answer = self.post("/login/", {"username": STAFF, "password": password}, **headers)
        assert answer.status == 302, answer.status

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        connection = self._connection()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, headers | ({"Cookie": cookie} if cookie else {}))
        answer = connection.getresponse()
        answer.text = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
        for given in answer.headers.get_all("Set-Cookie", []):
            name, value = re.match(r"([^=]+)=([^;]*)", given).groups()  # type: ignore[union-attr]
            self.cookies[name] = value
        connection.close()
        return answer


def empty_house(folder: Path, **settings: str) -> House:
    """A house of which nothing is there yet but its settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("YAKUBA_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "YAKUBA_DATA_DIR": str(folder / "data"),
        "YAKUBA_PORT": str(port),
        **settings,
    }
    return House(folder / "data", port, environment)


def new_house(folder: Path, **settings: str) -> House:
    """A prepared house with one member of staff, who holds every permission. A database on a server must be empty."""
    house = empty_house(folder, **settings)
    address = settings.get("YAKUBA_DATABASE_URL", "")
    if "YAKUBA_MASTER_KEY" in settings:  # what is there is made with it
        if address:
            ready_tables.load_into(address)
        else:
            _bare_tables(house.folder)
        house.python(FIRST_STEPS)
        return house
    made = _prepared("postgresql" if address else "sqlite")
    shutil.copytree(made / "data", house.folder)
    if address:
        load(address, made / DUMP)
    return house


def lay_tables(folder: Path, address: str = "") -> None:
    """Make a data folder, and the empty database on a server at `address`, as `yakuba prepare` leaves them: tables, a
    key, no town."""
    made = _prepared("tables-postgresql" if address else "tables")
    shutil.copytree(made / "data", folder)
    if address:
        load(address, made / DUMP)


@cache
def _prepared(kind: str) -> Path:
    """The data folder of a house that nobody has used, beside it what its server held, if it has one: one for all
    processes of a run of the tests, which `once_more_alone.py` gives a folder for such things, else one for this
    process."""
    shared = os.environ.get(SHARED)
    folder = Path(shared or tempfile.mkdtemp(prefix="yakuba-test-house-"))
    if not shared:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with (folder / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / kind
        if not done.exists():
            half = folder / f"{kind}-half"
            shutil.rmtree(half, ignore_errors=True)
            _prepare(kind, half)
            half.rename(done)
    return done


def _prepare(kind: str, folder: Path) -> None:
    steps = TABLES if kind.startswith("tables") else FIRST_STEPS
    if not kind.endswith("postgresql"):
        house = empty_house(folder)
        _bare_tables(house.folder)
        house.python(steps)
        return
    with postgresql_server() as server:
        address = server.new_database("yakuba")
        ready_tables.load_into(address)
        empty_house(folder, YAKUBA_DATABASE_URL=address).python(steps)
        dump(address, folder / DUMP)


def _bare_tables(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "yakuba.sqlite3")) as database:
        ready_tables.copy(database)
