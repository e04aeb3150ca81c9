"""Readings of a month that was written out already: into their hour, into charts, into a new version of the file."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, content_of, store
from yakuba.kernel.jobs.models import Job
from yakuba.services.cityhub.actions import keeping, late_hours, taking, tidying
from yakuba.services.cityhub.engine.boards import BoardSpan, window
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.models import Hour, LateHour, MonthFile, Reading, Series
from yakuba.services.cityhub.queries.steps import steps
from yakuba.services.cityhub.tests.months import first_kept, in_files, keep, stored

HOUR = 3_600_000_000


def send(clerk, at, number, name="river-1", kind="River", attribute="level"):
    taking.take_text(
        f"id,type,attribute,at,value\n{name},{kind},{attribute},{written(at / 1e6)},{number}\n", actor=clerk
    )


def gone_moment(name="river-1"):
    """The moment of a reading that is in a file only."""
    at = min(at for key, at in in_files() if key == name)
    assert not Reading.objects.filter(at=at).exists()
    return at


def hour_of(at, name="river-1"):
    return Hour.objects.filter(series__entity_id=name, hour=at // HOUR).values_list(
        "count", "total", "least", "most"
    )


def every_hour():
    return {
        (key, hour): rest
        for key, hour, *rest in Hour.objects.values_list(
            "series__entity_id", "hour", "count", "total", "least", "most"
        )
    }


def test_a_late_one_goes_into_its_hour_beside_what_the_file_has_and_into_no_other(measured, clerk):
    keep()
    tidying.tidy()
    at = gone_moment()
    before, number = every_hour(), in_files()["river-1", at]
    send(clerk, at + 60_000_000, number + 100)
    assert every_hour() == before  # the hour is summed anew by a worker
    tidying.tidy()
    after = every_hour()
    assert after.pop(("river-1", at // HOUR)) == [2, 2 * number + 100, number, number + 100]
    before.pop(("river-1", at // HOUR))
    assert after == before
    assert not LateHour.objects.exists()


def test_one_that_is_sent_anew_counts_once_with_its_newer_value(measured, clerk):
    keep()
    at = gone_moment()
    send(clerk, at, 777)
    tidying.tidy()
    assert list(hour_of(at)) == [(1, 777, 777, 777)]
    keep()
    assert in_files()["river-1", at] == 777
    assert list(hour_of(at)) == [(1, 777, 777, 777)]


def test_one_of_an_hour_without_readings_makes_it(measured, clerk):
    keep()
    at = gone_moment() + 2 * HOUR
    assert not hour_of(at)
    send(clerk, at, 3)
    tidying.tidy()
    assert list(hour_of(at)) == [(1, 3, 3, 3)]


def test_a_chart_of_a_year_shows_what_came_late_and_all_that_was_there(measured, clerk):
    keep()
    tidying.tidy()
    series = Series.objects.get(entity_id="river-1")
    seen = window(BoardSpan("year"), timezone.localtime())
    before = steps(series, seen)
    send(clerk, gone_moment() + 60_000_000, 9_999)
    series.refresh_from_db()
    assert sum(one is not None for one in steps(series, seen)) == sum(one is not None for one in before)
    tidying.tidy()
    series.refresh_from_db()
    after = steps(series, seen)
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert [(other.most, other.count - one.count) for one, other in changed] == [(9_999, 1)]


def test_the_file_is_written_anew_with_all_and_the_version_before_stays_for_a_while(
    measured, clerk, june, monkeypatch
):
    keep()
    before = in_files()
    late = {("river-1", gone_moment() + 1_000_000): 5.0, ("new-1", gone_moment()): 6.0}
    send(clerk, gone_moment() + 1_000_000, 5)
    send(clerk, gone_moment(), 6, "new-1")
    keep()
    first, second = MonthFile.objects.filter(month="2026-02-01").order_by("part")
    assert (first.replaced_by, second.part, second.late, second.gone) == (second, 2, 2, 2)
    table = pq.read_table(io.BytesIO(content_of(second.file))).to_pylist()
    february = {key: number for key, number in before.items() if f"{moment(key[1]):%m}" == "02"}
    assert {(one["id"], round(one["at"].timestamp() * 1e6)): one["value"] for one in table} == february | late
    assert not Reading.objects.filter(at__lt=first_kept()).exists()
    keeping.forget_old_versions()
    assert MonthFile.objects.filter(month="2026-02-01").count() == 2
    MonthFile.objects.update(made_at=june - timedelta(days=32))
    keeping.forget_old_versions()
    assert list(MonthFile.objects.filter(month="2026-02-01")) == [second]
    assert in_files() == before | late


def moment(at):
    return timezone.localtime(timezone.datetime.fromtimestamp(at / 1e6, timezone.get_current_timezone()))


def test_files_of_earlier_editions_of_the_house_become_one(measured, clerk, monkeypatch):
    """There a further part had what came late and nothing else, and there was no column of units."""
    keep()
    at = gone_moment()
    send(clerk, at, 42)
    real = keeping.current
    monkeypatch.setattr(keeping, "current", lambda month: [])
    keep()
    monkeypatch.setattr(keeping, "current", real)
    assert MonthFile.objects.filter(month="2026-02-01", replaced_by=None).count() == 2
    before = in_files()
    assert before["river-1", at] == 42
    for row in MonthFile.objects.all():
        old = io.BytesIO()
        pq.write_table(pq.read_table(io.BytesIO(content_of(row.file))).drop_columns(["sent_unit"]), old)
        row.file = store(StoredFile.Kind.OUTPUT, "old.parquet", keeping.PARQUET, old.getvalue())
        row.save()
    send(clerk, at + 1_000_000, 43)
    keep()
    (row,) = MonthFile.objects.filter(month="2026-02-01", replaced_by=None)
    assert (row.part, row.late, row.readings) == (
        3,
        1,
        1 + len([k for k in before if f"{moment(k[1]):%m}" == "02"]),
    )
    assert in_files() == before | {("river-1", at + 1_000_000): 43.0}
    tidying.tidy()
    assert next(iter(hour_of(at)))[:2] == (2, 85)


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_killed_while_a_month_is_written_anew_nothing_is_lost(measured, clerk, monkeypatch, stop):
    keep()
    before, at = in_files(), gone_moment()
    for n in range(4):
        send(clerk, at + n * 1_000_000, 100 + n)
    expected = before | {("river-1", at + n * 1_000_000): 100.0 + n for n in range(4)}
    calls = []

    class Died(BaseException):
        pass

    def dying(name):
        real = getattr(keeping, name)

        def once(*given, **named):
            calls.append(name)
            if len(calls) == stop:
                raise Died
            return real(*given, **named)

        monkeypatch.setattr(keeping, name, once)

    for name in ("write", "_note_unprepared", "_remove_part"):
        dying(name)
    with pytest.raises(Died):
        keep()
    assert {**in_files(), **stored()} == expected | {
        key: number for key, number in stored().items() if key[1] >= first_kept()
    }
    keep()
    assert in_files() == expected
    assert not Reading.objects.filter(at__lt=first_kept()).exists()
    tidying.tidy()
    assert next(iter(hour_of(at)))[:2] == (4, 406)


def test_what_comes_between_file_and_removal_is_in_its_hour_too(measured, clerk, monkeypatch):
    at = Reading.objects.filter(series__entity_id="river-1").order_by("at").first().at
    real, sent = keeping._remove, []

    def remove(row, told):
        if not sent:
            sent.append(row.pk)
            send(clerk, at, 777)
            send(clerk, at + 1_000_000, 778)
        real(row, told)

    monkeypatch.setattr(keeping, "_remove", remove)
    keep()
    tidying.tidy()
    assert list(hour_of(at)) == [(2, 1555, 777, 778)]
    assert in_files()["river-1", at] == 777


def test_what_comes_between_hours_and_file_is_in_its_hour(measured, clerk, monkeypatch):
    at = Reading.objects.filter(series__entity_id="river-1").order_by("at").first().at
    real, sent = keeping._written, []

    def write(month):
        if not sent:
            sent.append(month)
            send(clerk, at + 1_000_000, 778)
        return real(month)

    monkeypatch.setattr(keeping, "_written", write)
    keep()
    tidying.tidy()
    assert next(iter(hour_of(at)))[0] == 2


def test_hours_are_not_summed_from_a_file_that_was_replaced_meanwhile(measured, clerk, monkeypatch):
    keep()
    at = gone_moment()
    send(clerk, at, 777)
    real, done = late_hours._in_files, []

    def read(*given):
        found = real(*given)
        if not done:
            done.append(1)
            keeping._remove(
                keeping._written(MonthFile.objects.get(month="2026-02-01").month), lambda *_: None
            )
        return found

    monkeypatch.setattr(late_hours, "_in_files", read)
    assert late_hours.sum_late() == 0
    assert late_hours.sum_late() == 1
    assert list(hour_of(at)) == [(1, 777, 777, 777)]


def test_a_worker_writes_late_ones_out_by_itself_once_a_day(measured, clerk, june):
    keep()
    assert not keeping.begin_for_late()
    send(clerk, gone_moment(), 5)
    tidying.tidy()
    assert Job.objects.filter(name=keeping.JOB).count() == 1
    keep()
    send(clerk, gone_moment() + 5_000_000, 5)
    assert not keeping.begin_for_late()
    MonthFile.objects.update(made_at=june - timedelta(days=1))
    assert keeping.begin_for_late()


def test_a_flood_of_years_before_is_counted_right(measured, clerk, monkeypatch):
    monkeypatch.setattr(late_hours, "AT_ONCE", 7)
    keep()
    start = gone_moment() - 400 * 24 * HOUR
    lines = ["id,type,attribute,at,value"]
    lines += [f"river-1,River,level,{written((start + n * HOUR // 2) / 1e6)},{n}" for n in range(60)]
    taking.take_text("\n".join(lines), actor=clerk)
    while late_hours.sum_late():
        pass
    counted = Hour.objects.filter(series__entity_id="river-1", hour__lt=(start // HOUR) + 31)
    assert sum(counted.values_list("count", flat=True)) == 60
    keep()
    assert not Reading.objects.filter(at__lt=first_kept()).exists()


@pytest.mark.parametrize("how", ["no_table", "one_bit", "gone"])
def test_a_file_that_cannot_be_read_holds_up_its_own_month_only(measured, clerk, how):
    keep()
    broken = MonthFile.objects.get(month="2026-02-01")
    whole, blob = broken.file, blob_path(broken.file)
    content = blob.read_bytes()
    if how == "no_table":
        broken.file = broken_file()
        broken.save()
    elif how == "one_bit":
        blob.write_bytes(content[:-50] + bytes([content[-50] ^ 1]) + content[-49:])
    else:
        blob.unlink()
    at = min(at for key, at in in_march())
    send(clerk, at - 20 * 24 * HOUR, 1)  # of February
    send(clerk, at, 555)
    tidying.tidy()
    assert list(hour_of(at)) == [(1, 555, 555, 555)]
    with pytest.raises((OSError, ValueError)):
        keep()
    assert MonthFile.objects.filter(month="2026-03-01").count() == 2
    assert Reading.objects.filter(at__lt=first_kept()).count() == 1
    blob.write_bytes(content)
    broken.file = whole
    broken.save()
    keep()
    assert not Reading.objects.filter(at__lt=first_kept()).exists()


def in_march():
    row = MonthFile.objects.get(month="2026-03-01")
    table = pq.read_table(io.BytesIO(content_of(row.file))).to_pylist()
    return [(one["id"], round(one["at"].timestamp() * 1e6)) for one in table if one["id"] == "river-1"]


def broken_file():
    return store(StoredFile.Kind.OUTPUT, "x.parquet", keeping.PARQUET, b"PAR1 no more")


def test_a_file_that_breaks_before_its_readings_went_holds_up_no_other_month(measured):
    before = stored()

    class Killed(Exception):
        pass

    def kill(done, total):
        raise Killed

    with pytest.raises(Killed):
        keeping.keep(kill)
    half = MonthFile.objects.get(done_at=None)
    half.file = broken_file()
    half.save()
    with pytest.raises((OSError, ValueError)):
        keep()
    assert MonthFile.objects.filter(month="2026-03-01").exclude(done_at=None).exists()
    kept = stored()
    assert not any(
        timezone.make_aware(datetime(2026, 3, 1)).timestamp() * 1e6 <= at < first_kept() for _, at in kept
    )
    assert any(at < first_kept() for _, at in kept)
    assert before.items() >= kept.items()


def test_very_many_hours_of_a_broken_month_hold_up_no_other_month(measured, clerk, monkeypatch):
    keep()
    tidying.tidy()
    monkeypatch.setattr(late_hours, "AT_ONCE", 2)
    listed = sorted(at for name, at in in_files() if name == "river-1")
    MonthFile.objects.filter(month="2026-02-01").update(file=broken_file())
    for at in [*listed[:5], listed[-1]]:
        send(clerk, at, 5.0)
    assert late_hours.sum_late() == 1
    assert late_hours.sum_late() == 0
    assert LateHour.objects.count() == 5
    assert hour_of(listed[-1])[0][1] == 5.0
