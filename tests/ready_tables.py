"""The tables of an empty house, made once: making them takes seconds of a core, copying none.

All processes of all runs of the tests in this checkout copy the same file, as long as no migration and no way of making them changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import django
from postgresql_server import dump, load, postgresql_server

HOUSE = Path(__file__).resolve().parent.parent
FOLDER = HOUSE / "build" / "test-tables"
TEMPLATE = "YAKUBA_TEST_TEMPLATE"  # on a server: the database that the tests' own ones are copies of
LAY = """
import django
django.setup()
from yakuba.config import tables
tables.lay()
"""


def copy(target: sqlite3.Connection) -> None:
    """Fill an empty SQLite database with them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with closing(sqlite3.connect(_made())) as ready:
            ready.backup(target)


def load_into(address: str) -> None:
    """Fill an empty database on a PostgreSQL server with them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        load(address, _dumped())


def _lay(environment: Mapping[str, str]) -> None:
    """Make the tables in the database of these settings."""
    paths = os.pathsep.join(filter(None, sys.path))
    told = {**environment, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "yakuba.config.settings"}
    subprocess.run([sys.executable, "-c", LAY], env=told, check=True)


def _made() -> Path:
    made = FOLDER / f"{_digest()}.sqlite3"
    if not made.exists():
        for old in FOLDER.glob("*.sqlite3*"):
            old.unlink()
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            _lay({**_bare(), "YAKUBA_DATA_DIR": folder})
            half = Path(folder) / "yakuba.sqlite3"
            with closing(sqlite3.connect(half)) as database:
                database.execute("PRAGMA journal_mode=DELETE")  # a database in memory has no other
            half.rename(made)
    return made


def _dumped() -> Path:
    made = FOLDER / f"{_digest()}.sql"
    if not made.exists():
        for old in FOLDER.glob("*.sql"):
            old.unlink()
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder, postgresql_server() as server:
            address = server.new_database("yakuba")
            _lay({**_bare(), "YAKUBA_DATA_DIR": folder, "YAKUBA_DATABASE_URL": address})
            half = Path(folder) / "half"
            dump(address, half)
            half.rename(made)
    return made


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("YAKUBA_")}


def _digest() -> str:
    seen = hashlib.sha256(django.__version__.encode())
    house = HOUSE / "src" / "yakuba"
    ways = [house / "config" / "tables.py", house / "kernel" / "tenancy" / "rowsecurity.py"]
    for path in [*ways, *sorted(house.rglob("migrations/*.py"))]:
        seen.update(path.read_bytes())
    return seen.hexdigest()[:32]
