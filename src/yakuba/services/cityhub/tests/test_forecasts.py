"""Forecasts: closed forms of the ways, the interval that says what it says, and the pages."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import forecasts as actions
from yakuba.services.cityhub.engine import parking
from yakuba.services.cityhub.engine.forecasting import LEAST, TooLittle, forecast, width
from yakuba.services.cityhub.models import Forecast, Hour, Series
from yakuba.services.cityhub.queries import forecasts as queries

WEEK = 168
DAYS = 24
FIRST = 480_000


def weekly(hours: int) -> np.ndarray:
    """The same every week, another value for each of its hours."""
    return (((np.arange(hours) + FIRST) % WEEK) * 7.0) % 31.0


def test_of_a_constant_every_way_is_the_constant_and_the_interval_a_point():
    found = forecast(np.full(40 * DAYS, 5.0), FIRST, 24)
    assert all(line == pytest.approx([5.0] * 24) for line in found.points.values())
    assert found.low == found.high == pytest.approx([5.0] * 24)
    assert found.inside == 1.0


def test_of_what_is_the_same_every_week_the_week_before_is_exact():
    values = weekly(60 * DAYS)
    found = forecast(values[:-24], FIRST, 24)
    assert found.points["seasonal"] == pytest.approx(list(values[-24:]))
    assert found.scores["seasonal"].error == pytest.approx(0.0)
    assert found.used == "seasonal"
    assert found.points["persistence"] == [values[-25]] * 24


def test_of_a_straight_line_the_trend_is_exact():
    values = 2.0 + 0.5 * np.arange(30 * DAYS)
    found = forecast(values, FIRST, 12)
    assert found.points["trend"] == pytest.approx([values[-1] + 0.5 * h for h in range(1, 13)])
    assert found.used == "trend"


def autoregressive(seed: int, hours: int, kept: float) -> np.ndarray:
    draw = np.random.default_rng(seed)
    found = np.zeros(hours)
    for hour in range(1, hours):
        found[hour] = kept * found[hour - 1] + draw.normal()
    return found


def test_the_interval_holds_what_it_promises_and_is_as_wide_as_the_process():
    """y = profile + AR(1) with φ = .8, σ = 1: with a known profile the best forecast's error h ahead has variance
    (1 − φ^2h) / (1 − φ²); one that is learnt from four weeks adds a quarter of it."""
    clock = np.arange(110 * DAYS) + FIRST
    known = 50 + 10 * np.sin(clock / 24 * 2 * np.pi) + 5 * (clock // 24 % 7 >= 5)
    values = known + autoregressive(3, 110 * DAYS, 0.8)
    found = forecast(values, FIRST, 24)
    assert found.used == "model"
    assert 0.85 <= found.inside <= 0.95
    assert found.hours > 10_000
    for ahead in (1, 6, 24):
        spread = ((1 - 0.8 ** (2 * ahead)) / (1 - 0.64)) ** 0.5
        half = (found.high[ahead - 1] - found.low[ahead - 1]) / 2
        assert half == pytest.approx(1.645 * spread * 1.25**0.5, rel=0.2)
    assert found.scores["model"].error < min(
        found.scores[name].error for name in ("persistence", "seasonal", "trend")
    )


def test_nothing_of_the_future_is_known():
    """What comes after an origin changes no error before it: the same past gives the same widths."""
    values = 50 + weekly(80 * DAYS) + autoregressive(5, 80 * DAYS, 0.5)
    plain = forecast(values[:-48], FIRST, 6)
    changed = values.copy()
    changed[-48:] += 1e6
    assert forecast(changed[:-48], FIRST, 6) == plain


def test_the_width_is_a_rank_of_the_errors():
    assert width(np.arange(1.0, 100.0)) == 90.0  # ⌈100 · .9⌉
    assert width(np.arange(1.0, 48.0)) is None


def test_bounds_are_kept():
    values = np.clip(10 * np.sin(np.arange(40 * DAYS) / 4), 0, None) + 0.0
    found = forecast(values, FIRST, 24, 0.0, 10.0)
    assert all(0 <= one <= 10 for line in found.points.values() for one in line)
    assert all(one is None or 0 <= one <= 10 for one in [*found.low, *found.high])


@pytest.mark.parametrize("why", ["short", "holes", "silent"])
def test_too_little_is_said(why):
    values = np.full(40 * DAYS, 1.0)
    if why == "short":
        values = values[: LEAST - 1]
    elif why == "holes":
        values[-14 * DAYS :: 2] = np.nan
    else:
        values[-5:] = np.nan
    with pytest.raises(TooLittle, match="見込み"):
        forecast(values, FIRST, 24)


def test_gaps_are_no_errors():
    values = weekly(60 * DAYS)
    values[-30 * DAYS : -30 * DAYS + 5] = np.nan
    found = forecast(values, FIRST, 6)
    assert found.inside is not None
    assert np.isfinite(found.points["model"]).all()


def test_an_hour_that_was_never_measured_gets_no_number():
    values = 50 + weekly(60 * DAYS + 9) + autoregressive(7, 60 * DAYS + 9, 0.5)
    values[(np.arange(len(values)) + FIRST) % 24 < 4] = np.nan  # the first three are bridged
    found = forecast(values, FIRST, 24)
    silent = [place for place in range(24) if (FIRST + len(values) + place) % 24 == 3]
    assert [place for place, one in enumerate(found.points["model"]) if one is None] == silent


def test_bounds_make_no_number_of_what_is_not_known():
    values = np.full(LEAST, 5.0) + autoregressive(2, LEAST, 0.5)
    found = forecast(values, FIRST, 24, 0.0, 100.0)
    assert found.low == found.high == [None] * 24


def test_full_nearly_and_free():
    assert [parking.fill(free, 10) for free in (0.4, 1, 10, 11)] == ["full", "nearly", "nearly", "free"]
    assert parking.between(0, 50, 10) == "空車〜満車"
    assert parking.between(20, 50, 10) == "空車"
    assert parking.free_of(30, 100, False) == 70
    assert parking.free_of(-3, 100, True) == 0


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def park(in_yakuba_city):
    """A series with 40 days of prepared hours, up to the last full one."""
    now = int(time.time())
    last = now // 3600
    row = Series.objects.create(
        path="/", entity_id="p", entity_type="ParkingGroup", attribute="free", unit="台",
        last_at=now * 1_000_000, last_number=3.0, prepared_to=last * 3_600_000_000,
    )  # fmt: skip
    numbers = 50 + 40 * np.sin(np.arange(40 * DAYS) / 24 * 2 * np.pi)
    Hour.objects.bulk_create(
        Hour(series=row, hour=last - 40 * DAYS + place, count=3, total=number * 3, least=number, most=number)
        for place, number in enumerate(numbers)
    )
    return row


def test_a_forecast_is_prepared_by_the_workers_and_shown_with_what_was_right(park, page, clerk):
    row = actions.save(park.pk, title="駅前", ahead=24, spaces=100, nearly=10, actor=clerk)
    address = reverse("cityhub:forecast", args=[row.pk])
    assert "まだ作っていません" in page.get(address).content.decode()
    actions.prepare_due()
    row.refresh_from_db()
    assert row.content["used"] in ("model", "seasonal")
    assert row.made_for == int(time.time()) // 3600 - 1
    text = page.get(address).content.decode()
    assert "いまの値のまま" in text
    assert "幅に実際の値が入ったのは" in text
    board = page.get(reverse("cityhub:parking")).content.decode()
    assert "混雑" in board
    assert "3／100台" in board
    assert "6時間後" in board
    assert "駅前" in page.get(reverse("cityhub:forecasts"), follow=True).content.decode()


def test_a_car_park_that_is_silent_is_not_said_to_be_free(park, page, clerk):
    actions.save(park.pk, title="駅前", ahead=24, spaces=100, actor=clerk)
    Series.objects.filter(pk=park.pk).update(last_at=(int(time.time()) - 7_200) * 1_000_000)
    board = page.get(reverse("cityhub:parking")).content.decode()
    assert "不明" in board
    assert "値が届いていません" in board


def test_too_little_is_told_on_the_page(in_yakuba_city, page, clerk):
    row = Series.objects.create(path="/", entity_id="n", entity_type="T", attribute="a")
    made = actions.save(row.pk, title="新しい", ahead=24, actor=clerk)
    actions.prepare_due()
    assert "15日" in page.get(reverse("cityhub:forecast", args=[made.pk])).content.decode()


def test_it_is_made_changed_and_given_up_in_the_page(park, page):
    given = {"series_id": park.pk, "title": "駅前", "ahead": "48", "spaces": "100", "counts_free": "True"}
    assert page.post(reverse("cityhub:new_forecast"), given).status_code == 302
    row = Forecast.objects.get()
    assert (row.ahead, row.most, row.nearly) == (48, 100.0, 0)
    page.post(reverse("cityhub:edit_forecast", args=[row.pk]), given | {"ahead": "12"})
    row.refresh_from_db()
    assert row.ahead == 12
    page.post(reverse("cityhub:remove_forecast", args=[row.pk]))
    assert not Forecast.objects.exists()


def test_what_cannot_be_is_refused(park, clerk):
    with pytest.raises(Invalid, match="72"):
        actions.save(park.pk, title="x", ahead=73, actor=clerk)
    with pytest.raises(Invalid, match="下限"):
        actions.save(park.pk, title="x", ahead=3, least=2.0, most=1.0, actor=clerk)


def test_hours_begin_where_the_series_does(park):
    values, first = queries.hourly(park, int(time.time()) // 3600 - 1)
    assert len(values) == 40 * DAYS
    assert datetime.fromtimestamp(first * 3600, UTC) < datetime.now(UTC)


def test_a_gap_last_week_stops_neither_this_forecast_nor_the_next(park, page, clerk):
    """The same hour of last week is not known: that way has a gap, and nothing else is kept from being made."""
    last = int(time.time()) // 3600
    Hour.objects.filter(series=park, hour__range=(last - 165, last - 155)).delete()
    row = actions.save(park.pk, title="駅前", ahead=24, spaces=100, nearly=10, actor=clerk)
    actions.prepare_due()
    row.refresh_from_db()
    assert None in row.content["points"]["seasonal"]
    assert None not in row.content["points"]["model"]
    assert page.get(reverse("cityhub:forecast", args=[row.pk])).status_code == 200
    Forecast.objects.filter(pk=row.pk).update(content=row.content | {"used": "seasonal"})
    assert page.get(reverse("cityhub:parking")).status_code == 200


def test_what_is_not_known_of_a_car_park_moves_no_column(park, page, clerk):
    row = actions.save(park.pk, title="駅前", ahead=24, spaces=100, nearly=10, actor=clerk)
    actions.prepare_due()
    row.refresh_from_db()
    used = row.content["used"]
    points = [None, *row.content["points"][used][1:]]
    low, high = ([None, *row.content[name][1:]] for name in ("low", "high"))
    content = row.content | {"points": row.content["points"] | {used: points}, "low": low, "high": high}
    made = int(time.time()) // 3600 - 1
    Forecast.objects.filter(pk=row.pk).update(content=content, made_for=made)
    at = datetime.fromtimestamp((made + 1) * 3600 - 60, UTC)
    shown = queries._car_park(Forecast.objects.select_related("series").get(pk=row.pk), at).later
    assert next(word for _, word, _ in shown) == "―"
    assert [hours for hours, _, _ in shown] == list(queries.AHEAD)
    Forecast.objects.filter(pk=row.pk).update(made_for=made - 500)
    assert queries._car_park(Forecast.objects.select_related("series").get(pk=row.pk), at).later == []
