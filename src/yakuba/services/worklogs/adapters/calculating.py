"""Figures and routines of all parts: of the parts only as many are in memory as are looked at side by side."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from yakuba.services.worklogs.adapters import shelf
from yakuba.services.worklogs.contracts import DAY
from yakuba.services.worklogs.engine import candidates, measures
from yakuba.services.worklogs.engine.rules import Rule
from yakuba.services.worklogs.engine.tally import Tally

LEAST_TIMES = 5  # a routine has to happen, however few the events are
OFTEN = 20_000  # events, of which a routine has to happen once
PHASES = 4  # in which each part is read
MOST_LANES = 4  # each holds a quarter of a gigabyte

Owned = TypeVar("Owned")
Made = TypeVar("Made")
Told = Callable[[int, int, str], None]
Part = tuple[tuple[int, int], Path]  # bucket and month, and where its file lies


def figures(parts: Sequence[Part], pause: int, rules: Sequence[Rule], folder: Path, told: Told) -> Tally:
    """Where the time goes. pause: milliseconds without an event that end a session; folder: for what memory does not hold."""
    tally = Tally(rules)
    con = shelf.engine(folder)
    for at, (key, path) in enumerate(parts, start=1):
        told(at, PHASES * len(parts), "時間の集計")
        timed = measures.timed(shelf.opened(con, path), pause)
        tally.add(key[1], {name: measures.measured(timed, name) for name in measures.MEASURES})
    con.disconnect()
    return tally


def routines(
    parts: Sequence[Part], pause: int, tally: Tally, folder: Path, told: Told
) -> list[dict[str, Any]]:
    """What repeats, as candidates (`engine.candidates.ranked`). tally: the figures of the same parts; folder: for four bytes
    an event."""
    import numpy as np

    from yakuba.services.worklogs.engine import repeating

    events = sum(int(row[2]) for row in tally.facts()["applications"])
    if not events:
        return []
    support = max(LEAST_TIMES, events // OFTEN)
    steps = np.array(sorted(tally.steps), np.int64)
    reader = _Reader(steps, pause, folder)

    def tell(phase: int, at: int, doing: str) -> None:
        told(phase * len(parts) + at, PHASES * len(parts), doing)

    counted, sample = _counted(reader, parts, lambda at: tell(1, at, "くり返しを数える"))
    learned = _learned(reader, parts, counted, support, lambda at: tell(2, at, "くり返しを調べる"))
    chosen = repeating.choose(
        learned.frequent(),
        sample,
        max(LEAST_TIMES, round(support * len(sample) / events)),
        lambda: tell(3, 0, "くり返しを選ぶ"),
    )

    def match(_: None, part: Part) -> tuple[tuple[int, int], Any, Mapping[str, Any]]:
        found = repeating.matched(chosen, reader.stretch(part))
        return part[0], found, shelf.columns_of(part[1], ("machine", "person", "at"))

    seen = [candidates.Seen(tuple(int(steps[code]) for code in run)) for run in chosen]
    for at, (key, found, columns) in enumerate(_in_lanes([None] * _lanes(), match, parts), start=1):
        tell(3, at, "くり返しを集める")
        for one, where in zip(seen, found, strict=True):
            candidates.add_occurrences(one, key, where.firsts, where.lasts, where.events, columns, DAY)
    return candidates.ranked(seen, repeating.groups(chosen), tally.steps)


def _counted(reader: _Reader, parts: Sequence[Part], told: Callable[[int], None]) -> tuple[Any, Any]:
    """How often each run happens, and the events by which routines are chosen."""
    from yakuba.services.worklogs.engine import repeating

    def count(counting: Any, part: Part) -> Any:
        found = reader.stretch(part)
        counting.count(found)
        return found.beginning(repeating.SAMPLE)

    counters = [repeating.Counting() for _ in range(_lanes())]
    sample: list[Any] = []
    for at, beginning in enumerate(_in_lanes(counters, count, parts), start=1):
        told(at)
        sample.append(beginning.beginning(repeating.SAMPLE - sum(map(len, sample))))
    return _added_up(counters), repeating.put_together(sample)


def _learned(
    reader: _Reader, parts: Sequence[Part], counted: Any, support: int, told: Callable[[int], None]
) -> Any:
    """The steps of the runs that happen often."""
    from yakuba.services.worklogs.engine import repeating

    learners = [repeating.Learning(counted, support) for _ in range(_lanes())]
    for at, _ in enumerate(
        _in_lanes(learners, lambda own, part: own.learn(reader.stretch(part)), parts), start=1
    ):
        told(at)
    return _added_up(learners)


def _added_up(own: Sequence[Any]) -> Any:
    """What the lanes found, in the first of them."""
    for other in own[1:]:
        own[0].add(other)
    return own[0]


class _Reader:
    """Reads parts as stretches. steps: of all parts, sorted; a code is a step's place among them. folder: keeps each event's
    code and whether a session begins there, since a part is looked at three times."""

    def __init__(self, steps: Any, pause: int, folder: Path) -> None:
        self._steps, self._pause, self._folder = steps, pause, folder

    def stretch(self, part: Part) -> Any:
        """The events of a part."""
        import numpy as np

        from yakuba.services.worklogs.engine import repeating

        (bucket, month), path = part
        kept = self._folder / f"{month}-{bucket}.codes"
        if not kept.exists():
            columns = shelf.columns_of(path, ("machine", "gap_before", "step"))
            begins = repeating.session_begins(columns["machine"], columns["gap_before"], self._pause)
            (2 * np.searchsorted(self._steps, columns["step"]) + begins).astype(np.int32).tofile(kept)
        packed = np.fromfile(kept, np.int32)
        return repeating.Stretch(packed >> 1, np.cumsum(packed & 1))


def _lanes() -> int:
    """How many parts are looked at side by side: most of it is machine code that holds up no other thread."""
    return min(MOST_LANES, len(os.sched_getaffinity(0)))


def _in_lanes(
    own: Sequence[Owned], work: Callable[[Owned, Part], Made], parts: Sequence[Part]
) -> Iterator[Made]:
    """What becomes of each part, in their order. own: what each lane has for itself; beside the parts that are looked at, one
    is in memory that waits to be taken."""
    free = deque(own)

    def run(part: Part) -> Made:
        one = free.pop()
        try:
            return work(one, part)
        finally:
            free.append(one)

    with ThreadPoolExecutor(len(own)) as pool:
        begun: deque[Future[Made]] = deque()
        for part in parts:
            begun.append(pool.submit(run, part))
            if len(begun) > len(own):
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
