"""A snapshot of the database while others write, and the way back. The password goes to PostgreSQL's programs in their
environment, which only the same user of the machine can read; an argument everybody can."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Literal
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from yakuba.config.backup.contents import DATABASES
from yakuba.kernel.cli.bound import bound
from yakuba.kernel.postgresql.programs import DUMP as DUMP_PROGRAM
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.activation import EVERY, SETTING

Kind = Literal["sqlite", "postgresql"]
ROWS = "SELECT t.code, f.id FROM files_storedfile f JOIN tenancy_municipality t ON t.id = f.municipality_id"
ANY_TABLE = (
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') "
    "AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
)
DUMP = (
    "pg_dump",
    "--format=custom",
    "--no-owner",
    "--no-privileges",
    "--enable-row-security",  # what is shown to us is everything: see _run
    "--exclude-schema=dbos",  # the job engine's tickets, which the rows make anew
    "--lock-wait-timeout=60000",  # milliseconds for a table; an upgrade may be under way
)
MOST_SAID = 600  # characters of what a program says


def kind() -> Kind:
    """sqlite or postgresql."""
    return "sqlite" if connection.vendor == "sqlite" else "postgresql"


@contextmanager
def snapshot(folder: Path) -> Iterator[Iterator[str]]:
    """Hold one moment of the database. The block is given the names of the files of its rows; behind it the database of
    that moment is written into the folder, which takes minutes. Nothing is written where the block fails."""
    path = folder / DATABASES[kind()]
    path.unlink(missing_ok=True)
    with _sqlite_snapshot(path) if kind() == "sqlite" else _postgresql_snapshot(path) as names:
        yield names


def names_in(path: Path) -> Iterator[str]:
    """The names of the files of the rows in an SQLite copy. Raises Invalid where it is no whole database."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        try:
            copy.execute("PRAGMA trusted_schema=OFF")
            if copy.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
                raise Invalid(
                    "データベースの写しが壊れています。", place=path.name, remedy="別の控えを使ってください。"
                )
            yield from _names(iter(copy.execute(ROWS)))
        except sqlite3.DatabaseError as error:
            raise Invalid(f"データベースの写しを開けません（{error}）。", place=path.name) from error


def prove_dump(file: IO[bytes]) -> None:
    """Let pg_restore read the table of contents of a dump. Raises Invalid, Unavailable."""
    _run(["pg_restore", "--list"], stdin=file, out=subprocess.DEVNULL)


def require_empty() -> None:
    """Raises Conflict where PostgreSQL's database holds a table already, Unavailable where it does not answer."""
    with connection.cursor() as cursor:
        cursor.execute(ANY_TABLE)
        if cursor.fetchone()[0]:
            raise Conflict(
                "データベースは空ではありません。",
                place="YAKUBA_DATABASE_URL",
                remedy="空のデータベースを作り、YAKUBA_DATABASE_URL をそれに合わせてください。",
            )


def load_dump(file: IO[bytes]) -> None:
    """Put a dump into PostgreSQL's empty database, all or nothing."""
    connection.close()
    command = ["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run([*command, "--dbname", _own_name()], stdin=file)


@contextmanager
def _sqlite_snapshot(path: Path) -> Iterator[Iterator[str]]:
    """A reader's place, for which no writer waits, held from the rows to the end of the copy."""
    where = settings.YAKUBA.data_dir.absolute() / "yakuba.sqlite3"
    try:
        source = sqlite3.connect(f"{where.as_uri()}?mode=ro", uri=True, isolation_level=None)
        with closing(source), closing(sqlite3.connect(path)) as copy:
            source.execute("PRAGMA busy_timeout=60000")
            source.execute("BEGIN")
            yield _names(iter(source.execute(ROWS)))
            source.backup(
                copy, pages=-1
            )  # of the moment of BEGIN; in several steps it would leave that place
            # one file, without the -wal that readers would make beside it
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:  # among them a full disk, which here is no OSError
        raise Unavailable(
            f"データベースを {path.parent} に写せません（{error}）。",
            remedy="控えを置くディスクの空きを確かめて、取り直してください。",
        ) from error


@contextmanager
def _postgresql_snapshot(path: Path) -> Iterator[Iterator[str]]:
    """The dump and the rows are of one snapshot, which this transaction holds."""
    across = every_municipality("a backup is of all towns")
    with across, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        exported = cursor.fetchone()[0]
        cursor.execute(ROWS)
        yield _names(iter(cursor.fetchone, None))
        _run([*DUMP, f"--snapshot={exported}", f"--file={path}", "--dbname", _own_name()])


def _names(rows: Iterator[tuple[str, object]]) -> Iterator[str]:
    for code, key in rows:
        text = str(UUID(str(key)))
        yield f"files/{code}/{text[:2]}/{text}"


def _own_name() -> str:
    """The database's name as a connection string, so that one with = in it is not taken for options."""
    return "dbname='" + re.sub(r"(['\\\\])", r"\\\1", str(connection.settings_dict["NAME"])) + "'"


def _run(command: list[str], stdin: IO[bytes] | None = None, out: int | None = None) -> None:
    """Run a program of PostgreSQL that ends with this process, and sees every town. Raises Unavailable with what it said."""
    facts = connection.settings_dict
    given = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = os.environ | {name: str(facts[key]) for name, key in given.items() if facts[key]}
    environment["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c {SETTING}={EVERY}".lstrip()
    done = subprocess.run(
        bound(command), env=environment, stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if "FileNotFoundError" in said:
            said = f"{command[0]} がありません。{DUMP_PROGRAM.remedy}"
        raise Unavailable(f"{command[0]} が失敗しました：{said[-MOST_SAID:]}")
