"""Restoring a backup into an empty installation. As long as it is under way a mark stands in the data folder, and no
other command of the house works there: half a town must not be taken for one."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from yakuba.config.backup import databases, keys
from yakuba.config.backup.checking import check
from yakuba.config.backup.contents import DATABASES, NOT_OURS, Manifest, entries, opened, read_manifest
from yakuba.config.backup.copying import copied, settled
from yakuba.config.backup.taking import Told, note
from yakuba.config.folder import RESTORING
from yakuba.config.setup import prepare
from yakuba.kernel.accounts.models import SignedIn
from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import verify
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Unavailable
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality

SQLITE = "yakuba.sqlite3"
LAID = ("files", "audit", "maps", SQLITE, f"{SQLITE}.part", f"{SQLITE}-wal", f"{SQLITE}-shm", "jobs.sqlite3")
SPARE = 50_000_000  # bytes that stay free


def restore(backup: Path, key_folder: Path | None, told: Told) -> tuple[Manifest, list[str]]:
    """Lay the backup down and bring it to this release. Gives its manifest and what the audit chains say, in Japanese.

    Raises Refused before anything is touched where the backup is not whole, of another key or a newer release, or the
    installation not empty."""
    manifest = _require_ours(backup, key_folder)
    try:
        with _under_way() as folder:
            _require_room(folder, manifest)
            check(backup, keys.master(key_folder), told)
            if key_folder is not None:
                keys.put_back(key_folder)
            _lay_files(backup, manifest, folder, told)
            _lay_database(backup, manifest, folder)
            end_sessions()
            connection.close()  # its files are settled before the mark goes
    except (OSError, DatabaseError) as error:
        raise Unavailable(
            f"{settings.YAKUBA.data_dir} に戻せません（{getattr(error, 'strerror', None) or error}）。",
            remedy="ディスクの空きと、書く権限を確かめて、もう一度戻してください。",
        ) from error
    prepare()
    problems = _verified()
    if not problems:
        note("audit.backup_restored", manifest)
    return manifest, problems


@every_municipality("the sessions of all towns")
def end_sessions() -> None:
    """Everybody logs in anew: among the sessions of that day are those that were ended since, by a lost machine's owner or
    with a person's post. As long as the mark stands: who is killed behind it leaves a house that opens."""
    if SignedIn._meta.db_table in connection.introspection.table_names():  # an older release has none
        SignedIn.all_municipalities.all().delete()


def _require_ours(backup: Path, key_folder: Path | None) -> Manifest:
    manifest = read_manifest(backup)
    master = keys.master(key_folder)
    if master is None:
        raise Missing(
            "鍵がありません。控えには鍵が入っていません。",
            remedy="master.key のあるフォルダを --keys で示すか、YAKUBA_MASTER_KEY を設定してください。",
        )
    manifest.require_seal(master)
    if manifest.database != databases.kind():
        wanted = "空にして" if manifest.database == "sqlite" else "PostgreSQLの接続先にして"
        raise Invalid(
            f"この控えは {manifest.database} のものです。",
            remedy=f"YAKUBA_DATABASE_URL を{wanted}、やり直してください。",
        )
    known = {
        f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    }
    if newer := sorted(set(manifest.migrations) - known):
        raise Conflict(
            f"この控えは、新しい版（{manifest.release}、{newer[0]} など）のものです。",
            remedy="控えを取った版か、それより新しい版のプログラムで戻してください。",
        )
    return manifest


@contextmanager
def _under_way() -> Iterator[Path]:
    """The data folder, empty, with the mark in it; the mark goes when the block ends well."""
    folder: Path = settings.YAKUBA.data_dir
    mark = folder / RESTORING
    begun = mark.exists()
    if not begun:
        _require_empty(folder)
    elif databases.kind() == "postgresql":
        databases.require_empty()
    folder.mkdir(parents=True, exist_ok=True)
    with open(os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("いま、ほかで戻しています。", remedy="終わるのを待ってください。") from error
        try:
            _clear(folder)
            yield folder
        except BaseException:
            _clear(folder)
            mark.unlink(missing_ok=True)
            raise
        settled(folder)
        mark.unlink()
        settled(folder)


def _require_empty(folder: Path) -> None:
    if found := [name for name in LAID if os.path.lexists(folder / name)]:
        raise Conflict(
            f"データフォルダ {folder} は空ではありません（{found[0]} があります）。",
            remedy="新しいものに古いものは重ねません。脇へ移すか、空のフォルダを YAKUBA_DATA_DIR に指定してください。",
        )
    if databases.kind() == "postgresql":
        databases.require_empty()


def _clear(folder: Path) -> None:
    """Remove what was laid down. Only under the mark, which is set where nothing of it was there."""
    connection.close()
    for name in LAID:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def _require_room(folder: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(folder).free
    if free < manifest.size + SPARE:
        raise Unavailable(
            f"{folder} の空きが足りません（要る大きさ {manifest.size:,}バイト、空き {free:,}バイト）。",
            remedy="空けてから、やり直してください。",
        )


def _lay_files(backup: Path, manifest: Manifest, folder: Path, told: Told) -> None:
    """Everything but the database, each proved once more as it is read."""
    total = manifest.files - len(manifest.lacking)
    done = 0
    for name, wanted in entries(backup, manifest):
        if name in DATABASES.values():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _lay(backup, name, folder / name, wanted)
        done += name.startswith("files/")
        told("ファイル", done, total)


def _lay(backup: Path, name: str, target: Path, wanted: str) -> None:
    with opened(backup, name) as source:
        if copied(source, target) != wanted:
            raise Invalid(NOT_OURS, place=name)


def _lay_database(backup: Path, manifest: Manifest, folder: Path) -> None:
    """At last, and at once: until then no table is there."""
    name = DATABASES[manifest.database]
    if manifest.database == "postgresql":
        with opened(backup, name) as file:
            databases.load_dump(file)
        return
    wanted = dict(entries(backup, manifest))[name]
    draft = folder / f"{SQLITE}.part"
    _lay(backup, name, draft, wanted)
    draft.rename(folder / SQLITE)


def _verified() -> list[str]:
    """What is wrong with the audit chains and their ends."""
    found = []
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            found += [f"{municipality.code}: {one}" for one in (*verify()[1], *head.problems())]
    return found
