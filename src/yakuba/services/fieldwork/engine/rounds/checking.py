"""Whether a plan keeps every condition of what was asked. Shares no code with the solver or the timetable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from yakuba.services.fieldwork.engine.rounds.problem import NO_WAY, Plan, Problem, Round


def broken(problem: Problem, plan: Plan) -> list[str]:
    """Every condition that the plan breaks, in words for who mends the program; empty where it keeps all."""
    faults = list(_once(problem, plan))
    for round_ in plan.rounds:
        faults += _crew(problem, round_)
        faults += _times(problem, round_)
    return faults


def _once(problem: Problem, plan: Plan) -> Iterator[str]:
    """Each stop is visited once or left out, and each shift has one round."""
    seen = Counter(visit.stop for round_ in plan.rounds for visit in round_.visits)
    seen.update(list(plan.left_out))
    asked = {stop.key for stop in problem.stops}
    yield from (f"{key}: {count} times" for key, count in seen.items() if count > 1)
    yield from (f"{key}: not asked for" for key in seen.keys() - asked)
    yield from (f"{key}: forgotten" for key in asked - seen.keys())
    shifts = Counter(round_.shift for round_ in plan.rounds)
    yield from (f"shift {number}: {count} rounds" for number, count in shifts.items() if count > 1)


def _crew(problem: Problem, round_: Round) -> Iterator[str]:
    """Skills and load."""
    shift = problem.shifts[round_.shift]
    stops = [problem.stop(visit.stop) for visit in round_.visits]
    for stop in stops:
        if not stop.skills <= shift.skills:
            yield f"{stop.key}: {shift.crew} lacks {sorted(stop.skills - shift.skills)}"
    load = sum(stop.demand for stop in stops)
    if shift.capacity is not None and load > shift.capacity:
        yield f"{shift.crew}: loads {load} of {shift.capacity}"


def _times(problem: Problem, round_: Round) -> Iterator[str]:
    """Ways, windows, work, rests and hours, second by second."""
    shift = problem.shifts[round_.shift]
    place, free = shift.start, round_.leave
    metres = seconds = 0
    if round_.leave < shift.hours[0] or round_.back > shift.hours[1]:
        yield f"{shift.crew}: out of hours"
    for visit in round_.visits:
        stop = problem.stop(visit.stop)
        needed = problem.ways.seconds[place][stop.place]
        metres, seconds = metres + problem.ways.metres[place][stop.place], seconds + needed
        if needed >= NO_WAY:
            yield f"{stop.key}: no way there"
        if free + needed + _rested(round_, free, visit.begin) > visit.begin or visit.arrival > visit.begin:
            yield f"{stop.key}: begun before the crew can be there"
        if stop.windows and not any(early <= visit.begin <= late for early, late in stop.windows):
            yield f"{stop.key}: begun outside its windows"
        if visit.end - visit.begin != stop.service or _rested(round_, visit.begin, visit.end):
            yield f"{stop.key}: its work is interrupted or of another length"
        place, free = stop.place, visit.end
    needed = problem.ways.seconds[place][shift.end]
    metres, seconds = metres + problem.ways.metres[place][shift.end], seconds + needed
    if free + needed + _rested(round_, free, round_.back) > round_.back:
        yield f"{shift.crew}: back before it can be"
    if (metres, seconds) != (round_.metres, round_.seconds):
        yield f"{shift.crew}: ways of {metres} m and {seconds} s are told as {round_.metres} and {round_.seconds}"
    yield from _rests(problem, round_)


def _rested(round_: Round, begin: int, end: int) -> int:
    """Seconds of rest within a span."""
    return sum(max(0, min(rest.end, end) - max(rest.begin, begin)) for rest in round_.rests)


def _rests(problem: Problem, round_: Round) -> Iterator[str]:
    shift = problem.shifts[round_.shift]
    if any(round_.back > asked.window[1] for asked in shift.breaks[len(round_.rests) :]):
        yield f"{shift.crew}: {len(round_.rests)} rests of {len(shift.breaks)}, and back too late for the next"
    for rest, asked in zip(round_.rests, shift.breaks, strict=False):
        if rest.end - rest.begin != asked.length or not asked.window[0] <= rest.begin <= asked.window[1]:
            yield f"{shift.crew}: a rest at another time or of another length"
        if rest.begin < round_.leave or rest.end > round_.back:
            yield f"{shift.crew}: a rest outside the round"
