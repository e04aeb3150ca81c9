"""A plan as its pages, its paper and the crews' phones show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.maps import Map
from yakuba.services.fieldwork.contracts import NotDone
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.entries import PRIORITIES
from yakuba.services.fieldwork.engine.rounds.problem import DAY
from yakuba.services.fieldwork.models import Crew, CrewRound, RoundPlan, RoundStop, RoundVersion, RoundVisit
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_telling
from yakuba.services.fieldwork.queries.rounds import Standing


@dataclass(frozen=True)
class VisitShown:
    """A visit with its times in words, and what was said of its stop."""

    visit: RoundVisit
    stop: RoundStop
    arrival: str
    begin: str
    end: str
    minutes: int
    waits: int
    standing: Standing

    @property
    def state(self) -> tuple[str, str]:
        """Kind of sign and words."""
        return state_words(self.standing)


def state_words(standing: Standing) -> tuple[str, str]:
    """Kind of sign and words for where a stop stands."""
    if standing.closing is not None and standing.is_done:
        return "success", f"{standing.closing.crew}が済ませた"
    if standing.closing is not None:
        return "warning", f"できなかった：{NotDone(standing.closing.reason).label}"
    if standing.begun is not None:
        return "waiting", f"{standing.begun.crew}が作業中"
    return "waiting", "まだ"


@dataclass(frozen=True)
class RoundShown:
    """A round with its times in words."""

    row: CrewRound
    crew: Crew
    day: str
    leave: str
    back: str
    rests: str
    kilometres: float
    minutes: int
    visits: list[VisitShown]
    next: VisitShown | None  # the first that nobody has done, or given up


def rounds_shown(version: RoundVersion, rows: Sequence[CrewRound]) -> list[RoundShown]:
    """The rounds in words."""
    plan = version.plan
    said = queries.standings(one.stop_id for row in rows for one in row.listed)
    shown = []
    for row in rows:
        visits = [_visit(one, row.day, said.get(one.stop_id, Standing())) for one in row.listed]
        shown.append(
            RoundShown(
                row,
                row.crew,
                rounds_telling.day_words(plan, row.day),
                words.shown(row.leave, row.day),
                words.shown(row.back, row.day),
                row.rests,
                row.metres / 1000,
                row.seconds // 60,
                visits,
                next((one for one in visits if not one.standing.is_closed), None),
            )
        )
    return shown


def _visit(one: RoundVisit, day: int, standing: Standing) -> VisitShown:
    return VisitShown(
        one,
        one.stop,
        words.shown(one.arrival, day),
        words.shown(one.begin, day),
        words.shown(one.end, day),
        one.seconds // 60,
        (one.begin - one.arrival) // 60,
        standing,
    )


def shown(version: RoundVersion, day: int | None = None) -> dict[str, Any]:
    """What pages show of a version; day: only that one is on the map, 0 the first."""
    rows = queries.rounds_of(version)
    mapped: Map | None = rounds_telling.map_of(
        version, [row for row in rows if day is None or row.day == day]
    )
    plan = version.plan
    return {
        "rounds": rounds_shown(version, rows),
        "kilometres": version.metres / 1000,
        "minutes": version.seconds // 60,
        "left": rounds_telling.left_of(version),
        "warnings": version.warnings.splitlines(),
        "map": mapped,
        "map_days": [(number, rounds_telling.day_words(plan, number)) for number in range(plan.days)]
        if plan.days > 1
        else [],
        "map_day": day,
        "lines": rounds_telling.LINES,
    }


@dataclass(frozen=True)
class StopShown:
    """A stop of a plan with what it asks, in words."""

    row: RoundStop
    priority: str
    asks: str


def stops_shown(plan: RoundPlan) -> list[StopShown]:
    """The stops by number."""
    return [StopShown(row, PRIORITIES[row.priority], asks_of(row)) for row in queries.stops_of(plan)]


def asks_of(row: RoundStop) -> str:
    """What a stop asks besides its minutes."""
    told = [row.windows, row.days, row.skills, f"量{row.load:,}" if row.load else ""]
    return "　".join(part for part in told if part)


@dataclass(frozen=True)
class Sheet:
    """A page of paper: one round with its own map."""

    round: RoundShown
    map: Map | None


def sheets(version: RoundVersion) -> list[Sheet]:
    """A page for each crew and day."""
    rows = queries.rounds_of(version)
    return [
        Sheet(one, rounds_telling.map_of_round(version, row))
        for row, one in zip(rows, rounds_shown(version, rows), strict=True)
    ]


@dataclass(frozen=True)
class Day:
    """What a crew has on one day of a plan."""

    plan: RoundPlan
    crew: Crew
    day: int
    round: RoundShown | None
    days: list[tuple[int, str]]

    @property
    def next(self) -> VisitShown | None:
        """Where it goes next."""
        return self.round.next if self.round else None


def day_of(plan: RoundPlan, crew: Crew, day: int | None = None) -> Day:
    """The crew's day; today where none is said, and the first that it has where today is none of them."""
    version = queries.current(plan)
    rows = [row for row in queries.rounds_of(version) if row.crew_id == crew.pk] if version else []
    known = [row.day for row in rows]
    today = queries.moment(plan) // DAY
    chosen = day if day in known else today if today in known else known[0] if known else 0
    row = next((one for one in rows if one.day == chosen), None)
    shown_ = rounds_shown(version, [row])[0] if version and row else None
    return Day(plan, crew, chosen, shown_, [(one, rounds_telling.day_words(plan, one)) for one in known])
