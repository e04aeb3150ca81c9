"""Old readings: written out by month (Parquet), then removed. Hours stay for ever (`actions.hours`).

A month goes in three steps, each of which may be repeated: the hours are made ready; the file is stored, in one transaction with
its row; the readings that the file has are removed, part by part. What is not in a file is never removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.db.models import Max, Min
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
AT_ONCE = 5_000  # readings in one transaction
ROWS = 50_000  # of a row group
PARQUET = "application/vnd.apache.parquet"
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
    end = limit()
    while end is not None:
        first = Reading.objects.filter(at__lt=end).aggregate(first=Min("at"))["first"]
        if first is None:
            return
        local = timezone.localtime(datetime.fromtimestamp(first / 1e6, tz=timezone.get_current_timezone()))
        month = date(local.year, local.month, 1)
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
    start = _begin_of(row.month)
    while True:
        number = _remove_part(row, start)
        row.gone += number
        told(min(row.gone, row.readings), row.readings)
        if not number:
            break
    MonthFile.objects.filter(pk=row.pk).update(done_at=timezone.now())


@transaction.atomic
def _remove_part(row: MonthFile, start: int) -> int:
    rows = Reading.objects.filter(at__gte=start, at__lt=row.until, pk__lte=row.last_pk)
    keys = list(rows.order_by("pk").values_list("pk", "series", "at")[:AT_ONCE])
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM cityhub_rawreading WHERE series_id = %s AND at = %s",
            [(series, at) for _, series, at in keys],
        )
    Reading.objects.filter(pk__in=[pk for pk, _, _ in keys]).delete()
    MonthFile.objects.filter(pk=row.pk).update(gone=row.gone + len(keys))
    return len(keys)
