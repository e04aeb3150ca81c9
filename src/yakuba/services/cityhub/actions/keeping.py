"""Old readings: written out by month (Parquet), then removed. Hours stay for ever (`actions.hours`).

A month goes in three steps, each of which may be repeated: the hours are made ready; the file is stored, in one transaction with
its row; then the stored file is read again, and the readings that stand there as the file has them are removed, part by part.
What is not in a file is never removed: neither what came or was corrected since, nor anything where the file cannot be read.
What comes for a month that has gone makes a new version of its file, by the same steps; the version before stays for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
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
from yakuba.services.cityhub.actions.hours import HOUR, gone, prepare
from yakuba.services.cityhub.actions.late_hours import sum_late
from yakuba.services.cityhub.actions.monthfiles import current, name_of, opened, write
from yakuba.services.cityhub.actions.turns import WRITER, take_turn
from yakuba.services.cityhub.models import MonthFile, Reading, Series

JOB = "cityhub.keep"
ROUNDS = 3  # versions of a month at one time; who goes on sending to it waits for the next time
AT_ONCE = 5_000  # readings in one transaction
AGAIN = timedelta(hours=20)  # between two versions of months that readings come late for
VERSIONS_KEPT = timedelta(days=31)
PARQUET = "application/vnd.apache.parquet"


def begin(actor: Actor) -> Any:
    """Let a worker do it. Raises NothingToDo where nothing is old enough or the town keeps everything."""
    if limit() is None and not _has_old():
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
    return Reading.objects.filter(at__lt=_end()).exists()


def _end() -> int:
    """What was measured before goes: it is old, or its month was written out before it came."""
    return max(limit() or 0, gone())


def begin_for_late() -> bool:
    """Let a worker write out what came for months that have gone, once a day at most. Whether it was begun."""
    since = timezone.now() - AGAIN
    if not Reading.objects.filter(at__lt=gone()).exists() or MonthFile.objects.filter(
        made_at__gt=since, part__gt=1
    ):
        return False
    jobs.enqueue(JOB, key="keep")
    return True


def keep(told: Callable[[int, int], None]) -> None:
    """Write out and remove what is old. `told`: after each part, where it may stop; called again it goes on where it was."""
    trouble: Exception | None = None
    for row in MonthFile.objects.filter(done_at=None).select_related("file").order_by("pk"):
        try:
            _remove(row, told)  # what a killed worker has left
        except (OSError, ValueError) as error:
            trouble = trouble or error
    end, after, rounds = _end(), None, 0
    while True:
        rows = Reading.objects.filter(at__lt=end)
        first = (rows if after is None else rows.filter(at__gte=after)).aggregate(first=Min("at"))["first"]
        if first is None:
            break
        local = timezone.localtime(datetime.fromtimestamp(first / 1e6, tz=timezone.get_current_timezone()))
        month = date(local.year, local.month, 1)
        rounds = rounds + 1 if after == _begin_of(month) else 1
        after = _begin_of(month) if rounds < ROUNDS else _begin_of(_following(month))
        _prepare_hours()
        try:
            _remove(_written(month), told)
        except (OSError, ValueError) as error:  # a file that cannot be read holds up its own month only
            trouble, after = trouble or error, _begin_of(_following(month))
    while sum_late():
        pass
    if trouble is not None:
        raise trouble


def _prepare_hours() -> None:
    for series in Series.objects.order_by("pk").iterator(chunk_size=500):
        prepare(series, time.time())


def _written(month: date) -> MonthFile:
    """The month as a file: what the version before has, and what lies in the table."""
    start, until = _begin_of(month), _begin_of(_following(month))
    rows = Reading.objects.filter(at__gte=start, at__lt=until)
    last = rows.aggregate(last=Max("pk"))["last"]
    rows = rows.filter(pk__lte=last)  # what comes meanwhile waits for the next version
    before = current(month)
    part = (MonthFile.objects.filter(month=month).aggregate(part=Max("part"))["part"] or 0) + 1
    with nameless_file() as file, opened(before) as readers:
        number = write(file, readers, rows, start, until)
        late = rows.count() if before else 0
        file.seek(0)
        name = f"cityhub-{current_municipality().code}-{month:%Y-%m}-{part}.parquet"
        with transaction.atomic():
            take_turn(WRITER, current_municipality().pk)
            stored = storage.store(StoredFile.Kind.OUTPUT, name, PARQUET, file)
            row: MonthFile = MonthFile.objects.create(
                month=month, part=part, until=until, file=stored, readings=number, last_pk=last, late=late
            )
            MonthFile.objects.filter(pk__in=[one.pk for one in before]).update(replaced_by=row)
            _note_unprepared(start, until)
            record("cityhub.month_written", subject=f"month:{row.pk}", actor=None, readings=number, part=part)
    return row


def _note_unprepared(start: int, until: int) -> None:
    """From now on the hours of this month are summed out of the file: those that are not ready are noted, together with the
    file, and whatever comes later notes its hour itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cityhub_latehour (municipality_id, series_id, hour) "
            "SELECT DISTINCT r.municipality_id, r.series_id, r.at / %s FROM cityhub_reading r "
            "JOIN cityhub_series s ON s.id = r.series_id WHERE r.municipality_id = %s AND r.at >= %s AND r.at < %s "
            "AND r.at >= s.prepared_to ON CONFLICT (series_id, hour) DO NOTHING",
            [HOUR, current_municipality().pk, start, until],
        )


def _remove(row: MonthFile, told: Callable[[int, int], None]) -> None:
    done = 0
    rows = Reading.objects.filter(at__gte=_begin_of(row.month), at__lt=row.until)
    with opened([row]) as (reader,):
        there = Series.objects.filter(pk__in=rows.order_by().values("series").distinct()).order_by("pk")
        for series in there:
            for table in reader.tables(name_of(series)):
                for start in range(0, table.num_rows, AT_ONCE):
                    part = table.slice(start, AT_ONCE)
                    _remove_part(row, series, part)
                    done += part.num_rows
                    told(done, row.readings)
    MonthFile.objects.filter(pk=row.pk).update(done_at=timezone.now())


@transaction.atomic
def _remove_part(row: MonthFile, series: Series, part: Any) -> None:
    """Those that are still as they were written. One that is not goes into the next version of the month."""
    moments = part.column("at").cast(pa.int64()).to_pylist()
    said = zip(part.column("value").to_pylist(), part.column("doubtful").to_pylist(), strict=True)
    as_written = dict(zip(moments, said, strict=True))
    found = Reading.objects.select_for_update().filter(
        series=series, at__gte=min(moments), at__lte=max(moments)
    )
    gone_: list[tuple[int, int]] = [
        (pk, at)
        for pk, at, number, doubtful in found.values_list("pk", "at", "number", "doubtful")
        if as_written.get(at) == (number, doubtful)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM cityhub_rawreading WHERE series_id = %s AND at = %s",
            [(series.pk, at) for _, at in gone_],
        )
    Reading.objects.filter(pk__in=[pk for pk, _ in gone_]).delete()
    MonthFile.objects.filter(pk=row.pk).update(gone=F("gone") + len(gone_))


def forget_old_versions() -> None:
    """A version goes when the next one has been there for a while: what held then is in that one too."""
    old = MonthFile.objects.filter(
        replaced_by__made_at__lt=timezone.now() - VERSIONS_KEPT, replaced_by__done_at__isnull=False
    )
    for row in old.select_related("file").order_by("part"):
        if not MonthFile.objects.filter(replaced_by=row).exists():
            row.delete()
            storage.remove(row.file)
