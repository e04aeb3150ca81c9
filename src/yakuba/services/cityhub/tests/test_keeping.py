"""Old readings: in a file before they go, hours for ever, through any kill."""

from __future__ import annotations

import io
import time

import pyarrow.parquet as pq
import pytest

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import NothingToDo
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub.actions import hours, keeping, taking
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.models import Hour, MonthFile, RawReading, Reading, Series
from yakuba.services.cityhub.tests.months import first_kept, in_files, keep, stored


def test_what_is_old_goes_into_files_by_month_and_hours_stay(measured):
    before = stored()
    series = Series.objects.get(entity_id="river-1")
    keep()
    after = stored()
    assert {key: number for key, number in before.items() if key not in after} == in_files()
    assert set(after) == {key for key in before if key[1] >= first_kept()}
    assert [f"{row.month:%Y-%m}" for row in MonthFile.objects.order_by("month")] == ["2026-02", "2026-03"]
    assert all(row.done_at and row.gone == row.readings for row in MonthFile.objects.all())
    hours.prepare(series, time.time())
    counted = sum(Hour.objects.filter(series=series).values_list("count", flat=True))
    assert counted >= 130 * 4 - 1


@pytest.mark.parametrize("stop", [1, 2, 5, 9])
def test_killed_anywhere_it_goes_on_and_loses_nothing(measured, monkeypatch, stop):
    monkeypatch.setattr(keeping, "AT_ONCE", 40)
    before = stored()

    class Died(BaseException):
        pass

    steps = 0

    def told(done, total):
        nonlocal steps
        steps += 1
        if steps % stop == 0:
            raise Died

    for _ in range(100):
        try:
            keeping.keep(told)
            break
        except Died:
            steps += 1 if stop == 1 else 0
            both = {**in_files(), **stored()}
            assert both == before
    else:
        keep()  # told after every part: each try did one
    assert {**in_files(), **stored()} == before
    assert not set(in_files()) & set(stored())
    assert MonthFile.objects.count() == 2


def test_nothing_goes_where_the_file_was_not_stored(measured, monkeypatch):
    before = stored()

    def full(*arguments, **named):
        raise OSError("no space")

    monkeypatch.setattr(keeping.storage, "store", full)
    with pytest.raises(OSError, match="no space"):
        keep()
    assert stored() == before
    assert not MonthFile.objects.exists()


def test_what_was_sent_is_in_the_file_beside_the_value(measured):
    series = Series.objects.get(entity_id="river-1")
    row = Reading.objects.filter(series=series, at__lt=first_kept()).first()
    RawReading.objects.create(series=series, at=row.at, number=42.0)
    keep()
    month = MonthFile.objects.order_by("pk")
    lines = [line for one in month for line in pq.read_table(io.BytesIO(content_of(one.file))).to_pylist()]
    assert [line["value"] for line in lines if line["sent"] == 42.0] == [row.number]
    assert not RawReading.objects.exists()


def test_a_town_that_keeps_everything_loses_nothing(measured, clerk):
    set_values({"cityhub.keep_months": 0}, actor=None)
    before = stored()
    keep()
    assert stored() == before
    with pytest.raises(NothingToDo, match="すべて置いて"):
        keeping.begin(clerk)


def test_it_is_begun_by_hand_and_by_the_clock(measured, make_staff, yakuba_city):
    person = make_staff(yakuba_city, "cityhub.view", "cityhub.manage")
    assert "始めました" in keeping.begin_planned("all", person)
    assert Job.objects.filter(name=keeping.JOB).count() == 1
    keep()
    with pytest.raises(NothingToDo, match="古い測定値はありません"):
        keeping.begin(person)


def anew(monkeypatch, then):
    """`then` happens once, when a file has been stored and nothing has been removed yet."""
    before, happened = keeping._remove, []

    def remove(row, told):
        if not happened:
            happened.append(row.pk)
            then(row)
        before(row, told)

    monkeypatch.setattr(keeping, "_remove", remove)


def test_what_is_corrected_between_file_and_removal_goes_into_the_next_part(measured, clerk, monkeypatch):
    at = Reading.objects.filter(series__entity_id="river-1").order_by("at").first().at
    lines = f"id,type,attribute,at,value,unit\nriver-1,River,level,{written(at / 1e6)},777,m\n"
    anew(monkeypatch, lambda row: taking.take_text(lines, actor=clerk))
    keep()
    assert not Reading.objects.filter(at__lt=first_kept()).exists()
    assert in_files()["river-1", at] == 777  # the later part says what holds
    first, second = MonthFile.objects.filter(month="2026-02-01").order_by("part")
    assert (first.readings - first.gone, second.late, second.readings) == (1, 1, first.readings)
    assert first.replaced_by == second


def test_what_is_calibrated_anew_between_file_and_removal_is_kept(measured, monkeypatch):
    series = Series.objects.get(entity_id="river-1")
    anew(monkeypatch, lambda row: Reading.objects.filter(series=series, at__lt=row.until).update(number=-1))
    keep()
    assert {number for (key, at), number in in_files().items() if key == "river-1" and number == -1}
    assert MonthFile.objects.filter(month="2026-02-01").count() == 2


def test_what_comes_for_a_month_without_end_ends(measured, clerk, monkeypatch):
    at = Reading.objects.order_by("at").first().at
    before, count = keeping._written, []

    def again(month):
        row = before(month)
        count.append(month)
        text = f"id,type,attribute,at,value\nrain-9,Rain,fall,{written(at / 1e6 + len(count))},5\n"
        taking.take_text(text, actor=clerk)
        return row

    monkeypatch.setattr(keeping, "_written", again)
    keep()
    assert len(count) <= 3 * keeping.ROUNDS


@pytest.mark.parametrize("harm", [b"", b"PAR1 no more"])
def test_nothing_goes_where_the_stored_file_cannot_be_read(measured, monkeypatch, harm):
    before = stored()
    monkeypatch.setattr(keeping.storage, "pieces_of", lambda row: iter([harm]))
    with pytest.raises((OSError, ValueError)):
        keep()
    assert stored() == before


def test_what_was_sent_anew_in_the_right_unit_has_no_other_sent_value_in_the_file(measured):
    series = Series.objects.get(entity_id="river-1")
    converted, anew = Reading.objects.filter(series=series, at__lt=first_kept()).order_by("at")[:2]
    Reading.objects.filter(pk=converted.pk).update(number=1.23)
    RawReading.objects.create(series=series, at=converted.at, number=123.0, unit="cm")
    RawReading.objects.create(series=series, at=anew.at, number=777.0, unit="cm")
    keep()
    lines = [
        line
        for one in MonthFile.objects.all()
        for line in pq.read_table(io.BytesIO(content_of(one.file))).to_pylist()
    ]
    assert [(one["value"], one["sent"], one["sent_unit"]) for one in lines if one["sent"]] == [
        (1.23, 123.0, "cm")
    ]
