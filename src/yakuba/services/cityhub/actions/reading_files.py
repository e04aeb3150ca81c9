"""Files of readings in watched folders: looked at by every worker, taken once, and put away (docs/adr/0027 has the points at
which a worker may die). Good lines are taken; the others are told by line, on the page and in a text beside the file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import IO, BinaryIO, cast

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import dropfolders as disk
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.jobs import enqueue, with_each
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem, Unavailable
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions.taking import read_file, take
from yakuba.services.cityhub.engine.readings import GivenReading
from yakuba.services.cityhub.models import ReadingFile, ReadingFolder

JOB = "cityhub.take_files"
PAUSE = 5.0  # seconds between two looks at a folder, whoever looks
MOST_FOLDERS = 30
LARGEST = 50_000_000  # bytes of a file
MOST_TOLD = 100  # faults of a file
TOO_BIG = f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。日や月で分けて置いてください。"
UNEXPECTED = "思わぬエラーで読めませんでした。置き直してもまた出るときは、システム担当へ知らせてください。"
State = ReadingFile.State


def town_folder() -> str:
    """Below `YAKUBA_ARRIVAL_ROOT`; apart from the folders of scanners, so that no file is taken by two rooms."""
    return f"{current_municipality().code}-cityhub"


def add_folder(name: str, *, actor: Actor) -> ReadingFolder:
    """Watch a folder from now on; it is made where it is not there. Raises Invalid, Conflict, Unavailable."""
    name = name.strip()
    if not disk.may_be_folder(name):
        raise Invalid(
            "フォルダの名前は60文字までの1つの名前にしてください。「/」「\\」「:」や、はじめの点は使えません。"
        )
    if ReadingFolder.objects.count() >= MOST_FOLDERS:
        raise Conflict(f"フォルダは{MOST_FOLDERS}個までです。使っていないフォルダをまた使ってください。")
    try:
        with disk.opened(settings.YAKUBA.arrival_root, town_folder(), name, make=True):
            pass
    except disk.FolderTrouble as trouble:
        raise Unavailable(str(trouble)) from trouble
    try:
        with transaction.atomic():
            row: ReadingFolder = ReadingFolder.objects.create(name=name, created_by=known(actor))
    except IntegrityError as error:
        raise Conflict(f"フォルダ「{name}」は、もう決めてあります。") from error
    record("cityhub.folder_set", subject=f"folder:{row.pk}", actor=actor, folder=name)
    return row


@transaction.atomic
def switch_folder(folder_id: int, active: bool, *, actor: Actor) -> ReadingFolder:
    """Watch it, or leave it alone. Raises Missing."""
    row: ReadingFolder | None = ReadingFolder.objects.select_for_update().filter(pk=folder_id).first()
    if row is None:
        raise Missing(f"{folder_id}番のフォルダがありません。番号を確かめてください。")
    row.active, row.trouble = active, ""
    row.save(update_fields=["active", "trouble"])
    record("cityhub.folder_set", subject=f"folder:{row.pk}", actor=actor, active=active)
    return row


def look_everywhere() -> None:
    """Look at every town's folders whose turn it is."""
    if settings.YAKUBA.arrival_root is None:
        return
    active = ReadingFolder.all_municipalities.filter(active=True).select_related("municipality")
    with_each("the folder of readings", active, _look_in_turn)


def _look_in_turn(found: ReadingFolder) -> None:
    now = timezone.now()
    due = Q(looked_at=None) | Q(looked_at__lte=now - timedelta(seconds=PAUSE * 0.9))
    # Of several workers one looks in each pause.
    if ReadingFolder.objects.filter(due, pk=found.pk, active=True).update(looked_at=now) == 1:
        look(found.pk)


def look(folder_id: int) -> None:
    """Note what lies in a folder, and let a worker take what is complete: the same at two looks."""
    folder = ReadingFolder.objects.get(pk=folder_id)
    try:
        with _open(folder) as where:
            listed = where.listed()
    except disk.FolderTrouble as trouble:
        _tell(folder, str(trouble))
        return
    lying = {row.entry: row for row in folder.files.filter(filed=False)}
    for file in listed.files:
        _note(folder, file, lying.pop(file.entry, None))
    gone = [row.pk for row in lying.values() if row.state == State.COMING and not listed.more]
    ReadingFile.objects.filter(pk__in=gone, state=State.COMING).delete()
    unfiled = folder.files.filter(filed=False).exclude(state=State.COMING)
    if not unfiled.exclude(state=State.TAKING).exists():
        _tell(folder, "")
    if unfiled.exists():
        enqueue(JOB, key=f"folder-{folder.pk}", folder_id=folder.pk)


def _note(folder: ReadingFolder, file: disk.Found, row: ReadingFile | None) -> None:
    if row is None:
        try:
            with transaction.atomic():
                ReadingFile.objects.create(
                    folder=folder,
                    entry=file.entry,
                    name=file.shown[-255:],
                    size=file.size,
                    changed=file.changed,
                )
        except IntegrityError:
            pass  # another worker saw it too
        return
    rows = ReadingFile.objects.filter(pk=row.pk, state=State.COMING)
    if (row.size, row.changed) != (file.size, file.changed):
        rows.update(size=file.size, changed=file.changed)
    elif file.size:  # an empty file is one that has only been opened
        rows.update(state=State.TAKING)


def take_files(folder_id: int, check: Callable[[], None] = lambda: None) -> None:
    """Take what is complete, and put away what was taken; `check` after each file, where it may stop."""
    folder = ReadingFolder.objects.get(pk=folder_id)
    trouble = ""
    for row in list(folder.files.filter(filed=False).exclude(state=State.COMING).order_by("pk")):
        check()
        try:
            with _open(folder) as where:
                if row.state == State.TAKING:
                    _take_apart(where, row)
                _put_away(where, row)
        except disk.FolderTrouble as error:  # holds up no other file
            trouble = f"「{row.name}」: {error}"
    _tell(folder, trouble)


def _take_apart(where: disk.Folder, row: ReadingFile) -> None:
    try:
        _take(where, row)
    except (DatabaseError, OSError):
        raise
    except Exception:
        _end(row, State.REFUSED, message=UNEXPECTED)


def _take(where: disk.Folder, row: ReadingFile) -> None:
    with nameless_file() as copy:
        try:
            found = where.copy(_found(row), copy, LARGEST)
        except disk.TooBig:
            _end(row, State.REFUSED, message=TOO_BIG)
            return
        if found is None:
            ReadingFile.objects.filter(pk=row.pk, state=State.TAKING).delete()
            return
        file, sha256 = found
        if (file.size, file.changed) != (row.size, row.changed):  # it grew after all: two looks more
            ReadingFile.objects.filter(pk=row.pk, state=State.TAKING).update(
                state=State.COMING, size=file.size, changed=file.changed
            )
            return
        readings, problems = _read(copy)
    _keep(row, sha256, readings, problems)


def _read(copy: IO[bytes]) -> tuple[list[GivenReading], list[Problem]]:
    return read_file(cast(BinaryIO, copy), {})


def _keep(row: ReadingFile, sha256: str, readings: list[GivenReading], problems: list[Problem]) -> None:
    """The readings, some thousand at a time so that nobody waits for a whole file; then the end of the row. Who dies between
    does the same again, and the same readings taken twice are there once."""
    if not ReadingFile.objects.filter(pk=row.pk, state=State.TAKING).exists():
        return  # a worker that was thought dead has come back and was quicker
    told = [str(one) for one in problems[:MOST_TOLD]]
    if len(problems) > len(told):
        told.append(f"ほか{len(problems) - len(told)}件")
    if readings:
        take(readings, actor=None)
        if problems:
            told.insert(0, f"{len(readings)}件を入れ、次の{len(problems)}か所は入れていません。")
    _end(
        row,
        State.TAKEN if readings else State.REFUSED,
        sha256=sha256,
        readings=len(readings),
        faults=len(problems),
        message="\n".join(told) or ("" if readings else "測定値が一つもありません。"),
    )


def _end(row: ReadingFile, state: str, **said: object) -> None:
    rows = ReadingFile.objects.filter(pk=row.pk, state=State.TAKING)
    if rows.update(state=state, ended_at=timezone.now(), **said):
        record("cityhub.file_taken", subject=f"file:{row.pk}", actor=None, state=str(state))


def _put_away(where: disk.Folder, row: ReadingFile) -> None:
    """Move what was taken or refused out of the way. May be repeated."""
    now = ReadingFile.objects.filter(pk=row.pk, filed=False, state__in=(State.TAKEN, State.REFUSED)).first()
    if now is None:
        return
    kind = disk.REFUSED if now.state == State.REFUSED else disk.DONE
    name = where.put_away(_found(now), kind, now.pk, now.sha256, told=now.message)
    ReadingFile.objects.filter(pk=now.pk).update(filed=True, filed_as=name)


def _found(row: ReadingFile) -> disk.Found:
    return disk.Found("", row.entry, row.name, row.size, row.changed)


def _open(folder: ReadingFolder) -> AbstractContextManager[disk.Folder]:
    return disk.opened(settings.YAKUBA.arrival_root, town_folder(), folder.name)


def _tell(folder: ReadingFolder, trouble: str) -> None:
    if folder.trouble != trouble:
        ReadingFolder.objects.filter(pk=folder.pk).update(trouble=trouble)
        folder.trouble = trouble
