"""One municipality goes round real installations: SQLite, PostgreSQL, SQLite again; and one is killed while it takes it in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postgresql_server import postgresql_server
from running_house import PASSWORD, PATIENCE, STAFF, House, empty_house, lay_tables, new_house
from town_objects import RECEIPT_NUMBER, SECRET_WORD

from yakuba.config.moving import frames
from yakuba.config.moving.sealed import SealedReader

CODE, WORDS = "990019", "correct-horse-battery"
HOSTS = "127.0.0.1:8100,127.0.0.1:8199,localhost:8199,127.0.0.1:9"  # where the examples say that their systems are
FILL = """
import sys; sys.path.insert(0, "tests")
import django; django.setup()
from town_objects import load_objects
load_objects()
"""
KILLED = """
import os, signal, sys
import django; django.setup()
from pathlib import Path
from yakuba.config.moving import importing
insert, calls = importing._insert, []
def dying(model, rows):
    calls.append(model)
    if len(calls) == {calls}:
        os.kill(os.getpid(), signal.SIGKILL)
    insert(model, rows)
importing._insert = dying
importing.take_in(Path({file!r}), {words!r}, lambda *_: None)
"""
COUNT = """
import django; django.setup()
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy import every_municipality
with every_municipality("all there is"):
    print(Municipality.objects.count(), Case.all_municipalities.count())
"""
CANCEL = """
import django; django.setup()
from yakuba.kernel.jobs.models import FINISHED, Job
from yakuba.kernel.tenancy import every_municipality
with every_municipality("all there is"):
    Job.all_municipalities.exclude(state__in=FINISHED).update(state="cancelled")
"""
KILLED_ERASING = """
import os, signal
import django; django.setup()
from yakuba.config.moving import erasing
from yakuba.kernel.tenancy.models import Municipality
town = Municipality.objects.get(code="990019")
erasing.require_idle(town)
erasing.begin(town, "転出", "")
erasing.connection.check_constraints = lambda: os.kill(os.getpid(), signal.SIGKILL)
erasing.finish("990019", lambda *_: None)
"""
# What an import changes on purpose, as in `test_moving`.
CHANGED = {
    "accounts.User": {"password", "is_staff", "is_superuser"},
    "jobs.Job": {"ticket", "worker_id", "handed_over_at", "stop_request", "state"},
    "schedules.Schedule": {"next_at"},
    "robots.Run": {"holder"},
    "robots.Recording": {"state", "reason"},
    "audit.AuditEvent": {"hash", "previous_hash"},
    "audit.ChainHead": {"hash", "sequence", "plain_until"},
}


def municipality(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yakuba", "municipality", *words, "--passphrase-stdin"]
    return subprocess.run(
        command, env=house.environment, input=f"{WORDS}\n", capture_output=True, text=True, timeout=PATIENCE
    )


def contents(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, bytes]]:
    """Rows by table and number, and files by their key."""
    rows: dict[str, dict[str, Any]] = {}
    files: dict[str, bytes] = {}
    key = ""
    with path.open("rb") as file:
        reader = SealedReader(file, WORDS)
        frames.head_of(reader)
        for kind, content in frames.frames(reader):
            if kind == frames.ROWS:
                told = json.loads(content)
                for row in told["rows"]:
                    number = str(row.get("id", row.get("municipality_id")))
                    rows.setdefault(told["table"], {})[number] = row
            elif kind == frames.FILE:
                key = json.loads(content)["id"]
                files[key] = b""
            elif kind == frames.PIECE:
                files[key] += content
    return rows, files


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[House, Path]:
    """A house on SQLite with one object of everything, and its municipality in a file."""
    folder = tmp_path_factory.mktemp("first")
    house = new_house(folder, YAKUBA_OUTBOUND_HOSTS=HOSTS)
    house.python(FILL)
    file = folder / "town.yakuba"
    done = municipality(house, "export", CODE, str(file))
    assert done.returncode == 0, done.stderr
    return house, file


def require_equal(before: Path, after: Path) -> None:
    (rows, files), (more_rows, more_files) = contents(before), contents(after)
    assert files == more_files
    assert rows.keys() == more_rows.keys()
    for table, ones in rows.items():
        gone = CHANGED.get(table, set())
        for number, row in ones.items():
            other = more_rows[table][number]
            assert {k: v for k, v in row.items() if k not in gone} == {
                k: v for k, v in other.items() if k not in gone
            }, (table, number)
        more = len(more_rows[table]) - len(ones)
        assert more == (0 if table != "audit.AuditEvent" else 2), table  # that it came, and that it goes


def prepared(folder: Path, **settings: str) -> House:
    house = empty_house(folder, **settings)
    lay_tables(house.folder, settings.get("YAKUBA_DATABASE_URL", ""))
    return house


@pytest.fixture
def postgresql() -> Iterator[str]:
    with postgresql_server() as server:
        yield server.new_database("elsewhere")


@pytest.mark.full
@pytest.mark.postgresql
def test_a_municipality_goes_round_and_stays_what_it_is(first, tmp_path, postgresql):
    _, file = first
    before = file
    for number, options in enumerate(({"YAKUBA_DATABASE_URL": postgresql}, {})):
        house = prepared(tmp_path / str(number), **options)
        done = municipality(house, "import", str(before), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["shift"] == 0, "an empty installation leaves all numbers"
        assert house.yakuba("audit", "verify").returncode == 0
        after = tmp_path / f"{number}.yakuba"
        done = municipality(house, "export", CODE, str(after))
        assert done.returncode == 0, done.stderr
        require_equal(before, after)
        before = after
    assert house.yakuba("municipality", "begin", CODE).returncode == 0
    words = ["accounts", "staff", STAFF, "--password-stdin", "--municipality", CODE]
    done = subprocess.run(
        [sys.executable, "-m", "yakuba", *words],
        env=house.environment, input=f"{PASSWORD}\n", capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_an_import_that_is_killed_leaves_nothing_and_is_begun_anew(first, tmp_path):
    _, file = first
    house = prepared(tmp_path / "killed")
    program = KILLED.format(calls=15, file=str(file), words=WORDS)
    killed = subprocess.run(
        [sys.executable, "-c", program], env=house.environment, capture_output=True, timeout=PATIENCE
    )
    assert killed.returncode == -9, killed.stderr
    assert house.python(COUNT).split() == ["0", "0"]
    done = municipality(house, "import", str(file))
    assert done.returncode == 0, done.stderr
    assert house.python(COUNT).split()[0] == "1"
    assert house.yakuba("audit", "verify").returncode == 0
    again = municipality(house, "import", str(file))
    assert (again.returncode, "もうあります" in again.stderr) == (1, True)


def words_in(house: House) -> set[str]:
    """Which of the town's words stand anywhere in the files of its data folder, the database's free pages too."""
    found = set()
    for path in house.folder.rglob("*"):
        if path.is_file() and path.parent.name != "static":
            content = path.read_bytes()
            found |= {word for word in (RECEIPT_NUMBER, SECRET_WORD, "madoguchi") if word.encode() in content}
    return found


@pytest.mark.full
@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_erased_nothing_of_it_is_left_and_elsewhere_it_is_what_it_was(first, tmp_path, postgresql, kind):
    _, file = first
    options = {"YAKUBA_DATABASE_URL": postgresql} if kind == "postgresql" else {}
    house = prepared(tmp_path / "shared", YAKUBA_OUTBOUND_HOSTS=HOSTS, **options)
    # First, so that the numbers of the one that goes are in one piece, and free when it comes back.
    assert house.yakuba("accounts", "municipality", "990027", "となり町").returncode == 0
    assert municipality(house, "import", str(file)).returncode == 0
    house.python(CANCEL)
    before = tmp_path / "before.yakuba"
    assert municipality(house, "export", CODE, str(before)).returncode == 0
    rotated = house.yakuba("keys", "rotate", "--forget-old")
    assert rotated.returncode == 0, rotated.stderr
    command = [sys.executable, "-m", "yakuba", "municipality", "erase", CODE, "--reason", "転出"]
    command += ["--export", str(before), "--passphrase-stdin"]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_ERASING], env=house.environment, capture_output=True, timeout=PATIENCE
    )
    assert killed.returncode == -9, killed.stderr
    assert "消去が途中" in house.yakuba("audit", "verify").stdout
    done = subprocess.run(
        command, env=house.environment, input="", capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert words_in(house) == set()
    assert house.python(COUNT).split() == ["1", "0"]
    verified = house.yakuba("audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert municipality(house, "import", str(before)).returncode == 0, "it may come back"
    after = tmp_path / "after.yakuba"
    assert municipality(house, "export", CODE, str(after)).returncode == 0
    require_equal(before, after)
