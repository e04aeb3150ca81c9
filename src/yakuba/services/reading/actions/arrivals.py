"""Files that scanners put into a town's folders: looked at by every worker, taken once, and put away.

A look notes what lies there; a file that is the same at two looks is complete. Taking it writes the batch and the row's
end in one transaction, and only a row that still waits is taken; what is left of the file is put away afterwards, by
whoever comes to it. docs/adr/0027 lists the points at which a worker may die.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import IO, BinaryIO, NamedTuple, cast

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import dropfolders as disk
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.reasons import sentence
from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.files.uploads import UploadRefused, take_uploads
from yakuba.kernel.jobs import enqueue, with_each
from yakuba.kernel.refusals import Refused, Unavailable
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui.wording import wareki
from yakuba.services.reading.actions.uploads import SPLIT_LANE, keep, open_batch
from yakuba.services.reading.engine import mail as mails
from yakuba.services.reading.models import Arrival, ArrivalFolder, Batch

JOB = "reading.take_arrivals"
PAUSE = 5.0  # seconds between two looks at a folder, whoever looks
TOGETHER = timedelta(minutes=10)  # what comes within them is one batch
UNEXPECTED = (
    "思わぬエラーで読めませんでした。「もう一度取り込む」を試し、続くときはシステム担当へ知らせてください。"
)
State = Arrival.State

log = logging.getLogger("yakuba.reading")


class _Taken(NamedTuple):
    files: list[StoredFile | UploadRefused]
    sender: str = ""
    subject: str = ""
    left_out: tuple[str, ...] = ()


def look_everywhere() -> None:
    """The chore: look at every town's folders whose turn it is."""
    if settings.YAKUBA.arrival_root is None:
        return
    active = ArrivalFolder.all_municipalities.filter(active=True).select_related("municipality")
    with_each("the folder", active, _look_in_turn)


def _look_in_turn(found: ArrivalFolder) -> None:
    if _claimed(found.pk):
        look(found.pk)


def _claimed(folder_id: int) -> bool:
    """Whether this worker looks now: of several, one in each pause."""
    now = timezone.now()
    due = Q(looked_at=None) | Q(looked_at__lte=now - timedelta(seconds=PAUSE * 0.9))
    rows = ArrivalFolder.objects.filter(due, pk=folder_id, active=True)
    return rows.update(looked_at=now) == 1


def look(folder_id: int) -> None:
    """Note what lies in a folder, and let the worker take what is complete."""
    ArrivalFolder.objects.filter(pk=folder_id).update(looks=F("looks") + 1)
    folder = ArrivalFolder.objects.get(pk=folder_id)
    try:
        with _open(folder) as where:
            listed = where.listed(_places(folder))
    except disk.FolderTrouble as trouble:
        _tell(folder, str(trouble), folder.note)
        return
    lying = {(row.place, row.entry): row for row in folder.arrivals.filter(filed=False)}
    for file in listed.files:
        _note(folder, file, lying.pop((file.place, file.entry), None))
    gone = [row.pk for row in lying.values() if row.state == State.COMING and not listed.more]
    Arrival.objects.filter(
        pk__in=gone, state=State.COMING
    ).delete()  # the scanner took it away, or gave it its name
    others = (
        f"ファイルでないもの（リンクやフォルダ）が{listed.others}個あり、取り込みません。"
        if listed.others
        else ""
    )
    unfiled = folder.arrivals.filter(filed=False).exclude(state=State.COMING)
    _tell(folder, folder.trouble if unfiled.exclude(state=State.TAKING).exists() else "", others)
    if unfiled.exists():
        lane = f"{SPLIT_LANE}:{current_municipality().code}"
        enqueue(JOB, key=f"folder-{folder.pk}", lane=lane, folder_id=folder.pk)


def _note(folder: ArrivalFolder, file: disk.Found, row: Arrival | None) -> None:
    if row is None:
        try:
            with transaction.atomic():
                Arrival.objects.create(
                    folder=folder, place=file.place, entry=file.entry, name=file.shown[-255:],
                    size=file.size, changed=file.changed,
                )  # fmt: skip
        except IntegrityError:
            pass  # another worker saw it too
        return
    rows = Arrival.objects.filter(pk=row.pk, state=State.COMING)
    if (row.size, row.changed) != (file.size, file.changed):
        rows.update(size=file.size, changed=file.changed)
    elif file.size:  # an empty file is one that its scanner has only opened
        rows.update(state=State.TAKING)


def take(folder_id: int, check: Callable[[], None] = lambda: None) -> None:
    """Take what is complete, and put away what was taken; `check` after each file, where it may stop."""
    folder = ArrivalFolder.objects.get(pk=folder_id)
    rows = folder.arrivals.filter(filed=False).exclude(state=State.COMING).order_by("pk")
    troubles: list[str] = []
    for row in list(rows):
        check()
        try:
            with _open(folder) as where:
                if trouble := _trouble_with(folder, where, row):
                    troubles.append(trouble)
        except disk.FolderTrouble as trouble:
            _tell(folder, str(trouble), folder.note)
            return
    _tell(folder, troubles[0] if troubles else "", folder.note)


def _trouble_with(folder: ArrivalFolder, where: disk.Folder, row: Arrival) -> str:
    """Take one file and put it away; what keeps it from that keeps no other waiting, and is returned."""
    try:
        if row.state == State.TAKING:
            _take_apart(folder, where, row)
        _put_away(folder, where, row)
    except disk.FolderTrouble as trouble:
        return f"「{row.name}」: {trouble}"
    return ""


def _take_apart(folder: ArrivalFolder, where: disk.Folder, row: Arrival) -> None:
    """Take it; a file at which the house itself stumbles is refused, so that it keeps no other waiting."""
    try:
        _take(folder, where, row)
    except (DatabaseError, Refused, OSError):
        raise
    except Exception:
        log.warning("the arrival %s was refused", row.pk, exc_info=True)
        _end(row, State.REFUSED, message=UNEXPECTED)


def _take(folder: ArrivalFolder, where: disk.Folder, row: Arrival) -> None:
    with nameless_file() as copy:
        try:
            found = where.copy(_found(row), copy, settings.YAKUBA.upload_max_bytes)
        except disk.TooBig:
            _end(row, State.REFUSED, message=sentence("too_big"))
            return
        if found is None:
            Arrival.objects.filter(pk=row.pk, state=State.TAKING).delete()
            return
        file, sha256 = found
        if (file.size, file.changed) != (row.size, row.changed):  # it grew after all: two looks more
            waiting = Arrival.objects.filter(pk=row.pk, state=State.TAKING)
            waiting.update(state=State.COMING, size=file.size, changed=file.changed)
            return
        try:
            taken = _opened_up(folder, row, copy)
        except mails.MailRefused as refusal:
            _end(row, State.REFUSED, sha256=sha256, message=str(refusal))
            return
    stored = [one for one in taken.files if isinstance(one, StoredFile)]
    if any(isinstance(one, UploadRefused) and one.code == "busy" for one in taken.files):
        remove(*stored)
        raise Unavailable(sentence("busy"))  # no fault of the file: the job comes again
    told = list(taken.left_out) + [str(one.reason) for one in taken.files if isinstance(one, UploadRefused)]
    origin = {"sha256": sha256, "sender": taken.sender, "subject": taken.subject, "message": " ".join(told)}
    if not stored:
        _end(row, State.REFUSED, **origin)
    elif not _kept(folder, row, taken, origin):
        remove(*stored)  # a worker that was thought dead has come back and was quicker


def _opened_up(folder: ArrivalFolder, row: Arrival, copy: IO[bytes]) -> _Taken:
    """What the file holds, checked and kept. Raises MailRefused."""
    if folder.kind == ArrivalFolder.Kind.SCANS:
        return _Taken(list(take_uploads(row.name, cast(BinaryIO, copy))))
    mail = mails.read(copy.read())
    parts = [kept for name, content in mail.files for kept in take_uploads(name, io.BytesIO(content))]
    return _Taken(parts, mail.sender, mail.subject, tuple(mail.left_out))


@transaction.atomic
def _kept(folder: ArrivalFolder, row: Arrival, taken: _Taken, origin: dict[str, str]) -> bool:
    """Make it part of a batch; False where somebody else has."""
    waiting = Arrival.objects.select_for_update().filter(pk=row.pk, state=State.TAKING)
    if not waiting.exists():
        return False
    batch = _batch_of(folder)
    for one in taken.files:
        keep(batch, one)
    _end(row, State.TAKEN, batch=batch, **origin)
    record(
        "reading.arrival_taken", subject=f"batch:{batch.pk}", actor=None, arrival=row.pk, folder=folder.name
    )
    return True


def _batch_of(folder: ArrivalFolder) -> Batch:
    now = timezone.now()
    newest = folder.arrivals.filter(state=State.TAKEN, batch__isnull=False, ended_at__gt=now - TOGETHER)
    last: Arrival | None = newest.select_related("batch").order_by("-ended_at").first()
    if last is not None and last.batch is not None:
        return last.batch
    return open_batch(f"{folder.name} {wareki(timezone.localtime(), weekday=False, time=True)}", None)


def _end(row: Arrival, state: str, **said: object) -> None:
    """Write down what became of a file that waits; nothing where somebody else has."""
    rows = Arrival.objects.filter(pk=row.pk, state=State.TAKING)
    if rows.update(state=state, ended_at=timezone.now(), **said) and state == State.REFUSED:
        record("reading.arrival_refused", subject=f"arrival:{row.pk}", actor=None)


def _put_away(folder: ArrivalFolder, where: disk.Folder, row: Arrival) -> None:
    """Move what was taken or refused out of the way. May be repeated."""
    now = Arrival.objects.filter(pk=row.pk, filed=False, state__in=(State.TAKEN, State.REFUSED)).first()
    if now is None:
        return
    refused = now.state == State.REFUSED
    kind = disk.REFUSED if refused else disk.DONE
    name = where.put_away(_found(now), kind, now.pk, now.sha256, told=now.message if refused else "")
    if name and not refused and folder.after == ArrivalFolder.After.REMOVE:
        where.remove(name)
        name = ""
    Arrival.objects.filter(pk=now.pk).update(filed=True, filed_as=name)


def _found(row: Arrival) -> disk.Found:
    return disk.Found(row.place, row.entry, row.name, row.size, row.changed)


def _places(folder: ArrivalFolder) -> tuple[str, ...]:
    return ("", *disk.MAIL_PLACES) if folder.kind == ArrivalFolder.Kind.MAIL else ("",)


def _open(folder: ArrivalFolder) -> AbstractContextManager[disk.Folder]:
    return disk.opened(settings.YAKUBA.arrival_root, current_municipality().code, folder.name)


def _tell(folder: ArrivalFolder, trouble: str, note: str) -> None:
    if (folder.trouble, folder.note) != (trouble, note):
        ArrivalFolder.objects.filter(pk=folder.pk).update(trouble=trouble, note=note)
        folder.trouble, folder.note = trouble, note
