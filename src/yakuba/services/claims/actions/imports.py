"""Files taken in: handed over by a person or a program, read by a worker, and put where checks find them.

What cannot be read is told by line and byte; the rest is taken. A file that was taken in already is refused, so that no
claim is counted twice. Killed half way a job begins anew: nothing stands before all of a file is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files import temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of, remove, store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.values import encodings
from yakuba.services.claims.adapters import shelf
from yakuba.services.claims.adapters import tables as files
from yakuba.services.claims.engine import members, reading, tables
from yakuba.services.claims.models import MEMBERS, CheckTable, ClaimFile, Handed

JOB, TABLE_JOB = "claims.take_in", "claims.take_table"
MOST_FAULTS = 200  # sentences that are kept; how many there were is told
STEP = 2_000  # claims between two looks whether the job was stopped
PARTS = {"claims": "claims_part", "items": "items_part", "diseases": "diseases_part"}
FIRST_MONTH, LAST_MONTH = 200_001, 210_012

Told = Callable[[int, int, str], None]


class Faults(list[Problem]):
    """The first faults; how many there were is counted, so that a file of nothing but faults costs no memory."""

    number = 0

    def append(self, one: Problem) -> None:
        """One more."""
        self.number += 1
        if len(self) < MOST_FAULTS:
            super().append(one)


@transaction.atomic
def hand_in(name: str, content: bytes | IO[bytes], *, actor: Actor) -> ClaimFile:
    """Keep a claim file until a worker reads it. Raises Invalid, Conflict where it was handed in before."""
    file = _stored(name, content, actor)
    before = ClaimFile.objects.filter(file__sha256=file.sha256).exclude(state=ClaimFile.State.FAILED).first()
    if before is not None:
        raise Conflict(
            f"「{name}」は、すでに「{before.name}」として取り込まれています。二重に数えないように、受け取りませんでした。",
            place=name,
        )
    row = ClaimFile.objects.create(name=name[-255:], file=file, created_by=known(actor))
    record("claims.handed_in", subject=f"claimfile:{row.pk}", actor=actor, bytes=file.size)
    enqueue(JOB, key=row.job_key, claim_file_id=row.pk)
    return row


@transaction.atomic
def hand_in_table(
    name: str,
    content: bytes | IO[bytes],
    kind: str,
    since: int,
    *,
    actor: Actor,
    renamed: Mapping[str, str] | None = None,
) -> CheckTable:
    """Keep a master, a check table or eligibility. since: YYYYMM of treatment. Raises Invalid."""
    if kind != MEMBERS and kind not in tables.kinds():
        raise Invalid(
            f"表の種類「{kind}」はありません。{'、'.join([*tables.kinds(), MEMBERS])} のどれかにしてください。"
        )
    if not FIRST_MONTH <= since <= LAST_MONTH or not 1 <= since % 100 <= 12:
        raise Invalid("適用する診療年月は、202606 のように6桁で書いてください。")
    row = CheckTable.objects.create(
        name=name[-255:], file=_stored(name, content, actor), kind=kind, since=since, created_by=known(actor),
        renamed=dict(renamed) if renamed is not None else None,
    )  # fmt: skip
    record("claims.table_handed_in", subject=f"claimtable:{row.pk}", actor=actor, kind=kind, since=since)
    enqueue(TABLE_JOB, key=row.job_key, check_table_id=row.pk)
    return row


def _stored(name: str, content: bytes | IO[bytes], actor: Actor) -> StoredFile:
    file = store(StoredFile.Kind.UPLOAD, name, "application/octet-stream", content, actor=actor)
    if not file.size:
        raise Invalid(f"「{name}」は空です。書き出し直してください。", place=name)
    return file


def give_up(refusal: Refused, *, claim_file_id: int) -> None:
    """The job will not go on, for that reason; the file stays, so that it can be tried again."""
    _failed(ClaimFile, claim_file_id, refusal)


def give_table_up(refusal: Refused, *, check_table_id: int) -> None:
    """The same for a table."""
    _failed(CheckTable, check_table_id, refusal)


def _failed(model: type[Handed], number: int, refusal: Refused) -> None:
    reason = refusal.lines() or "処理が止まりました。「もう一度動かす」を押してください。"
    model.objects.filter(pk=number, state=Handed.State.WAITING).update(
        state=Handed.State.FAILED, reason=reason
    )


def take_up(*, claim_file_id: int) -> None:
    """The job is to begin anew."""
    ClaimFile.objects.filter(pk=claim_file_id).update(state=Handed.State.WAITING, reason="")


def take_table_up(*, check_table_id: int) -> None:
    """The same for a table."""
    CheckTable.objects.filter(pk=check_table_id).update(state=Handed.State.WAITING, reason="")


def work(claim_file_id: int, told: Told) -> None:
    """Read a claim file. Raises Invalid where nothing in it is a claim, with what is wrong."""
    row = ClaimFile.objects.select_related("file").filter(pk=claim_file_id).first()
    if row is None or row.state != Handed.State.WAITING or row.file is None:
        return
    faults, seen, months = Faults(), reading.Told(), dict[int, int]()
    with temporary.folder("claims") as folder:
        with _came(row.file, folder) as came, shelf.Writing(folder) as writing:
            for claim in reading.claims_of(came, faults, seen):
                writing.add(claim)
                months[claim.month] = months.get(claim.month, 0) + 1
                if seen.claims % STEP == 0:
                    told(seen.claims, 0, f"レセプト{seen.claims:,}件")
        if not seen.claims:
            raise Invalid(
                "読めるレセプトが一件もありません。レセプト電算処理の請求ファイルか確かめてください。",
                problems=list(faults),
            )
        with transaction.atomic():
            if not _is_waiting(row):
                return
            before = ClaimFile.objects.filter(
                file__sha256=row.file.sha256, state=ClaimFile.State.DONE
            ).first()
            if before is not None:  # two people handed it in at the same moment
                raise Conflict(
                    f"すでに「{before.name}」として取り込まれています。二重に数えないように、取り込みませんでした。"
                )
            for name, column in PARTS.items():
                with writing.path(name).open("rb") as part:
                    setattr(row, column, _output(f"{name}.parquet", part))
            row.lines, row.claims, row.left_out = seen.lines, seen.claims, seen.left_out
            row.points, row.others, row.complete = seen.points, seen.others, seen.complete
            row.months = {str(month): count for month, count in sorted(months.items())}
            row.ends_at = _end_of(max(months))
            _done(row, faults)


def work_table(check_table_id: int, told: Told) -> None:
    """Read a table. Raises Invalid where nothing in it can be used."""
    row = CheckTable.objects.select_related("file").filter(pk=check_table_id).first()
    if row is None or row.state != Handed.State.WAITING or row.file is None:
        return
    faults = Faults()
    with temporary.folder("claims") as folder, _came(row.file, folder) as came:
        path = folder / "rows.parquet"
        told(0, 0, row.label)
        count = _write(row, came, path, faults)
        if not count:
            raise Invalid("使える行が一行もありません。種類と列を確かめてください。", problems=list(faults))
        with transaction.atomic(), path.open("rb") as part:
            if not _is_waiting(row):
                return
            old = row.part
            row.part, row.rows, row.lines = _output("rows.parquet", part), count, count + faults.number
            _done(row, faults)
            if old is not None:
                remove(old)


def _is_waiting(row: Handed) -> bool:
    """Whether it is still to be taken in, with its row locked: another worker may have been faster, or it was given up."""
    waiting = type(row).objects.select_for_update().filter(pk=row.pk, state=Handed.State.WAITING)
    return waiting.first() is not None


def _write(row: CheckTable, came: BinaryIO, path: Path, faults: Faults) -> int:
    if row.kind == MEMBERS:
        renamed = _renamed(row, came, members.COLUMNS)
        return files.write_members(
            path, members.members(rows(came, members.REQUIRED, faults, renamed=renamed), faults)
        )
    kind = tables.kinds()[row.kind]
    if kind.heading:
        required = [one.name for one in kind.columns if one.required]
        renamed = _renamed(row, came, kind.columns)
        return files.write_checks(
            path, tables.of_rows(kind, rows(came, required, faults, renamed=renamed), faults)
        )
    lines = list(islice(_lines(came), tables.SAMPLE))
    if wrong := tables.fits(kind, [cells for _, cells in lines]):
        raise Invalid(wrong)
    came.seek(0)
    found: Any = tables.taken(kind, _lines(came), faults)
    return files.write_names(path, found) if kind.group == "masters" else files.write_checks(path, found)


def _renamed(row: CheckTable, came: BinaryIO, columns: Any) -> Mapping[str, str]:
    if row.renamed is not None:
        return dict(row.renamed)
    found = renaming_of(came, f"claims.{row.kind}", columns)
    came.seek(0)
    return found


def _lines(came: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of a file without headings, in CP932 or UTF-8, as its beginning says."""
    head = came.read(100_000)
    came.seek(0)
    whole = head[: head.rfind(b"\n") + 1] or head
    encoding = "utf-8-sig" if encodings.decoded(whole) is not None and _is_utf8(whole) else "cp932"
    text = io.TextIOWrapper(came, encoding, errors="replace", newline="")
    try:
        reader = csv.reader(text)
        for cells in reader:
            if cells and cells != ["\x1a"]:
                yield reader.line_num, cells
    except csv.Error as error:
        raise Invalid(
            "この表のある行は長すぎるか、引用符が閉じていません。CSVのファイルか確かめてください。"
        ) from error
    finally:
        text.detach()  # whoever opened the file closes it


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _came:  # noqa: N801 - reads as what it gives
    """A stored file as an open one in a folder of the work."""

    def __init__(self, file: StoredFile, folder: Path) -> None:
        self._file, self._path = file, folder / "came"

    def __enter__(self) -> BinaryIO:
        with self._path.open("wb") as copy:
            for piece in pieces_of(self._file):
                copy.write(piece)
        self._opened = self._path.open("rb")
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._opened.close()


def _output(name: str, content: IO[bytes]) -> StoredFile:
    return store(StoredFile.Kind.OUTPUT, name, "application/octet-stream", content)


def _done(row: Handed, faults: Faults) -> None:
    row.bad, row.faults = faults.number, [str(one) for one in faults]
    row.state, row.reason = Handed.State.DONE, ""
    row.save()


def _end_of(month: int) -> datetime:
    """Midnight behind a month."""
    year, at = divmod(month, 100)
    return datetime(year + at // 12, at % 12 + 1, 1, tzinfo=timezone.get_current_timezone())
