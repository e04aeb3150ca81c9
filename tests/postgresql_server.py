"""A real PostgreSQL for the tests: made in a temporary folder, thrown away afterwards.

    with postgresql_server() as server:
        url = server.new_database("yakuba")

Durability is switched off unless asked for, so never keep anything in it. Databases belong to a role like an installation's:
one without any right over the server, whom row-level security holds (ADR 46).
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

START_TIMEOUT = 60  # seconds
ROLE = "yakuba"
EVERY_TOWN = "-c yakuba.municipality=every"  # for a reader who does not go through the program
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """A running server on the loopback address, with one superuser `postgres` and the role `yakuba`, who may make
    databases and no more."""

    port: int
    password: str
    folder: Path

    def url(self, database: str, role: str = ROLE) -> str:
        """The address of a database, as YAKUBA_DATABASE_URL wants it."""
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Create an empty database and return its address. Raises psycopg.Error when it exists."""
        self.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(ROLE))
        )
        return self.url(name)

    def execute(self, statement: sql.Composed) -> None:
        """Let the superuser do something outside of a transaction."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def postgresql_server(*, durable: bool = False, also_at: str = "") -> Iterator[Server]:
    """Start a server of its own and stop it at the end. Skips the test where PostgreSQL is not installed.

    `durable` makes it wait for the disk at every commit, as a real one does (for benchmarks). also_at: an address of this
    machine at which others of its network (/24) reach it too.
    """
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian package: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="yakuba-postgresql-"))
    try:
        server = Server(_free_port(), secrets.token_hex(16), folder)
        _create(programs, server)
        settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
        if also_at:
            settings = settings | {"listen_addresses": f"127.0.0.1,{also_at}"}
            with (folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as file:
                file.write(f"host all all {also_at}/24 password\n")
        with _running(programs, server, settings):
            role, password = sql.Identifier(ROLE), sql.Literal(server.password)
            server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def by_superuser(asked: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    """The database of a connection with these parameters, as the server's superuser, who has the same password here;
    outside of transactions."""
    own = {key: asked[key] for key in ("host", "port", "password", "dbname")}
    with psycopg.connect(**own, user="postgres", autocommit=True) as connection:
        yield connection


def dump(address: str, file: Path) -> None:
    """Write all that a database holds into a file."""
    _run("pg_dump", "--no-owner", "--enable-row-security", "--file", str(file), address)


def load(address: str, file: Path) -> None:
    """Put what `dump` wrote into an empty database."""
    _run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", str(file), address)


def _run(program: str, *arguments: str) -> None:
    programs = _programs()
    assert programs is not None  # who has an address has the server's programs
    environment = os.environ | {"PGOPTIONS": EVERY_TOWN}
    command = [str(programs / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr


def _programs() -> Path | None:
    """The folder of the newest installed version's programs."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


def _create(programs: Path, server: Server) -> None:
    password_file = server.folder / "password"
    password_file.write_text(server.password + "\n", encoding="ascii")
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        for path in (server.folder, password_file):
            shutil.chown(path, "postgres", "postgres")
    command = [
        programs / "initdb",
        "-D",
        server.folder / "data",
        "-U",
        "postgres",
        f"--pwfile={password_file}",
    ]
    command += ["--auth=password", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(_as_postgres(command), check=True, capture_output=True, cwd=server.folder)


@contextmanager
def _running(programs: Path, server: Server, settings: dict[str, str]) -> Iterator[None]:
    command = [
        programs / "postgres",
        "-D",
        server.folder / "data",
        "-p",
        str(server.port),
        "-k",
        server.folder,
    ]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = server.folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(_as_postgres(command), stdout=output, stderr=output, cwd=server.folder)
    try:
        _wait_until_ready(server, process, log)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)  # stop at once, nothing is worth keeping
        process.wait(timeout=600)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(server.url("postgres", "postgres"), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from None
            time.sleep(0.1)


def _as_postgres(command: list[object]) -> list[str]:
    """The command line, run as an ordinary user; the program ends with the process that started it."""
    starter = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        starter += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [*starter, *map(str, command)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
