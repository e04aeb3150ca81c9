"""Where crews are in the middle of a day, by what they said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yakuba.services.fieldwork.engine.rounds.asking import Asked
from yakuba.services.fieldwork.engine.rounds.problem import DAY, Problem
from yakuba.services.fieldwork.engine.rounds.replanning import Whereabouts


@dataclass(frozen=True)
class Said:
    """The last that a crew said on that day: of which stop, when (seconds of the plan), whether it is at work there."""

    stop: int
    at: int
    working: bool


def whereabouts(
    of: Asked,
    problem: Problem,
    now: int,
    said: Mapping[int, Said],
    rests: Mapping[int, Sequence[tuple[int, int]]],
    late: tuple[int, int] | None = None,
) -> dict[int, Whereabouts]:
    """By number of the shift, of the crews that said something today, and of the one that is late (its key, and when it can go
    on). said: by crew; rests: by shift, as they were planned. Who is at work is free when the work's minutes are over."""
    found: dict[int, Whereabouts] = {}
    for number, (crew, day) in enumerate(of.shifts):
        if day != now // DAY:
            continue
        last = said.get(crew.key)
        place = of.row_of(last.stop) if last else problem.shifts[number].start
        free = now
        if last and last.working:
            minutes = next(stop.minutes for stop in of.stops if stop.key == last.stop)
            free = max(now, last.at + minutes * 60)
        if late and late[0] == crew.key:
            free = max(free, late[1])
        if last or (late and late[0] == crew.key):
            rested = sum(end <= now for _, end in rests.get(number, ())) if last else 0
            found[number] = Whereabouts(place, free, min(rested, len(problem.shifts[number].breaks)))
    return found
