"""From crews, days and stops as a town keeps them to what the solver is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.problem import (
    DAY,
    Break,
    Problem,
    Shift,
    Stop,
    Ways,
    Window,
    within,
)
from yakuba.services.fieldwork.engine.rounds.travel import Point

NEVER = ((0, 0),)  # a window in which nobody is at work


@dataclass(frozen=True)
class AskedCrew:
    """key: its number; hours: by weekday, Monday first."""

    key: int
    name: str
    base: Point
    hours: tuple[Window | None, ...]
    breaks: tuple[Break, ...]
    skills: frozenset[str]
    load: int | None


@dataclass(frozen=True)
class AskedStop:
    """key: its number; windows: within a day, none for all of it; days: those on which it may be done, none for all."""

    key: int
    at: Point
    minutes: int
    load: int
    skills: frozenset[str]
    priority: int
    windows: tuple[Window, ...]
    days: tuple[date, ...]


@dataclass(frozen=True)
class Asked:
    """Everything of a plan. Row n of the table of ways is the base of crew n, after them come the stops."""

    days: tuple[date, ...]
    crews: tuple[AskedCrew, ...]
    stops: tuple[AskedStop, ...]

    @property
    def points(self) -> list[Point]:
        """The rows of the table of ways."""
        return [*(crew.base for crew in self.crews), *(stop.at for stop in self.stops)]

    @property
    def shifts(self) -> list[tuple[AskedCrew, int]]:
        """Who is there on which day (0: the first), as the problem's shifts are numbered."""
        return [
            (crew, number)
            for crew in self.crews
            for number, day in enumerate(self.days)
            if crew.hours[day.weekday()] is not None
        ]

    @property
    def unrested(self) -> list[str]:
        """Breaks that do not fit into a crew's hours of a day, a sentence for each crew."""
        lost: dict[str, dict[str, None]] = {}
        for crew, number in self.shifts:
            hours = crew.hours[self.days[number].weekday()] or (0, 0)
            if len(within(crew.breaks, hours)) < len(crew.breaks):
                lost.setdefault(crew.name, {})[words.WEEKDAYS[self.days[number].weekday()]] = None
        return [
            f"「{name}」の{'・'.join(days)}曜日は、働く時間に入らない休憩を置かずに計算しました。休憩が要るなら、班の休憩か働く時間を直してください。"
            for name, days in lost.items()
        ]

    def row_of(self, stop: int) -> int:
        """The stop's row in the table of ways. StopIteration where it is none of the plan's."""
        return len(self.crews) + next(n for n, one in enumerate(self.stops) if one.key == stop)

    def problem(self, ways: Ways) -> Problem:
        """As the solver takes it; a stop's key is its number in words."""
        return Problem(
            tuple(self._stop(number, stop) for number, stop in enumerate(self.stops)),
            tuple(self._shift(crew, day) for crew, day in self.shifts),
            ways,
        )

    def _stop(self, number: int, stop: AskedStop) -> Stop:
        return Stop(
            str(stop.key),
            len(self.crews) + number,
            stop.minutes * 60,
            self._windows(stop),
            stop.load,
            stop.skills,
            stop.priority,
        )

    def _windows(self, stop: AskedStop) -> tuple[Window, ...]:
        if not stop.windows and not stop.days:
            return ()
        days = [number for number, day in enumerate(self.days) if not stop.days or day in stop.days]
        spans = stop.windows or ((0, DAY - 1),)
        return tuple((day * DAY + early, day * DAY + late) for day in days for early, late in spans) or NEVER

    def _shift(self, crew: AskedCrew, day: int) -> Shift:
        hours = crew.hours[self.days[day].weekday()] or (0, 0)
        row, start = self.crews.index(crew), day * DAY
        breaks = tuple(
            Break((start + rest.window[0], start + rest.window[1]), rest.length)
            for rest in within(crew.breaks, hours)
        )
        return Shift(
            str(crew.key), row, row, (start + hours[0], start + hours[1]), breaks, crew.skills, crew.load
        )


def crew_of(
    key: int,
    name: str,
    at: tuple[float, float],
    hours: Sequence[str],
    breaks: str,
    skills: str,
    load: int | None,
) -> AskedCrew:
    """A crew from its texts as they are kept. Raises Invalid."""
    return AskedCrew(
        key,
        name,
        Point(*at),
        tuple(words.hours_of(text) for text in hours),
        words.breaks_of(breaks),
        frozenset(words.names_of(skills)),
        load,
    )
