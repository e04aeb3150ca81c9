"""Forecasts of a series of counts, tried from earlier starting points (rolling origin). The interval is as wide as those errors say, not
as a model's formula says: "95 %" of the formulas covered .84 to .92. The seasonal naive forecast always stands beside."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import narrow
from yakuba.services.outreach.engine.columns import read_number

NAIVE = "naive"
METHODS = {
    NAIVE: "前の年の同じ時期（基準）", "trend": "直線の傾きと季節", "ets": "指数平滑（ETS）", "sarima": "SARIMA",
}  # fmt: skip
LEVEL = 0.95
CLEARLY = 0.95  # a method is taken where its error is below so much of the naive one's
MOST_ORIGINS, FEWEST_ORIGINS, LONGEST, MOST_PLANS = 24, 6, 600, 40
PERIOD, VALUE = "年月", "値"
_MONTH = re.compile(r"(\d{4})[-/年.]?(\d{1,2})月?")


class NoForecast(ValueError):
    """The text says in Japanese why there is none."""


@dataclass(frozen=True)
class Series:
    """periods: first days of months, or of fiscal years where season is 1; values: one for each."""

    periods: tuple[date, ...]
    values: tuple[float, ...]
    season: int

    def after(self, steps: int) -> list[str]:
        """What the periods after the last one are called."""
        return [_named(_moved(self.periods[-1], at, self.season), self.season) for at in range(1, steps + 1)]

    @property
    def names(self) -> list[str]:
        """What its periods are called."""
        return [_named(one, self.season) for one in self.periods]


def _named(day: date, season: int) -> str:
    return f"{day.year}年{day.month}月" if season == 12 else f"{day.year}年度"


def _moved(day: date, steps: int, season: int) -> date:
    if season == 1:
        return date(day.year + steps, day.month, 1)
    year, month = divmod(day.year * 12 + day.month - 1 + steps, 12)
    return date(year, month + 1, 1)


def read_series(found: Iterable[Row], problems: list[Problem]) -> Series | None:
    """A series of months or fiscal years without a hole; of what does not hold `problems` says why: a month that is not there is no zero."""
    points: dict[date, float] = {}
    yearly: set[bool] = set()
    for row in found:
        try:
            day, year = _period(row.get(PERIOD))
            value = read_number(row.get(VALUE) or "（空）")
        except (ValueError, ValueRefused) as error:
            problems.append(Problem(row.line, "", str(error).replace("空にしました。", "直してください。")))
            continue
        yearly.add(year)
        if day in points:
            problems.append(Problem(row.line, PERIOD, "同じ時期が二度あります。一つにしてください。"))
        points[day] = value
    if problems or not points:
        return None
    if len(yearly) > 1:
        problems.append(Problem(0, PERIOD, "年と月が混ざっています。どちらかにそろえてください。"))
        return None
    season, periods = 1 if yearly == {True} else 12, sorted(points)
    at = periods[0]
    while at != periods[-1]:
        at = _moved(at, 1, season)
        if at not in points:
            problems.append(Problem(0, PERIOD, f"{_named(at, season)}がありません。0なら0と書いてください。"))
    if len(periods) > LONGEST:
        problems.append(Problem(0, PERIOD, f"長すぎます（{LONGEST}まで）。"))
    return None if problems else Series(tuple(periods), tuple(points[one] for one in periods), season)


def _period(text: str) -> tuple[date, bool]:
    plain = narrow(text).strip()
    if found := _MONTH.fullmatch(plain.removesuffix("分")):
        if plain.isdigit() and len(plain) == 4:
            return date(int(plain), 4, 1), True
        if 1 <= int(found[2]) <= 12:
            return date(int(found[1]), int(found[2]), 1), False
    if plain.endswith("年度") or (plain.isdigit() and len(plain) == 4):
        year = plain.removesuffix("年度")
        return (date(int(year), 4, 1) if year.isdigit() else calendar.read_date(f"{year}年4月1日")), True
    day = calendar.read_date(f"{plain}1日" if plain.endswith("月") else plain)
    return date(day.year, day.month, 1), False


def _naive(values: Any, season: int, steps: int) -> Any:
    import numpy as np

    return np.array([values[len(values) - season + at % season] for at in range(steps)], dtype=float)


def _trend(values: Any, season: int, steps: int) -> Any:
    """Least squares on time and the month."""
    import numpy as np
    import statsmodels.api as sm

    def design(places: Any) -> Any:
        return np.column_stack(
            [
                np.ones(len(places)),
                places,
                *[(places % season == at).astype(float) for at in range(1, season)],
            ]
        )

    known = np.arange(len(values))
    return sm.OLS(values, design(known)).fit().predict(design(np.arange(len(values), len(values) + steps)))


def _ets(values: Any, season: int, steps: int) -> Any:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    seasonal = "add" if season > 1 else None
    fit = ExponentialSmoothing(
        values,
        trend="add",
        damped_trend=True,
        seasonal=seasonal,
        seasonal_periods=season if season > 1 else None,
        initialization_method="estimated",
    ).fit()
    return fit.forecast(steps)


def _sarima(values: Any, season: int, steps: int) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    seasonal = (0, 1, 1, season) if season > 1 else (0, 0, 0, 0)
    return SARIMAX(values, order=(1, 1, 1), seasonal_order=seasonal).fit(disp=0, maxiter=50).forecast(steps)


_FORECASTS: dict[str, Callable[[Any, int, int], Any]] = {
    NAIVE: _naive,
    "trend": _trend,
    "ets": _ets,
    "sarima": _sarima,
}


def forecast(method: str, values: Sequence[float], season: int, steps: int) -> list[float]:
    """The next steps by one method; the naive one where the method does not settle."""
    import numpy as np

    given = np.asarray(values, dtype=float)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = np.asarray(_FORECASTS[method](given, season, steps), dtype=float)
    except Exception:  # statsmodels and numpy raise their own where a fit does not settle
        found = _naive(given, season, steps)
    return [float(one) for one in (found if np.isfinite(found).all() else _naive(given, season, steps))]


def tried(
    series: Series, steps: int, told: Callable[[int, int, str], None] = lambda *_: None
) -> dict[str, Any]:
    """Every method from earlier starting points, the one to take, and its forecast with an interval. Raises NoForecast for too short a
    series. errors: of the taken method, for each step, what happened less what was forecast."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    values, season = list(series.values), series.season
    shortest = max(2 * season + 2, 6)
    origins = [at for at in range(shortest, len(values) - steps + 1)][-MOST_ORIGINS:]
    if len(origins) < FEWEST_ORIGINS:
        raise NoForecast(
            f"短すぎます。{steps}期先までの予測には、{shortest + steps + FEWEST_ORIGINS - 1}期分の値が要ります（今は{len(values)}）。"
        )
    methods = list(METHODS) if len(set(values)) > 1 else [NAIVE]
    errors: dict[str, Any] = {}
    with threadpool_limits(1):
        for number, method in enumerate(methods):
            told(number, len(methods), METHODS[method])
            errors[method] = np.array(
                [
                    np.array(values[at : at + steps]) - forecast(method, values[:at], season, steps)
                    for at in origins
                ]
            )
        sizes = {method: float(np.abs(one).mean()) for method, one in errors.items()}
        best = min(sizes, key=lambda one: sizes[one])
        chosen = best if sizes[best] < CLEARLY * sizes[NAIVE] else NAIVE
        lines = {method: forecast(method, values, season, steps) for method in dict.fromkeys((chosen, NAIVE))}
    if min(values) >= 0:  # of what was never below nothing no forecast is
        lines = {method: [max(0.0, one) for one in line] for method, line in lines.items()}
    reach = {method: reaches(errors[method]) for method in lines}
    return {
        "chosen": chosen, "steps": steps, "origins": len(origins), "sizes": sizes, "periods": series.after(steps),
        "lines": {method: [[one, max(0.0, one - far) if min(values) >= 0 else one - far, one + far] for one, far in zip(line, reach[method], strict=True)] for method, line in lines.items()},
        "covered": covered(errors[chosen]), "errors": [[float(one) for one in step] for step in errors[chosen].T],
    }  # fmt: skip


def reaches(errors: Any) -> list[float]:
    """Half the width of the interval at each step: the quantile of the errors' sizes at that step and its neighbours (conformal: the
    next one after the last where there are few), never narrower further ahead."""
    import numpy as np

    found, least = [], 0.0
    for step in range(errors.shape[1]):
        sizes = np.sort(np.abs(errors[:, max(0, step - 1) : step + 2]).ravel())
        place = min(len(sizes), math.ceil((len(sizes) + 1) * LEVEL)) - 1
        least = max(least, float(sizes[place]))
        found.append(least)
    return found


def covered(errors: Any) -> float | None:
    """What share of the newer half's errors lies within what the older half says; None where there are too few."""
    import numpy as np

    half = len(errors) // 2
    if half < FEWEST_ORIGINS // 2:
        return None
    return float((np.abs(errors[half:]) <= np.array(reaches(errors[:half]))).mean())


@dataclass(frozen=True)
class Plan:
    """A staffing of one step. staff: people; cost: expected, yen; over: share of the cases tried in which work is left; left: hours
    left on the average."""

    staff: int
    cost: float
    over: float
    left: float


@dataclass(frozen=True)
class Needs:
    """minutes: for a case; hours: that one person has in a period; wage: of a person and period; overtime: of an hour, yen."""

    minutes: float
    hours: float
    wage: float
    overtime: float


def staff_of(cases: float, needs: Needs) -> float:
    """People for so many cases."""
    return cases * needs.minutes / 60 / needs.hours


def plans(line: Sequence[float], errors: Sequence[float], needs: Needs) -> list[Plan]:
    """Every number of people around what the forecast asks for, over all that happened in the back-test instead of over the line
    alone; the cheapest one is the best course of action. line: forecast, low, high of a step."""
    cases = [max(0.0, line[0] + one) for one in errors]
    low, high = math.floor(staff_of(max(0.0, line[1]), needs)), math.ceil(staff_of(line[2], needs))
    found = []
    for staff in range(max(0, low), high + 1, max(1, math.ceil((high - low) / MOST_PLANS))):
        left = [max(0.0, one * needs.minutes / 60 - staff * needs.hours) for one in cases]
        mean = sum(left) / len(left)
        found.append(
            Plan(
                staff,
                staff * needs.wage + mean * needs.overtime,
                sum(one > 0 for one in left) / len(left),
                mean,
            )
        )
    return found
