"""Sums of temperatures: closed forms, gaps, past years, and the page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import harvests as actions
from yakuba.services.cityhub.engine.degreedays import degrees, ripening
from yakuba.services.cityhub.models import HarvestPlan, Hour, Series
from yakuba.services.cityhub.pages import harvests as page

BEGIN = date(2026, 4, 1)


def constant(first: date, days: int, mean: float) -> dict[date, float]:
    return {first + timedelta(days=day): mean for day in range(days)}


def test_below_the_base_nothing_is_added():
    assert [degrees(mean, 5.0) for mean in (-3.0, 5.0, 7.5)] == [0.0, 0.0, 2.5]


def test_a_constant_temperature_reaches_it_after_target_over_difference_days():
    found = ripening(constant(BEGIN, 100, 15.0), BEGIN, date(2026, 7, 1), 5.0, 900.0)
    assert found.reached == BEGIN + timedelta(days=89)  # the ninetieth day
    assert found.total == 900.0


def test_the_days_to_come_are_those_of_past_years():
    means = constant(BEGIN, 30, 15.0)  # 300 of 900
    for year, mean in ((2023, 11.0), (2024, 15.0), (2025, 25.0)):
        means |= constant(date(year, 1, 1), 366 if year == 2024 else 365, mean)
    today = BEGIN + timedelta(days=30)
    found = ripening(means, BEGIN, today, 5.0, 900.0)
    after = {year: (day - today).days + 1 for year, day in found.years.items()}
    assert after == {2023: 100, 2024: 60, 2025: 30}
    assert (found.earliest, found.middle, found.latest) == tuple(
        today + timedelta(days=days - 1) for days in (30, 60, 100)
    )


def test_of_two_years_no_day_is_said():
    means = constant(BEGIN, 30, 15.0) | constant(date(2024, 1, 1), 731, 15.0)
    found = ripening(means, BEGIN, BEGIN + timedelta(days=30), 5.0, 900.0)
    assert len(found.years) == 2
    assert found.earliest is None


def test_a_year_with_holes_is_no_cold_year():
    means = constant(BEGIN, 30, 15.0) | constant(date(2022, 1, 1), 1_461, 15.0)
    for day in range(60):
        del means[date(2025, 5, 1) + timedelta(days=day)]
    assert sorted(ripening(means, BEGIN, BEGIN + timedelta(days=30), 5.0, 900.0).years) == [2022, 2023, 2024]


def test_days_without_a_value_are_counted_and_stand_at_past_years_mean():
    means = constant(BEGIN, 30, 15.0) | constant(date(2023, 1, 1), 1_096, 11.0)
    del means[BEGIN + timedelta(days=3)]
    found = ripening(means, BEGIN, BEGIN + timedelta(days=30), 5.0, 900.0)
    assert (found.filled, found.total) == (1, 29 * 10.0 + 6.0)


def test_a_leap_day_is_the_day_before_in_other_years():
    begin = date(2028, 2, 20)
    means = constant(date(2025, 1, 1), 1_095, 15.0)
    found = ripening(means, begin, begin, 5.0, 120.0)
    assert found.middle == begin + timedelta(days=11)


def test_what_is_never_reached_is_the_far_end():
    means = constant(date(2023, 1, 1), 1_096, 4.0)
    found = ripening(means, BEGIN, BEGIN, 5.0, 900.0)
    assert set(found.years.values()) == {None}


def test_where_it_is_not_reached_no_day_is_said():
    means = constant(date(2021, 1, 1), 1_461, 15.0) | constant(date(2024, 1, 1), 821, 4.0)
    found = ripening(means, BEGIN, BEGIN, 5.0, 900.0)
    assert sorted(found.years.items())[-1] == (2025, None)
    assert (found.earliest is not None, found.latest) == (True, None)
    row = HarvestPlan(made_on=BEGIN, begin=BEGIN, years=len(found.years), earliest=found.earliest)
    assert "達しない年もあります" in page._days(row)
    row.earliest = None
    assert "どの年の気温でも" in page._days(row)


def test_a_season_over_the_new_year_needs_the_spring_of_each_year():
    """Four Novembers were measured and no spring: what December had is not told as the months after it."""
    begin = date(2025, 11, 1)
    means = constant(begin, 60, 8.0)
    for year in (2021, 2022, 2023, 2024):
        means |= constant(date(year, 11, 1), 61, 8.0)
    found = ripening(means, begin, begin + timedelta(days=60), 5.0, 900.0)
    assert (found.years, found.earliest) == ({}, None)
    whole = constant(date(2021, 1, 1), 1_825, 8.0)
    assert ripening(whole, begin, begin + timedelta(days=60), 5.0, 900.0).middle == begin + timedelta(
        days=299
    )


def test_the_page(in_yakuba_city, clerk):
    today = timezone.localdate()
    series = Series.objects.create(
        path="/",
        entity_id="field",
        entity_type="Weather",
        attribute="temperature",
        unit="℃",
        prepared_to=2**60,
    )
    first = date(today.year - 4, 1, 1)
    start = round(timezone.make_aware(timezone.datetime(first.year, 1, 1)).timestamp()) // 3600
    Hour.objects.bulk_create(
        Hour(series=series, hour=start + 24 * day + 12, count=1, total=15.0, least=15.0, most=15.0)
        for day in range((today - first).days)
    )
    client = Client()
    client.force_login(clerk)
    given = {
        "title": "ニンジン",
        "series_id": series.pk,
        "base": "5",
        "target": "900",
        "source": "見本の資料",
    }
    begin = today - timedelta(days=10)
    assert (
        client.post(reverse("cityhub:new_harvest"), given | {"begin": begin.isoformat()}).status_code == 302
    )
    actions.prepare_due()
    row = HarvestPlan.objects.get()
    assert row.total == 100.0
    assert row.middle == today + timedelta(days=79)
    text = client.get(reverse("cityhub:harvests"), follow=True).content.decode()
    assert "まん中" in text
    assert "見本の資料" in text


def test_what_cannot_be_is_refused(in_yakuba_city, clerk):
    with pytest.raises(Invalid, match="出典"):
        actions.save(
            None, title="x", series_id=1, begin=BEGIN, base=5.0, target=900.0, source=" ", actor=clerk
        )
