"""Backups that are not what they say: changed, cut, made by somebody else, or of a newer release. And SIGKILL at any
moment: neither half a backup nor half a town is ever taken for a whole one."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from yakuba.config.backup import databases, keys, restoring, taking
from yakuba.config.backup.checking import check
from yakuba.config.backup.contents import CONTENTS, MANIFEST, Manifest, read_manifest
from yakuba.config.environment import Environment
from yakuba.config.folder import RESTORING
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused, Unavailable

MASTER, OTHER = bytes(range(32)), bytes(32)
CODE, KEY = "990019", "12345678-1234-1234-1234-1234567890ab"
BLOB = f"files/{CODE}/12/{KEY}"


def quiet(*_: object) -> None:
    """Nobody looks at the progress."""


def seal(folder: Path, **changed: object) -> None:
    """Write the two lists of a backup anew, as the house would."""
    names = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (MANIFEST, CONTENTS)
    )
    text = "".join(f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / CONTENTS).write_text(text)
    facts = {
        "release": "0.1.0",
        "database": "sqlite",
        "made_at": "2026-11-21T00:00:00+00:00",
        "migrations": ["audit.0001_initial"],
        "files": sum(name.startswith("files/") for name in names),
        "lacking": [],
        "size": sum((folder / name).stat().st_size for name in names),
        "contents_sha256": sha256(text.encode()).hexdigest(),
    }
    manifest = Manifest(**(facts | changed)).sealed(MASTER)
    (folder / MANIFEST).write_text(manifest.model_dump_json())


@pytest.fixture
def backup(tmp_path):
    folder = tmp_path / "backup"
    (folder / BLOB).parent.mkdir(parents=True)
    (folder / BLOB).write_bytes(b"encrypted")
    (folder / "audit").mkdir()
    (folder / f"audit/{CODE}.json").write_text("{}\n")
    with closing(sqlite3.connect(folder / "database.sqlite3")) as database:
        database.executescript(
            "CREATE TABLE tenancy_municipality (id INTEGER, code TEXT);"
            "CREATE TABLE files_storedfile (id TEXT, municipality_id INTEGER);"
            f"INSERT INTO tenancy_municipality VALUES (1, '{CODE}');"
            f"INSERT INTO files_storedfile VALUES ('{KEY.replace('-', '')}', 1);"
        )
    seal(folder)
    return folder


def changed_list(folder: Path, change) -> None:
    """Change the list, and let the manifest know."""
    text = change((folder / CONTENTS).read_text())
    (folder / CONTENTS).write_text(text)
    told = read_manifest(folder).model_copy(update={"contents_sha256": sha256(text.encode()).hexdigest()})
    (folder / MANIFEST).write_text(told.sealed(MASTER).model_dump_json())


def outside(folder: Path) -> Path:
    path = folder.parent / "outside"
    path.write_bytes(b"encrypted")
    return path


def linked(folder: Path) -> None:
    (folder / BLOB).unlink()
    (folder / BLOB).symlink_to(outside(folder))


def linked_folder(folder: Path) -> None:
    shutil.move(folder / f"files/{CODE}", folder.parent / "towns")
    (folder / f"files/{CODE}").symlink_to(folder.parent / "towns")


def pipe(folder: Path) -> None:
    (folder / BLOB).unlink()
    os.mkfifo(folder / BLOB)


def bomb(folder: Path) -> None:
    with (folder / BLOB).open("wb") as file:
        file.truncate(1 << 40)


def dropped_with_its_line(folder: Path) -> None:
    (folder / BLOB).unlink()
    seal(folder)


HOSTILE = {
    "one byte of a file": lambda folder: (folder / BLOB).write_bytes(b"Encrypted"),
    "a file is gone": lambda folder: (folder / BLOB).unlink(),
    "a file and its line are gone": dropped_with_its_line,
    "a file too many": lambda folder: (folder / f"files/{CODE}/12/{KEY[:-1]}c").write_bytes(b""),
    "a file of another name": lambda folder: (folder / "run-me.sh").write_bytes(b""),
    "a file is a link": linked,
    "a folder is a link": linked_folder,
    "a file is a pipe": pipe,
    "a file of a terabyte": bomb,
    "a manifest that is a link": lambda folder: (
        shutil.move(folder / MANIFEST, folder.parent / "m"),
        (folder / MANIFEST).symlink_to(folder.parent / "m"),
    ),
    "no manifest": lambda folder: (folder / MANIFEST).unlink(),
    "a manifest too large": lambda folder: (folder / MANIFEST).write_bytes(b" " * 1_000_001),
    "a manifest nested deep": lambda folder: (folder / MANIFEST).write_bytes(b"[" * 900_000),
    "no list": lambda folder: (folder / CONTENTS).unlink(),
    "a list without an end": lambda folder: (folder / CONTENTS).write_bytes(b"a" * 10_000_000),
    "a name that leads out": lambda folder: changed_list(
        folder, lambda text: f"{'0' * 64}  ../../etc/cron.d/yakuba\n{text}"
    ),
    "an absolute name": lambda folder: changed_list(folder, lambda text: f"{'0' * 64}  /etc/passwd\n{text}"),
    "a name that leads out of maps": lambda folder: changed_list(
        folder, lambda text: f"{text}{'0' * 64}  maps/..\n"
    ),
    "a key of the house": lambda folder: changed_list(folder, lambda text: f"{text}{'0' * 64}  master.key\n"),
    "a name twice": lambda folder: changed_list(folder, lambda text: text + text.splitlines(True)[-1]),
    "a line that was swapped": lambda folder: (folder / CONTENTS).write_text(
        (folder / CONTENTS).read_text().replace("0", "1")
    ),
    "a database that is none": lambda folder: (
        (folder / "database.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000),
        seal(folder),
    ),
    "a database that is cut": lambda folder: (
        (folder / "database.sqlite3").write_bytes((folder / "database.sqlite3").read_bytes()[:5000]),
        seal(folder),
    ),
    "another key": lambda folder: (folder / MANIFEST).write_text(
        read_manifest(folder).sealed(OTHER).model_dump_json()
    ),
    "a sealed word that was changed": lambda folder: (folder / MANIFEST).write_text(
        (folder / MANIFEST).read_text().replace("2026-11-21", "2026-11-22")
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_not_whole_is_refused(what, backup):
    assert check(backup, MASTER, quiet).files == 1
    HOSTILE[what](backup)
    with pytest.raises(Invalid):
        check(backup, MASTER, quiet)


ended: list[bool] = []  # whether the mark stood then


@pytest.fixture
def empty(tmp_path, settings, monkeypatch):
    """An empty installation that has the key."""
    ended.clear()
    settings.YAKUBA = Environment(data_dir=tmp_path / "new", master_key=MASTER.hex())
    settings.YAKUBA.data_dir.mkdir()
    monkeypatch.setattr(databases, "kind", lambda: "sqlite")
    monkeypatch.setattr(restoring, "prepare", lambda: None)
    mark = settings.YAKUBA.data_dir / RESTORING
    monkeypatch.setattr(restoring, "end_sessions", lambda: ended.append(mark.exists()))
    monkeypatch.setattr(restoring, "_verified", lambda: [])
    monkeypatch.setattr(restoring, "note", lambda *_: None)
    monkeypatch.setattr(restoring.connection, "close", lambda: None)
    return settings.YAKUBA.data_dir


@pytest.mark.parametrize("what", HOSTILE)
def test_nothing_of_it_is_laid_down(what, backup, empty):
    HOSTILE[what](backup)
    with pytest.raises(Invalid):
        restoring.restore(backup, None, quiet)
    assert list(empty.iterdir()) == []


def test_a_whole_one_is_laid_down(backup, empty):
    restoring.restore(backup, None, quiet)
    assert ended == [True], "everybody logs in anew, also where it is killed behind the mark"
    assert (empty / BLOB).read_bytes() == b"encrypted"
    assert sorted(path.name for path in empty.iterdir()) == ["audit", "files", "yakuba.sqlite3"]


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process gets larger than that many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_in_words_and_nothing_is_left(backup, empty):
    with full_disk(4096), pytest.raises(Unavailable, match="に戻せません") as refused:
        restoring.restore(backup, None, quiet)
    assert "空き" in refused.value.lines()
    assert list(empty.iterdir()) == []
    restoring.restore(backup, None, quiet)


def test_a_database_that_finds_no_room_is_told_in_words(backup, empty, tmp_path):
    shutil.copyfile(backup / "database.sqlite3", empty / "yakuba.sqlite3")
    with full_disk(4096), pytest.raises(Unavailable, match="データベースを"), databases.snapshot(tmp_path):
        pass
    with databases.snapshot(tmp_path) as names:
        assert list(names)


def test_no_backup_lies_in_what_it_is_to_replace(empty, monkeypatch):
    monkeypatch.setattr(taking, "_require_house", lambda: None)
    (empty / "files").mkdir()
    for name in ("backup", "files/backup", "."):
        with pytest.raises(Refused):
            taking.take(empty / name, quiet)
    assert [path.name for path in empty.rglob("*")] == ["files"]


def test_a_newer_release_is_refused(backup, empty):
    seal(backup, migrations=["audit.0001_initial", "ledger.9999_from_the_future"], release="9.0")
    with pytest.raises(Conflict, match=r"新しい版（9\.0、ledger\.9999_from_the_future"):
        restoring.restore(backup, None, quiet)
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("name", ["yakuba.sqlite3", "jobs.sqlite3", "files", "audit"])
def test_what_is_there_is_never_replaced(name, backup, empty):
    (empty / name).mkdir()
    (empty / name / "kept").write_bytes(b"")
    with pytest.raises(Conflict, match="空ではありません"):
        restoring.restore(backup, None, quiet)
    assert (empty / name / "kept").exists()


def test_the_other_kind_of_database_is_refused(backup, empty, monkeypatch):
    monkeypatch.setattr(databases, "kind", lambda: "postgresql")
    with pytest.raises(Invalid, match="sqlite のものです"):
        restoring.restore(backup, None, quiet)


def test_without_the_key_nothing_is_restored_and_no_key_is_made(backup, empty, settings):
    settings.YAKUBA = Environment(data_dir=empty)
    with pytest.raises(Missing, match="鍵がありません"):
        restoring.restore(backup, None, quiet)
    assert list(empty.iterdir()) == []
    assert check(backup, None, quiet).files == 1


def test_keys_lie_apart_from_the_backup(tmp_path, settings):
    settings.YAKUBA = Environment(data_dir=tmp_path / "data")
    assert settings.YAKUBA.encryption_key
    target = tmp_path / "backup"
    for inside in (target, target / "keys", target / "x" / ".." / "keys"):
        with pytest.raises(Invalid, match="同じ場所"):
            keys.keep(inside, target)
    assert keys.keep(tmp_path / "keys", target) == ["master.key"]
    assert keys.keep(tmp_path / "keys", target) == []
    assert (tmp_path / "keys/master.key").stat().st_mode & 0o077 == 0
    (tmp_path / "data/master.key").write_text("0" * 64)
    with pytest.raises(Conflict, match="ほかの鍵"):
        keys.keep(tmp_path / "keys", target)


def test_another_key_in_the_data_folder_is_not_replaced(backup, empty, settings, tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/master.key").write_text(MASTER.hex())
    (empty / "master.key").write_text(OTHER.hex())
    settings.YAKUBA = Environment(data_dir=empty)
    with pytest.raises(Conflict, match="もうほかの鍵"):
        restoring.restore(backup, tmp_path / "keys", quiet)
    assert [path.name for path in empty.iterdir()] == ["master.key"]


def test_refusals_are_sentences(backup, empty):
    (backup / BLOB).write_bytes(b"Encrypted")
    with pytest.raises(Refused, match="控えが壊れています") as refused:
        check(backup, MASTER, quiet)
    assert BLOB in refused.value.lines()
