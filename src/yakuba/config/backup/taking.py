"""Taking a backup while the house works (ADR 26).

The order is what makes it whole. The ends of the audit chains first: an older end is an ancestor of the chain in the
copy, a newer one would say that events were lost. Then a link to every file, so that whoever erases one meanwhile takes
it from the house and not from this backup. Then one moment of the database, and the files of its rows that are not held
yet: a file never changes, it only comes (before its row) and goes (after it).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from yakuba.config.backup import databases
from yakuba.config.backup.contents import CONTENTS, DATABASES, MANIFEST, NAMES, Manifest
from yakuba.config.backup.copying import copied, settled, summed
from yakuba.config.environment import KeyMissing
from yakuba.kernel.audit import house
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.modelfolders.packages import version_of
from yakuba.kernel.privacy.keys import name_of, wrapped_under
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Unavailable
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality

Told = Callable[[str, int, int], None]
ROUNDS = 20  # moments that are tried; each costs seconds, the copy comes after
MOST_NAMED = 1000  # of the files that are lacking
LOCK_SECONDS = 5.0
OWN = {"files", "audit", "maps", MANIFEST, CONTENTS, *DATABASES.values()}
HALF = ".part"


def take(target: Path, told: Told) -> Manifest:
    """Take a backup into a new folder `target`, which is there when all of it is, and not before.

    told(what, done, of). Raises Refused; what a killed one left behind beside the target is replaced by the next."""
    _require_house()
    if os.path.lexists(target):
        raise Conflict(
            f"{target} はもうあります。",
            remedy="控えは1回ごとに新しいフォルダに取ります。別の名前を指定してください。",
        )
    if target.resolve().is_relative_to(settings.YAKUBA.data_dir.resolve()):  # goes with what it is to replace
        raise Invalid(
            f"{target} はデータフォルダの中です。",
            remedy="控えは、データフォルダの外の、できれば別のディスクに取ってください。",
        )
    try:
        with _draft(target) as draft:
            manifest = _fill(draft, told)
            settled(draft)
            draft.rename(target)
            settled(target.parent)
    except OSError as error:
        raise Unavailable(
            f"{target} に書けません（{error.strerror}）。",
            remedy="空きと、書く権限を確かめてください。途中のものは、次に取るときに片付けます。",
        ) from error
    note("audit.backup_taken", manifest)
    return manifest


def applied() -> list[str]:
    """The migrations of the database: what tells a newer release's backup from ours."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def release() -> str:
    """This program's version; a question mark where it is run from its sources."""
    return version_of("yakuba") or "?"


def note(event: str, manifest: Manifest) -> None:
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            record(event, made_at=manifest.made_at, files=manifest.files, sum=manifest.contents_sha256)


def _require_house() -> None:
    if not applied():
        raise Missing("控えを取るものがまだありません。", remedy="yakuba prepare を実行してください。")
    if not settings.YAKUBA.has_encryption_key:
        raise Unavailable(str(KeyMissing(settings.YAKUBA.data_dir)))
    if wrapped_under() not in ("", name_of(settings.YAKUBA.encryption_key)):
        raise Conflict("マスターキーが替わりました。", remedy="もう一度、控えを取ってください。")
    for code in house.erasures():
        raise Conflict(
            f"自治体 {code} の消去が途中です。",
            remedy=f"先に yakuba municipality erase {code} を終えてください。",
        )


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """An empty folder beside the target that nobody else fills; it goes when the block fails."""
    draft = target.with_name(target.name + HALF)
    draft.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(draft, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _claim(draft, descriptor)
        yield draft
    except _InUse:
        raise
    except BaseException:
        with suppress(OSError, Conflict):
            _empty(draft)
            draft.rmdir()
        raise
    finally:
        os.close(descriptor)


def _claim(draft: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _InUse(draft) from error
    _empty(draft)


class _InUse(Conflict):
    def __init__(self, draft: Path) -> None:
        super().__init__(
            f"いま、同じ場所に控えを取っています（{draft}）。", remedy="終わるのを待ってください。"
        )


def _empty(draft: Path) -> None:
    """Remove what a killed backup left. Raises Conflict where there is something else."""
    found = {path.name for path in draft.iterdir()}
    if found - OWN:
        raise Conflict(
            f"{draft} に控えでないものがあります。", remedy="脇へ移すか、別の名前を指定してください。"
        )
    for name in found:
        path = draft / name
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _fill(draft: Path, told: Told) -> Manifest:
    temporary.clean()  # what a killed one holds
    with temporary.folder("backup") as hold:
        told("データベース", 0, 1)
        heads, wanted = _moment(draft, hold)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        told("データベース", 1, 1)
        sums, lacking = _copy_files(hold, draft, wanted, told)
    sums |= heads | _copy_maps(draft)
    with (draft / DATABASES[databases.kind()]).open("rb") as copy:
        sums[DATABASES[databases.kind()]] = summed(copy)
    return _write_lists(draft, sums, made_at, len(wanted), lacking)


def _moment(draft: Path, hold: Path) -> tuple[dict[str, str], set[str]]:
    """The database of a moment at which all its files could be held, and every town's end of its chain is older. Gives
    the sums of the ends, and the names of the files. Raises Conflict."""
    lost: set[str] = set()
    for _ in range(ROUNDS):
        heads = _copy_heads(draft)
        _hold_all(hold)
        try:
            with databases.snapshot(draft) as names:
                wanted = set(names)
                missing = {name for name in wanted if not _held(hold, name)} - lost
                # A town that is new since then has an end that may be later than this moment.
                if missing or not _heads().keys() <= heads.keys():
                    raise _TooLate(missing)
        except _TooLate as late:
            lost |= {name for name in late.missing if _has_row(name)}
        else:
            return heads, wanted
    raise Conflict(
        "控えを取っているあいだ、ファイルが消え続けています。",
        remedy="しばらくしてから、取り直してください。",
    )


class _TooLate(Exception):
    """Something came and went before it could be held, or is lost."""

    def __init__(self, missing: set[str]) -> None:
        super().__init__()
        self.missing = missing


@every_municipality("a backup is of all towns")
def _has_row(name: str) -> bool:
    """Whether a file that is not there has a row still, outside of the moment: it was lost before, not erased since."""
    return StoredFile.all_municipalities.filter(pk=Path(name).name).exists()


def _hold_all(hold: Path) -> None:
    """Hold every file that lies in the house now, whether a row knows it or not."""
    root = settings.YAKUBA.data_dir
    for path in (root / "files").glob("*/*/*"):
        name = str(path.relative_to(root))
        if NAMES.fullmatch(name):
            _held(hold, name)


def _held(hold: Path, name: str) -> bool:
    """Whether the file stays until the backup has copied it, whoever erases it: a second name for it, or a copy where the
    file system knows none."""
    source, kept = settings.YAKUBA.data_dir / name, hold / name
    if kept.exists():
        return True
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, kept)
    except FileNotFoundError:
        return False
    except OSError:
        try:
            shutil.copyfile(source, kept)
        except FileNotFoundError:
            return False
    return True


def _copy_heads(draft: Path) -> dict[str, str]:
    """Copy the ends of the chains as they are now. Gives name → sum."""
    shutil.rmtree(draft / "audit", ignore_errors=True)
    (draft / "audit").mkdir()
    sums = {}
    for name, path in _heads().items():
        with path.open("rb") as file:
            _share(file.fileno())
            sums[name] = copied(file, draft / name)
    return sums


def _heads() -> dict[str, Path]:
    found = {f"audit/{path.name}": path for path in (settings.YAKUBA.data_dir / "audit").glob("*")}
    return {name: path for name, path in found.items() if NAMES.fullmatch(name) and path.is_file()}


def _share(descriptor: int) -> None:
    """Wait until nobody writes the end that is read; who holds it for long is stopped, and then writes nothing."""
    until = time.monotonic() + LOCK_SECONDS
    while time.monotonic() < until:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)


def _copy_files(hold: Path, draft: Path, wanted: set[str], told: Told) -> tuple[dict[str, str], list[str]]:
    """Copy what is held. Gives name → sum, and the names of those that were not there before the backup began."""
    sums, lacking = {}, []
    for done, name in enumerate(sorted(wanted), start=1):
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            with (hold / name).open("rb") as source:
                sums[name] = copied(source, draft / name)
        except FileNotFoundError:
            lacking.append(name)
        told("ファイル", done, len(wanted))
    return sums, lacking


def _copy_maps(draft: Path) -> dict[str, str]:
    """The areas that were taken in for the maps: official data, which nobody changes in place."""
    sums = {}
    for path in sorted((settings.YAKUBA.data_dir / "maps").glob("*")):
        name = f"maps/{path.name}"
        if NAMES.fullmatch(name) and path.is_file():
            (draft / "maps").mkdir(exist_ok=True)
            with path.open("rb") as source:
                sums[name] = copied(source, draft / name)
    return sums


def _write_lists(draft: Path, sums: dict[str, str], made_at: str, files: int, lacking: list[str]) -> Manifest:
    text = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode("ascii")
    (draft / CONTENTS).write_bytes(text)
    with (draft / CONTENTS).open("rb") as file:
        contents_sha256 = summed(file)
    if len(lacking) > MOST_NAMED:
        raise Invalid(
            f"{len(lacking)}個のファイルがデータフォルダにありません。",
            remedy="データフォルダの場所を確かめてください。",
        )
    manifest = Manifest(
        release=release(),
        database=databases.kind(),
        made_at=made_at,
        migrations=applied(),
        files=files,
        lacking=lacking,
        size=sum((draft / name).stat().st_size for name in sums),
        contents_sha256=contents_sha256,
    ).sealed(settings.YAKUBA.encryption_key)
    (draft / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest
