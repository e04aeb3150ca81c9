"""Old readings: written out by month (Parquet), then removed. Hours stay for ever (`actions.hours`).

A month goes in three steps, each of which may be repeated: the hours are made ready; the file is stored, in one transaction with
its row; then the stored file is read again, and the readings that stand there as the file has them are removed, part by part.
What is not in a file is never removed: neither what came or was corrected since, nor anything where the file cannot be read.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import storage
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import NothingToDo
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.actions.hours import prepare
from yakuba.services.cityhub.models import MonthFile, RawReading, Reading, Series

JOB = "cityhub.keep"
ROUNDS = 3  # further parts of a month at one time; who goes on sending to it waits for the next time
AT_ONCE = 5_000  # readings in one transaction
ROWS = 50_000  # of a row group
PARQUET = "application/vnd.apache.parquet"
Name = tuple[str, str, str, str]  # path, id, type, attribute
Kept = tuple[Name, int, tuple[float, bool]]  # of which series; microseconds; value and doubtful
SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("id", pa.string()),
        ("type", pa.string()),
        ("attribute", pa.string()),
        ("unit", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("value", pa.float64()),
        ("sent", pa.float64()),  # before calibration, where that was another value
        ("doubtful", pa.bool_()),
    ]
)


def begin(actor: Actor) -> Any:
    """Let a worker do it. Raises NothingToDo where nothing is old enough or the town keeps everything."""
    if limit() is None:
        raise NothingToDo("「自治体の設定」の「届いた値を置く月数」が0なので、すべて置いておきます。")
    if not _has_old() and not MonthFile.objects.filter(done_at=None).exists():
        raise NothingToDo("片付ける古い測定値はありません。")
    record("cityhub.keeping_begun", actor=actor)
    return jobs.enqueue(JOB, key="keep")


def choices(user: Any) -> list[tuple[str, str]]:
    """There is one thing to choose."""
    return [("all", "古い月すべて")]


def begin_planned(choice: str, actor: Actor) -> str:
    """The same, by the clock."""
    begin(actor)
    return "古い測定値の片付けを始めました。"


def limit() -> int | None:
    """What was measured before this moment is old (microseconds since 1970 UTC, the begin of a month in the town's time); None
    where everything is kept."""
    months = int(value("cityhub.keep_months"))
    if months <= 0:
        return None
    today = timezone.localdate()
    number = today.year * 12 + today.month - 1 - months
    return _begin_of(date(number // 12, number % 12 + 1, 1))


def _begin_of(day: date) -> int:
    moment = timezone.make_aware(datetime(day.year, day.month, 1))
    return round(moment.timestamp()) * 1_000_000


def _following(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _has_old() -> bool:
    end = limit()
    return end is not None and Reading.objects.filter(at__lt=end).exists()


def keep(told: Callable[[int, int], None]) -> None:
    """Write out and remove what is old. `told`: after each part, where it may stop; called again it goes on where it was."""
    for row in MonthFile.objects.filter(done_at=None).order_by("pk"):
        _remove(row, told)  # what a killed worker has left
    end, after, rounds = limit(), None, 0
    while end is not None:
        rows = Reading.objects.filter(at__lt=end)
        first = (rows if after is None else rows.filter(at__gte=after)).aggregate(first=Min("at"))["first"]
        if first is None:
            return
        local = timezone.localtime(datetime.fromtimestamp(first / 1e6, tz=timezone.get_current_timezone()))
        month = date(local.year, local.month, 1)
        rounds = rounds + 1 if after == _begin_of(month) else 1
        after = _begin_of(month) if rounds < ROUNDS else _begin_of(_following(month))
        _prepare_hours()
        _remove(_written(month), told)


def _prepare_hours() -> None:
    for series in Series.objects.order_by("pk").iterator(chunk_size=500):
        prepare(series, time.time())


def _written(month: date) -> MonthFile:
    """The month as a file."""
    start, until = _begin_of(month), _begin_of(_following(month))
    rows = Reading.objects.filter(at__gte=start, at__lt=until)
    last = rows.aggregate(last=Max("pk"))["last"]
    rows = rows.filter(pk__lte=last)  # what comes meanwhile waits for the next part
    part = MonthFile.objects.filter(month=month).count() + 1
    with nameless_file() as file:
        number = _write(file, rows, start, until)
        file.seek(0)
        name = f"cityhub-{current_municipality().code}-{month:%Y-%m}-{part}.parquet"
        with transaction.atomic():
            stored = storage.store(StoredFile.Kind.OUTPUT, name, PARQUET, file)
            row: MonthFile = MonthFile.objects.create(
                month=month, part=part, until=until, file=stored, readings=number, last_pk=last
            )
            record("cityhub.month_written", subject=f"month:{row.pk}", actor=None, readings=number)
    return row


def _write(file: IO[bytes], rows: Any, start: int, until: int) -> int:
    series = {one.pk: one for one in Series.objects.all()}
    number = 0
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for key in rows.order_by("series").values_list("series", flat=True).distinct():
            sent = dict(
                RawReading.objects.filter(series=key, at__gte=start, at__lt=until).values_list("at", "number")
            )
            found = rows.filter(series=key).order_by("at").values_list("at", "number", "doubtful")
            for listed in _groups(found.iterator(chunk_size=ROWS)):
                one = series.get(key) or Series.objects.get(pk=key)
                same = len(listed)
                writer.write_table(
                    pa.table(
                        [
                            [one.path] * same,
                            [one.entity_id] * same,
                            [one.entity_type] * same,
                            [one.attribute] * same,
                            [one.unit] * same,
                            pa.array([at for at, _, _ in listed], pa.timestamp("us", tz="UTC")),
                            [value_ for _, value_, _ in listed],
                            pa.array([sent.get(at) for at, _, _ in listed], pa.float64()),
                            [bool(doubtful) for _, _, doubtful in listed],
                        ],
                        schema=SCHEMA,
                    )
                )
                number += same
    return number


def _groups(found: Iterator[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in found:
        part.append(row)
        if len(part) == ROWS:
            yield part
            part = []
    if part:
        yield part


def _remove(row: MonthFile, told: Callable[[int, int], None]) -> None:
    done = 0
    with nameless_file() as content:
        for piece in storage.pieces_of(row.file):
            content.write(piece)
        content.seek(0)
        for listed in _parts(content):
            _remove_part(row, listed)
            done += len(listed)
            told(done, row.readings)
    if done != row.readings:
        raise OSError(f"the file of {row} has {done} readings instead of {row.readings}")
    MonthFile.objects.filter(pk=row.pk).update(done_at=timezone.now())


def _parts(content: IO[bytes]) -> Iterator[list[Kept]]:
    """What a stored file has, some at a time."""
    names = ("path", "id", "type", "attribute")
    for batch in pq.ParquetFile(content).iter_batches(batch_size=AT_ONCE):
        series = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
        moments = batch.column("at").cast(pa.int64()).to_pylist()
        values = zip(batch.column("value").to_pylist(), batch.column("doubtful").to_pylist(), strict=True)
        yield list(zip(series, moments, values, strict=True))


@transaction.atomic
def _remove_part(row: MonthFile, listed: list[Kept]) -> None:
    """Those that are still as they were written. One that is not goes into the next part of the month."""
    as_written: dict[Name, dict[int, tuple[float, bool]]] = defaultdict(dict)
    for name, at, said in listed:
        as_written[name][at] = said
    gone: list[tuple[int, int, int]] = []
    for (path, entity_id, entity_type, attribute), moments in as_written.items():
        series = Series.objects.filter(
            path=path, entity_id=entity_id, entity_type=entity_type, attribute=attribute
        ).first()
        if series is None:
            continue
        found = Reading.objects.select_for_update().filter(
            series=series, at__gte=min(moments), at__lte=max(moments)
        )
        for pk, at, number, doubtful in found.values_list("pk", "at", "number", "doubtful"):
            if moments.get(at) == (number, doubtful):
                gone.append((pk, series.pk, at))
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM cityhub_rawreading WHERE series_id = %s AND at = %s",
            [(series, at) for _, series, at in gone],
        )
    Reading.objects.filter(pk__in=[pk for pk, _, _ in gone]).delete()
    MonthFile.objects.filter(pk=row.pk).update(gone=F("gone") + len(gone))
