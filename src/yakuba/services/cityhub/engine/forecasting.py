"""The next hours of a series, out of its own past. Pure; numpy.

Four ways stand beside each other. With y(t) the value of hour t:

    persistence  y(t)
    seasonal     y of the same hour of the newest week that is known
    trend        y(t) + h · (y(t) − y(t−6)) / 6
    model        p(t+h) + φ^h · (y(t) − p(t)): a profile by hour of the week over four weeks (drawn towards the profile by hour
                 of the day, by a quarter of a week's weight), and a deviation from it that decays; φ is the correlation of two deviations
                 one hour apart, 0 ≤ φ ≤ .999

How wide the interval is says the series itself: at each past hour the same forecast is made with what was known then (rolling
origin), and the interval for h hours ahead is the forecast ± the ⌈(n+1)·.9⌉-th smallest of the n absolute errors of h hours ahead
of the four weeks before (split conformal prediction: Vovk, Gammerman, Shafer 2005; exact for exchangeable errors, which those of
neighbouring hours are not, hence the share that was inside is counted and shown). Errors of an hour count from when they are known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEEK, DAY = 168, 24  # hours
WEEKS = 4  # of a profile, and of errors
LEAST = 15 * DAY  # hours that a series must reach back
PRESENT = 0.8  # share of the last two weeks that must be there
LEAST_ERRORS = 48
SLOPE = 6  # hours over which a trend is taken
GAP = 3  # missing hours that are bridged by the value before
PULL = 0.25  # weeks
SHARE = 0.9
SCORED = 31 * DAY
MOST_AHEAD = 72
METHODS = ("persistence", "seasonal", "trend", "model")
Values = NDArray[np.float64]


class TooLittle(Exception):
    """There is no forecast; the text says why, in Japanese."""


@dataclass(frozen=True)
class Score:
    """Of one way over the last month: mean absolute error over all hours ahead, and over some of them (None: none known)."""

    error: float | None
    by_ahead: dict[int, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Outlook:
    """points: way → a value for each hour ahead, from 1 (None where what it needs was not measured); low, high: the interval of the way that is `used` (None: too few errors);
    inside: share of the last month's `hours` forecasts that came true within their interval."""

    used: str
    points: dict[str, list[float | None]]
    low: list[float | None]
    high: list[float | None]
    scores: dict[str, Score]
    inside: float | None
    hours: int


def forecast(
    values: Values, first: int, ahead: int, least: float | None = None, most: float | None = None
) -> Outlook:
    """values: means of hours without a gap in time, NaN where nothing was measured; first: the first one's hour since 1970;
    least, most: what cannot be exceeded, such as the spaces of a car park. Raises TooLittle."""
    _require(values)
    given = _bridged(values)
    size = len(values)
    begin = max(14 * DAY, size - SCORED - WEEKS * WEEK)
    origins = np.arange(begin, size)
    made = {name: np.full((len(origins), ahead), np.nan) for name in METHODS}
    for place, origin in enumerate(origins):
        for name, line in _made(given, int(origin), first, ahead).items():
            made[name][place] = np.clip(line, least, most) if (least, most) != (None, None) else line
    target = origins[:, None] + np.arange(1, ahead + 1)[None, :]
    real = np.where(target < size, values[np.minimum(target, size - 1)], np.nan)
    errors = {name: real - made[name] for name in METHODS}
    scored = origins >= size - SCORED
    # Ways are compared where each of them said something, so that a gap makes none look better.
    common = np.isfinite(np.stack([errors[name][scored] for name in METHODS])).all(axis=0)
    scores = {name: _score(np.where(common, errors[name][scored], np.nan)) for name in METHODS}
    used = _best(scores)
    widths = _widths(np.abs(errors[used]), origins)
    points = {name: [_known(one) for one in made[name][-1]] for name in METHODS}
    inside, hours = _inside(np.abs(errors[used])[scored], widths[scored])
    low, high = (_edge(points[used], widths[-1], sign, least, most) for sign in (-1, 1))
    return Outlook(used, points, low, high, scores, inside, hours)


def _known(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _require(values: Values) -> None:
    if len(values) < LEAST:
        raise TooLittle("値が15日ぶんに足りません。たまると、見込みを出します。")
    if np.isfinite(values[-14 * DAY :]).mean() < PRESENT:
        raise TooLittle("この14日の値に抜けが多いので（2割を超えます）、見込みを出しません。")
    if not np.isfinite(values[-GAP - 1 :]).any():
        raise TooLittle("この数時間の値が届いていないので、見込みを出しません。")


def _bridged(values: Values) -> Values:
    given = values.copy()
    for _ in range(GAP):
        holes = np.flatnonzero(~np.isfinite(given[1:])) + 1
        given[holes] = given[holes - 1]
    return given


def _made(given: Values, origin: int, first: int, ahead: int) -> dict[str, Values]:
    """The four ways with what is known at hour `origin` (its own value included)."""
    now = given[origin]
    steps = np.arange(1, ahead + 1)
    back = np.ceil(steps / WEEK).astype(int) * WEEK
    lines = {
        "persistence": np.full(ahead, now),
        "seasonal": given[origin + steps - back],
        "trend": now + steps * (now - given[origin - SLOPE]) / SLOPE,
    }
    profile, kept = _profile(given, origin, first)
    hours = (first + origin + steps) % WEEK
    lines["model"] = profile[hours] + kept**steps * (now - profile[(first + origin) % WEEK])
    return lines


def _profile(given: Values, origin: int, first: int) -> tuple[Values, float]:
    """A value for each hour of the week (place 0: hour 0 since 1970 modulo a week; NaN at an hour of the day that was never
    measured), and φ."""
    start = max(0, origin + 1 - WEEKS * WEEK)
    part = given[start : origin + 1]
    known = np.isfinite(part)
    hours = (first + start + np.arange(len(part))) % WEEK
    sums = np.bincount(hours[known], part[known], WEEK)
    numbers = np.bincount(hours[known], minlength=WEEK)
    of_day = numbers.reshape(7, DAY).sum(0)
    by_day = np.where(of_day > 0, sums.reshape(7, DAY).sum(0) / np.maximum(1, of_day), np.nan)
    profile = (sums + PULL * np.tile(by_day, 7)) / (numbers + PULL)
    apart = np.where(known, part - profile[hours], 0.0)
    spread = float(apart @ apart)
    kept = float(apart[1:] @ apart[:-1]) / spread if spread > 0 else 0.0
    return profile, min(0.999, max(0.0, kept))


def _score(errors: Values) -> Score:
    sizes = np.abs(errors)
    ahead = [h for h in (1, 3, 6, 12, 24, 48, 72) if h <= sizes.shape[1]]
    return Score(_mean(sizes), {h: _mean(sizes[:, h - 1]) for h in ahead})


def _mean(sizes: Values) -> float | None:
    known = sizes[np.isfinite(sizes)]
    return float(known.mean()) if len(known) else None


def _best(scores: dict[str, Score]) -> str:
    """The model, unless a simple way was nearer."""
    known = {name: one.error for name, one in scores.items() if one.error is not None}
    if not known:
        return "persistence"
    return min(known, key=lambda name: (known[name], name != "model"))


def width(sizes: Values, share: float = SHARE) -> float | None:
    """The ⌈(n+1)·share⌉-th smallest of the n sizes; None where there are too few."""
    known = np.sort(sizes[np.isfinite(sizes)])
    rank = math.ceil((len(known) + 1) * share)
    return float(known[rank - 1]) if len(known) >= LEAST_ERRORS and rank <= len(known) else None


def _widths(sizes: Values, origins: NDArray[Any]) -> Values:
    """For each origin and hours ahead, out of the errors that are known there."""
    found = np.full(sizes.shape, np.nan)
    for column in range(sizes.shape[1]):
        known = sizes[:, column]
        for place in range(len(origins)):
            last = (
                place - column
            )  # the origin whose target (column + 1 ahead) is this hour stands at place - column - 1
            one = width(known[max(0, last - WEEKS * WEEK) : max(0, last)])
            found[place, column] = np.nan if one is None else one
    return found


def _inside(sizes: Values, widths: Values) -> tuple[float | None, int]:
    known = np.isfinite(sizes) & np.isfinite(widths)
    number = int(known.sum())
    return (float((sizes[known] <= widths[known] + 1e-9).mean()), number) if number else (None, 0)


def _edge(
    points: list[float | None], widths: Values, sign: int, least: float | None, most: float | None
) -> list[float | None]:
    edges: list[float | None] = []
    for point, one in zip(points, widths, strict=True):
        if point is None or not math.isfinite(one):  # before the bounds, which would make a number of it
            edges.append(None)
            continue
        edge = point + sign * float(one)
        if least is not None:
            edge = max(least, edge)
        if most is not None:
            edge = min(most, edge)
        edges.append(edge)
    return edges
