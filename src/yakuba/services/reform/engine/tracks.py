"""Indicators with a target: a straight line from where it began to where it is to be, beside what was measured. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

SOURCE = "経済財政諮問会議「新経済・財政再生計画 改革工程表」（地方行財政改革・分野横断的な取組）"


@dataclass(frozen=True)
class Track:
    """start: value in the first year, None where none was published; `at least` is meant by the target."""

    name: str
    unit: str
    start_year: int
    start: Decimal | None
    target_year: int
    target: Decimal
    source: str = SOURCE

    def planned(self, year: int) -> Decimal | None:
        """On the line in that year; None outside of it, and before the target year where it has no beginning."""
        if year == self.target_year:
            return self.target
        if self.start is None or not self.start_year <= year < self.target_year:
            return None
        share = Decimal(year - self.start_year) / (self.target_year - self.start_year)
        return self.start + (self.target - self.start) * share


@dataclass(frozen=True)
class TrackYear:
    """One year: on the line, measured, and the share of the way to the target that is done (None where it cannot be told).
    falling: less is better, as the target is below the beginning."""

    year: int
    planned: Decimal | None
    actual: Decimal | None
    done: Decimal | None
    falling: bool = False

    @property
    def behind(self) -> bool | None:
        """Whether it is worse than planned; None where either is not known."""
        if self.planned is None or self.actual is None:
            return None
        return self.actual > self.planned if self.falling else self.actual < self.planned


def years(track: Track, actual: Mapping[int, Decimal]) -> list[TrackYear]:
    """Every year from the first to the last that is planned or measured. The first year's value stands for a measured one."""
    known = dict(actual)
    if track.start is not None:
        known.setdefault(track.start_year, track.start)
    first = min(track.start_year if track.start is not None else track.target_year, *known, track.target_year)
    last = max(track.target_year, *known) if known else track.target_year
    found = []
    for year in range(first, last + 1):
        value = known.get(year)
        way = track.target - track.start if track.start is not None else Decimal(0)
        done = (value - track.start) / way if value is not None and track.start is not None and way else None
        found.append(TrackYear(year, track.planned(year), value, done, way < 0))
    return found


# As they are published: 「いずれも2014年10月現在⇒2020年度」, and 「2020年度末までに300団体」 without a beginning.
NATIONAL = (
    Track("窓口業務のアウトソーシングに取り組む市町村", "市町村", 2014, Decimal(208), 2020, Decimal(416)),
    Track("総合窓口を導入した市町村", "市町村", 2014, Decimal(185), 2020, Decimal(370)),
    Track("庶務業務を集約化した市町村", "市町村", 2014, Decimal(143), 2020, Decimal(471)),
    Track("AI・RPAなどの技術を活用する地域", "団体", 2018, None, 2020, Decimal(300)),
)
