"""Logs taken in: handed over by a person or a program, read by a worker, masked, and put where they belong.

The file as it came is kept encrypted only until it is read. What the worker stores is masked before it is written. Killed
half way it begins anew: rows that it has stored already are not taken twice.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files import temporary
from yakuba.kernel.files.apart import read
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of, remove, store
from yakuba.kernel.jobs import enqueue, in_each_town
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.actions import preparing
from yakuba.services.worklogs.actions.subjects import Pseudonyms
from yakuba.services.worklogs.adapters import foreign, shelf
from yakuba.services.worklogs.contracts import Event
from yakuba.services.worklogs.engine import reading
from yakuba.services.worklogs.engine.masking import Masker, screen_of, step_code
from yakuba.services.worklogs.engine.moments import moment_of, month_of
from yakuba.services.worklogs.models import LogImport, LogPart, Subject

JOB = "worklogs.take_in"
TABLE = "worklogs.log"  # under which a town's choice of columns is remembered
MOST_FAULTS = 200  # sentences that are kept; how many there were is told
FORGOTTEN_AFTER = timedelta(days=7)
MOST_TRIES = 5  # to write a part that others write as well
STEP = 5_000  # rows between two looks whether the job was stopped
LEAST_SECONDS, BYTES_A_SECOND = 60.0, 100_000  # Parquet of 10 MB may hold 10 million rows
SMALL, GROWS = 100_000_000, 200  # bytes of a table, and how many times as large as its file it may be besides

Told = Callable[[int, int, str], None]


class Faults(list[Problem]):
    """The first faults, masked; how many there were is counted, so that a file of nothing but faults costs no memory."""

    number = 0

    def __init__(self, masker: Masker) -> None:
        super().__init__()
        self._masker = masker

    def append(self, one: Problem) -> None:
        """One more."""
        self.number += 1
        if len(self) < MOST_FAULTS:
            place, reason = self._masker.sentence(one.place), self._masker.sentence(one.reason)
            super().append(Problem(one.line, place, reason))


@transaction.atomic
def hand_in(
    name: str, content: bytes | IO[bytes], *, actor: Actor, renamed: Mapping[str, str] | None = None
) -> LogImport:
    """Keep a log until a worker reads it. renamed: as a person chose its columns; None: they are known by their names."""
    file = store(StoredFile.Kind.UPLOAD, name, "application/octet-stream", content, actor=actor)
    if not file.size:
        raise Invalid(f"「{name}」は空です。書き出し直してください。", place=name)
    chosen = dict(renamed) if renamed is not None else None
    row = LogImport.objects.create(name=name[-255:], file=file, renamed=chosen, created_by=known(actor))
    record("worklogs.handed_in", subject=f"worklog:{row.pk}", actor=actor, bytes=file.size)
    enqueue(JOB, key=row.job_key, import_id=row.pk)
    return row


def give_up(refusal: Refused, *, import_id: int) -> None:
    """The job will not go on, for that reason. The file stays for a week, so that it can be tried again."""
    reason = refusal.lines() or "処理が止まりました。「もう一度動かす」を押してください。"
    LogImport.objects.filter(pk=import_id, state=LogImport.State.WAITING).update(
        state=LogImport.State.FAILED, reason=reason
    )


def forget_everywhere() -> None:
    """Files of logs that could not be read go after a week: nothing in them is masked."""
    in_each_town("operation logs that could not be read", _forget)


@transaction.atomic
def _forget() -> None:
    limit = timezone.now() - FORGOTTEN_AFTER
    failed = LogImport.objects.filter(state=LogImport.State.FAILED, file__isnull=False, created_at__lt=limit)
    for row in failed.select_related("file"):
        file, row.file = row.file, None
        row.save(update_fields=["file"])
        remove(file)


def take_up(*, import_id: int) -> None:
    """The job is to begin anew. Raises Conflict where the file is gone."""
    row = LogImport.objects.get(pk=import_id)
    if row.file_id is None:
        raise Conflict("元のファイルはもうありません。入れ直してください。")
    row.state, row.reason = LogImport.State.WAITING, ""
    row.save()


def work(import_id: int, told: Told) -> None:
    """Read, mask and store a log. Raises Invalid for what is no log, with what is wrong."""
    row: LogImport | None = LogImport.objects.select_related("file").filter(pk=import_id).first()
    if row is None or row.state != LogImport.State.WAITING or row.file is None:
        return
    with temporary.folder("worklogs") as folder:
        came = folder / "came"
        with came.open("wb") as copy:
            for piece in pieces_of(row.file):
                copy.write(piece)
        with came.open("rb") as file, as_table(file, folder) as table:
            _take(row, table, folder, told)
    with transaction.atomic():
        old = row.file
        row.file, row.state = None, LogImport.State.DONE
        row.save(update_fields=["file", "state"])
        remove(old)
        preparing.ask()


def _take(row: LogImport, table: BinaryIO, folder: Path, told: Told) -> None:
    masker, names = Masker(), Pseudonyms()
    faults = Faults(masker)
    renamed = row.renamed if row.renamed is not None else renaming_of(table, TABLE, reading.COLUMNS)
    table.seek(0)
    now = timezone.localtime().replace(tzinfo=None)
    taken, first, last = 0, None, None
    with shelf.Incoming(folder / "incoming.parquet") as incoming:
        found = rows(table, reading.REQUIRED, faults, renamed=renamed)
        for event in reading.events(found, now, faults):
            incoming.add(_kept(event, masker, names))
            taken += 1
            first = event.at if first is None else min(first, event.at)
            last = event.at if last is None else max(last, event.at)
            if taken % STEP == 0:
                told(taken, 0, f"{taken:,}行")
    if not taken:
        raise Invalid("使える行が一行もありません。列の割り当てを確かめてください。", problems=list(faults))
    row.rows, row.bad, row.masked = taken + faults.number, faults.number, masker.masked
    row.faults = [str(one) for one in faults]
    row.name = masker.without(row.name, names.seen)  # a collector calls its file by whose PC it was
    row.first_at, row.last_at = _local(first), _local(last)
    for at, part in enumerate(sorted(incoming.parts), start=1):
        told(at, len(incoming.parts), f"{part[1] // 100}年{part[1] % 100}月")
        _merge(row, folder, incoming, part)
    row.save(update_fields=["name", "rows", "bad", "masked", "faults", "first_at", "last_at"])


def _kept(event: Event, masker: Masker, names: Pseudonyms) -> shelf.Kept:
    """What is kept of an event: no name, nothing that is personal data by its shape."""
    own = event.person, event.pc
    application, action = masker.words(event.application, *own), masker.words(event.action, *own)
    title, thing = masker.text(event.title, *own), masker.text(event.object, *own)
    screen = screen_of(title)
    return shelf.Kept(
        machine=names.number(Subject.Kind.PC, event.pc),
        at=event.at,
        person=names.number(Subject.Kind.PERSON, event.person),
        section=masker.words(event.section),
        application=application,
        title=title,
        screen=screen,
        action=action,
        object=thing,
        step=step_code(application, screen, action, thing),
        place=event.line,
        month=month_of(event.at),
    )


def _merge(row: LogImport, folder: Path, incoming: shelf.Incoming, part: tuple[int, int]) -> None:
    """Put the events of a part into it. Whoever wrote the part meanwhile (a worker that was thought dead, days that are
    over) has the first word: it is read again, and nothing of either is lost."""
    for _ in range(MOST_TRIES):
        stands = LogPart.objects.select_related("file").filter(bucket=part[0], month=part[1]).first()
        try:
            old = queries.write_out(stands, folder / "old.parquet") if stands else None
        except FileNotFoundError:
            continue
        made = folder / "made.parquet"
        done = shelf.merge(folder, incoming.path, part, old, made)
        if not done.new or _put(row, part, stands, made, done):
            return
    raise Conflict(
        "ほかの取り込みが同じ月の操作ログを書いています。しばらく待って、もう一度動かしてください。"
    )


def _put(
    row: LogImport, part: tuple[int, int], stands: LogPart | None, made: Path, done: shelf.Merged
) -> bool:
    """Whether the part was put in the place of `stands`; False where something else stands there by now. How many rows are
    new is noted with it, so that a restart counts none twice."""
    bucket, month = part
    try:
        with transaction.atomic(), made.open("rb") as content:
            now = LogPart.objects.select_for_update().filter(bucket=bucket, month=month).first()
            if (now and now.file_id) != (stands and stands.file_id):
                return False
            name = f"{month}-{bucket}.parquet"
            file = store(StoredFile.Kind.OUTPUT, name, "application/octet-stream", content)
            kept = now or LogPart(bucket=bucket, month=month)
            kept.events, kept.file, kept.ends_at = done.events, file, _end_of(month)
            kept.save()
            LogImport.objects.filter(pk=row.pk).update(new=F("new") + done.new)
            if stands:
                remove(stands.file)
    except IntegrityError:  # both made it at once
        return False
    return True


def _end_of(month: int) -> datetime:
    """Midnight behind a month."""
    year, at = divmod(month, 100)
    return datetime(year + at // 12, at % 12 + 1, 1, tzinfo=timezone.get_current_timezone())


def _local(at: int | None) -> datetime | None:
    return None if at is None else timezone.make_aware(moment_of(at))


class as_table:  # noqa: N801 - reads as what it gives
    """The file as a table: CSV and Excel as they are, Parquet and XES written out as CSV in the folder. most: bytes of the
    table; None: as many as a log of that size may have."""

    def __init__(self, file: BinaryIO, folder: Path, most: int | None = None) -> None:
        self._file, self._folder, self._most = file, folder, most
        self._made: BinaryIO | None = None

    def __enter__(self) -> BinaryIO:
        self._file.seek(0)
        head = self._file.read(200)
        self._file.seek(0)
        if not foreign.is_foreign(head):
            return self._file
        path = self._folder / "table.csv"
        most = self._most or SMALL + GROWS * self._file.seek(0, io.SEEK_END)
        left = most
        with path.open("wb") as made:
            for frame in read(
                foreign.as_csv, self._file, seconds=_seconds(self._file), most=most + foreign.PIECE * 2
            ):
                left -= len(frame.body)
                if left < 0:  # a file of a kilobyte may tell of a billion rows
                    raise Invalid(
                        f"表にすると{most // 1_000_000:,}MBを超えます。期間を分けて書き出すか、大きなファイルはコマンドで入れてください。"
                    )
                made.write(frame.body)
        self._made = path.open("rb")
        return self._made

    def __exit__(self, *_: object) -> None:
        if self._made is not None:
            self._made.close()


def _seconds(file: BinaryIO) -> float:
    """Of CPU, for a file of that size."""
    return LEAST_SECONDS + file.seek(0, io.SEEK_END) / BYTES_A_SECOND


def check(found: Iterable[Row]) -> list[Problem]:
    """What is wrong in the first rows of a file, for the page on which it is looked at."""
    problems: list[Problem] = []
    for _ in reading.events(found, timezone.localtime().replace(tzinfo=None), problems):
        pass
    return problems
