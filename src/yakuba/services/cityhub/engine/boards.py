"""What a board is made of, over which time it looks, and with which time it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_BOARDS, MOST_TILES, MOST_TITLE = 200, 24, 80
MOST_LINES = 6  # that can be told apart in one chart
MOST_NUMBERS, MOST_ROWS, MOST_IDS = 24, 100, 200
DAY = timedelta(days=1)


class TileKind(StrEnum):
    """A kind of tile."""

    NUMBER = "number"
    CHART = "chart"
    MAP = "map"
    LIST = "list"
    ALARMS = "alarms"


class BoardSpan(StrEnum):
    """How far a tile looks back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def days(self) -> int:
        """Its length."""
        return {"day": 1, "week": 7, "month": 31, "year": 366}[self.value]

    @property
    def step(self) -> timedelta:
        """Of its charts."""
        return timedelta(minutes={"day": 30, "week": 60}.get(self.value, 1_440))


class BoardComparison(StrEnum):
    """With which time it is compared."""

    BEFORE = "before"
    YEAR = "year"


KINDS = {
    TileKind.NUMBER: "数",
    TileKind.CHART: "グラフ",
    TileKind.MAP: "地図",
    TileKind.LIST: "一覧",
    TileKind.ALARMS: "警報のようす",
}
SPANS = {BoardSpan.DAY: "1日", BoardSpan.WEEK: "7日", BoardSpan.MONTH: "31日", BoardSpan.YEAR: "366日"}
COMPARISONS = {BoardComparison.BEFORE: "その前の同じ長さ（先週など）", BoardComparison.YEAR: "1年前"}


@dataclass(frozen=True)
class Window:
    """A time in equal steps. start: its begin, in the town's time; count: how many steps of `step`."""

    start: datetime
    step: timedelta
    count: int

    @property
    def end(self) -> datetime:
        """Where it ends."""
        return self.start + self.step * self.count

    def labels(self) -> list[str]:
        """What the steps are called, each once."""
        form = {BoardSpan.DAY.step: "%m/%d %H:%M", BoardSpan.WEEK.step: "%m/%d %H:00"}.get(
            self.step, "%Y/%m/%d"
        )
        return [f"{self.start + self.step * place:{form}}" for place in range(self.count)]


def window(span: BoardSpan, now: datetime) -> Window:
    """The last time of that length, up to the end of the step in which `now` (with its zone) lies; whole days begin at midnight."""
    if span is BoardSpan.DAY:
        end = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + span.step
    elif span is BoardSpan.WEEK:
        end = now.replace(minute=0, second=0, microsecond=0) + span.step
    else:
        end = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    return Window(end - span.days * DAY, span.step, span.days * DAY // span.step)


def before(one: Window, compared: BoardComparison) -> Window:
    """The time with which it is compared, in the same number of steps. A year before is 364 days for a day or a week, so that
    a Monday stands beside a Monday; of longer times the same days of the calendar (29 February beside 28 February)."""
    length = one.step * one.count
    if compared is BoardComparison.BEFORE:
        return Window(one.start - length, one.step, one.count)
    if length <= 7 * DAY:
        return Window(one.start - 364 * DAY, one.step, one.count)
    last = one.end - DAY  # the day that runs, which its day of the calendar stands beside
    day = 28 if (last.month, last.day) == (2, 29) else last.day
    return Window(last.replace(year=last.year - 1, day=day) + DAY - length, one.step, one.count)


@dataclass(frozen=True)
class Step:
    """Readings of a step of a window: how many, and their least, most and mean."""

    count: int
    least: float
    most: float
    mean: float


Steps = list[Step | None]  # None: a step without a reading


def mean(steps: Sequence[Step | None]) -> float | None:
    """Of all readings of a window; None without one."""
    known = [one for one in steps if one is not None]
    number = sum(one.count for one in known)
    return sum(one.mean * one.count for one in known) / number if number else None


def moved(order: Sequence[int], key: int, up: bool) -> list[int]:
    """The keys with one moved by a place; at the end it stays."""
    listed = list(order)
    at = listed.index(key)
    to = at - 1 if up else at + 1
    if 0 <= to < len(listed):
        listed[at], listed[to] = listed[to], listed[at]
    return listed
