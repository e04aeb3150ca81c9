"""Charts of the room: who is left, what was found, how good a model is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yakuba.kernel.charts import Chart, bar_chart, interval_chart, line_chart
from yakuba.services.outreach.contracts import METHODS


def funnel(steps: Sequence[Sequence[Any]]) -> Chart | None:
    """How many are left after each rule."""
    rows: dict[str, dict[str, float]] = {}
    for number, (sentence, people) in enumerate(steps, start=1):
        rows[f"{number}. {sentence}"] = {"人": people}
    return bar_chart(list(rows.items()), title="条件ごとに残る人", unit="人") if rows else None


def effects(report: dict[str, Any] | None) -> Chart | None:
    """The first estimate of each comparison with its interval."""
    if not report or report.get("stopped"):
        return None
    rows = [
        (one["name"], said["difference"] * 100, (said["low"] * 100, said["high"] * 100))
        for one in report["compared"] if not (said := one["estimates"][0])["note"]
    ]  # fmt: skip
    return (
        interval_chart(rows, title="送らない群との差", unit="ポイント", interval="95%信頼区間")
        if rows
        else None
    )


def named(report: dict[str, Any] | None) -> list[tuple[str, float | None, list[tuple[str, dict[str, Any]]]]]:
    """Every comparison with its estimates and what each is called."""
    if not report or report.get("stopped"):
        return []
    return [
        (one["name"], one.get("adjusted"), [(METHODS[said["method"]], said) for said in one["estimates"]])
        for one in report["compared"]
    ]


def calibration(figures: dict[str, Any]) -> Chart | None:
    """Observed over predicted, in tenths."""
    curve = figures.get("curve") or []
    if len(curve) < 2:
        return None
    places = [f"{predicted:.1%}" for predicted, _ in curve]
    if len(set(places)) < len(places):
        places = [f"{at}. {one}" for at, one in enumerate(places, start=1)]
    series = {
        "実際": [round(100 * one, 2) for _, one in curve],
        "予測": [round(100 * one, 2) for one, _ in curve],
    }
    return line_chart(places, series, title="予測した割合ごとの実際の割合", unit="%")


def by_year(figures: dict[str, Any]) -> Chart | None:
    """Observed and predicted by year."""
    rows = figures.get("by_year") or []
    if not rows:
        return None
    series = {
        "実際": [round(100 * one["observed"], 2) for one in rows],
        "予測": [round(100 * one["predicted"], 2) for one in rows],
    }
    return line_chart([f"{one['year']}年度" for one in rows], series, title="年度ごとの実際と予測", unit="%")


def forecast(names: Sequence[str], values: Sequence[float], result: dict[str, Any], unit: str) -> Chart:
    """The last periods and the next ones, with the interval and the naive forecast."""
    shown, steps = min(len(values), 24), result["steps"]
    chosen = result["lines"][result["chosen"]]
    places = [*names[-shown:], *result["periods"]]
    gap: list[float | None] = [None] * shown
    after: list[float | None] = [None] * steps
    series: dict[str, list[float | None]] = {
        "これまで": [*values[-shown:], *after],
        "予測": [*gap, *(round(one[0], 1) for one in chosen)],
    }
    if result["chosen"] != "naive":
        series["前の年の同じ時期"] = [*gap, *(round(one[0], 1) for one in result["lines"]["naive"])]
    bands = {"予測": [*([None] * shown), *((round(one[1], 1), round(one[2], 1)) for one in chosen)]}
    return line_chart(
        places, series, title="これまでと予測", unit=unit, bands=bands, band="95%の幅（これまでの外れ方から）"
    )
