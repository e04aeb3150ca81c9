"""The core system's own SQLite database: one row an entry, written in one transaction."""

from __future__ import annotations

import datetime
import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

JST = datetime.timezone(datetime.timedelta(hours=9))
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    procedure TEXT NOT NULL,
    receipt_number TEXT NOT NULL,
    person TEXT NOT NULL,
    staff_number TEXT NOT NULL,
    stored_at TEXT NOT NULL,
    item_values TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_receipt ON entry (procedure, receipt_number);
"""
_COLUMNS = "id, procedure, receipt_number, person, staff_number, stored_at, item_values"


@dataclass(frozen=True)
class Entry:
    """One stored row; `values` holds every input's value as it was entered, by
    input key; `stored_at` is Japan Standard Time, ISO 8601 without offset.
    """

    number: int
    procedure: str
    receipt_number: str
    person: str
    staff_number: str
    stored_at: str
    values: Mapping[str, str]

    @property
    def registration_number(self) -> str:
        return f"K-{self.number:06d}"


def connect(path: Path) -> sqlite3.Connection:
    """Open the database in WAL mode; a commit is on disk before the call returns (synchronous=FULL)."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open an existing database for reading only; sqlite3.OperationalError when there is none."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def entries(
    connection: sqlite3.Connection, where: str = "1 ORDER BY id", arguments: tuple[object, ...] = ()
) -> list[Entry]:
    """The entries that match a condition with its parameters; by default all, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE {where}", arguments)
    return [
        Entry(number, procedure, receipt_number, person, staff, stored_at, json.loads(text))
        for number, procedure, receipt_number, person, staff, stored_at, text in rows
    ]


class Store:
    """Reads and writes entries; safe to share between threads, each thread gets its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        # SQLite would make concurrent writers wait by polling; a lock hands over at once.
        self._writing = threading.Lock()
        self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path)
        connection: sqlite3.Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Close the connection of the calling thread, if it has one."""
        if hasattr(self._local, "connection"):
            self._local.connection.close()
            del self._local.connection

    def add(
        self, procedure: str, receipt_number: str, person: str, staff: str, values: Mapping[str, str]
    ) -> str:
        """Store one entry and return its registration number; committed when this returns.

        A second entry with the same receipt number is stored too: this system does not look.
        """
        now = datetime.datetime.now(JST).replace(tzinfo=None).isoformat(timespec="seconds")
        text = json.dumps(dict(values), ensure_ascii=False)
        with self._writing:
            cursor = self._connection().execute(
                "INSERT INTO entry (procedure, receipt_number, person, staff_number, stored_at, item_values)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (procedure, receipt_number, person, staff, now, text),
            )
        return f"K-{cursor.lastrowid:06d}"

    def search(self, procedure: str, receipt_number: str) -> list[Entry]:
        """All entries of a procedure with that receipt number, oldest first."""
        return entries(
            self._connection(),
            "procedure = ? AND receipt_number = ? ORDER BY id",
            (procedure, receipt_number),
        )

    def page(self, procedure: str, page: int, size: int) -> list[Entry]:
        """One page (from 1) of a procedure's entries, newest first."""
        return entries(
            self._connection(),
            "procedure = ? ORDER BY id DESC LIMIT ? OFFSET ?",
            (procedure, size, (page - 1) * size),
        )

    def entry(self, procedure: str, number: int) -> Entry | None:
        """The entry with that number, or None."""
        found = entries(self._connection(), "procedure = ? AND id = ?", (procedure, number))
        return found[0] if found else None

    def count(self, procedure: str) -> int:
        """How many entries a procedure has."""
        row = self._connection().execute("SELECT count(*) FROM entry WHERE procedure = ?", (procedure,))
        return int(row.fetchone()[0])
