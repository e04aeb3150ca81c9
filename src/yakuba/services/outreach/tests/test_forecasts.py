"""Forecasts: what a series must be, intervals as wide as the back-test says, and staff over all that happened."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.refusals import Invalid
from yakuba.services.outreach.actions import forecasts as actions
from yakuba.services.outreach.engine import forecasts, samples
from yakuba.services.outreach.models import NumberSeries


def series(months=60, seed=1, jump=0.0):
    chance = np.random.default_rng(seed)
    at = np.arange(months)
    values = (
        200
        + 0.8 * at
        + 40 * np.sin(at * np.pi / 6)
        + chance.normal(0, 12, months)
        + jump * (at > months - 15)
    )
    return [float(one) for one in values.round()]


def csv(values, first=2021):
    lines = ["年月,件数"] + [
        f"令和{first - 2018 + at // 12}年{at % 12 + 1}月,{value:g}件" for at, value in enumerate(values)
    ]
    return "\r\n".join(lines).encode("cp932")


@pytest.mark.django_db
def test_a_series_comes_in_by_page_and_says_what_comes_next(in_yakuba_city, page, monkeypatch):
    monkeypatch.setattr(forecasts, "METHODS", {name: forecasts.METHODS[name] for name in ("naive", "trend")})
    file = SimpleUploadedFile("x.csv", csv(series(48)))
    page.post(reverse("outreach:load_series"), {"file": file, "name": "申請", "unit": "件", "steps": 6})
    row = NumberSeries.objects.get()
    actions.work(row.pk)
    row.refresh_from_db()
    assert (row.state, row.periods[0], len(row.values)) == ("done", "2021-01-01", 48)
    assert set(row.result["sizes"]) == set(forecasts.METHODS)
    assert "naive" in row.result["lines"]
    assert all(low <= one <= high for one, low, high in row.result["lines"][row.result["chosen"]])
    address = reverse("outreach:series", args=[row.pk])
    shown = page.get(
        address, {"step": 1, "minutes": 15, "hours": 140, "wage": 300000, "overtime": 3000}
    ).content.decode()
    for words in ("前の年の同じ時期", "95%の幅", "いちばん安い", "2025年1月"):
        assert words in shown
    assert (
        page.get(address, {"step": 99, "minutes": 15, "hours": 140, "wage": 1, "overtime": 1}).status_code
        == 422
    )
    assert page.get(reverse("outreach:series_list"), follow=True).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("2026-01,5\n2026-03,6", "2026年2月がありません"),
        ("2026-01,5\n2026-01,6", "二度"),
        ("2026-01,\n2026-02,6", "数と読めません"),
        ("2026-13,4", "読めません|ありません|書いて"),
        ("2026-01,5\n2027年度,6", "混ざって"),
    ],
)
def test_a_hole_is_no_zero(in_yakuba_city, clerk, lines, said):
    with pytest.raises(Invalid) as refused:
        actions.take("x", "件", f"年月,値\n{lines}\n".encode(), 6, actor=clerk)
    import re

    assert any(re.search(said, one.reason) for one in refused.value.problems), refused.value.problems


@pytest.mark.django_db
def test_too_short_a_series_is_told(in_yakuba_city, clerk):
    row = actions.take("x", "件", csv(series(20)), 12, actor=clerk, renamed={"件数": "値"})
    with pytest.raises(Invalid, match="短すぎます"):
        actions.work(row.pk)


def test_fiscal_years_are_read_too():
    from yakuba.kernel.tables.reading import rows

    problems = []
    found = forecasts.read_series(
        rows("年月,値\n令和5年度,5\n2024年度,6\n2025,7\n".encode(), ("年月", "値"), problems), problems
    )
    assert problems == []
    assert (found.season, found.after(1)) == (1, ["2026年度"])


def test_the_interval_grows_with_the_errors_of_the_back_test():
    errors = np.random.default_rng(2).normal(0, 10, (24, 12)) * np.linspace(1, 2, 12)
    found = forecasts.reaches(errors)
    assert found == sorted(found)
    assert 15 < found[0] < 40
    assert forecasts.reaches(errors * 3) == pytest.approx([3 * one for one in found])


def test_the_best_number_of_people_is_that_of_the_errors_and_not_of_the_line():
    needs = forecasts.Needs(60, 100, 100_000, 5_000)
    errors = [-100.0] * 5 + [100.0] * 5
    found = {one.staff: one for one in forecasts.plans([500, 400, 600], errors, needs)}
    assert sorted(found) == [4, 5, 6]
    assert found[5].over == 0.5
    assert found[5].cost == pytest.approx(5 * 100_000 + 0.5 * 100 * 5_000)
    assert min(found.values(), key=lambda one: one.cost).staff == 6


@pytest.mark.slow
def test_every_method_is_tried(monkeypatch):
    monkeypatch.setattr(forecasts, "MOST_ORIGINS", 6)
    made = forecasts.tried(samples.months(series(48)), 6)
    assert set(made["sizes"]) == {"naive", "trend", "ets", "sarima"}
    assert len({round(one, 6) for one in made["sizes"].values()}) == 4, "none fell back to the naive one"
    assert made["sizes"][made["chosen"]] < made["sizes"]["naive"]


@pytest.mark.full
def test_intervals_from_the_back_test_cover_what_comes():
    """Series of five years, a fifth of them with a change of the rules: the formulas of the models cover .84 to .92."""
    covered = of = 0
    for seed in range(60):
        values = series(72, seed, 60.0 if seed % 5 == 0 else 0.0)
        made = forecasts.tried(samples.months(values[:60]), 12)
        for (_, low, high), value in zip(made["lines"][made["chosen"]], values[60:], strict=True):
            covered += low <= value <= high
            of += 1
    assert 0.88 <= covered / of <= 0.99
