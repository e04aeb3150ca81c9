"""Figures and routines of all parts: one part at a time is in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from yakuba.services.worklogs.adapters import shelf
from yakuba.services.worklogs.contracts import DAY
from yakuba.services.worklogs.engine import candidates, measures
from yakuba.services.worklogs.engine.rules import Rule
from yakuba.services.worklogs.engine.tally import Tally

LEAST_TIMES = 5  # a routine has to happen, however few the events are
OFTEN = 20_000  # events, of which a routine has to happen once
PHASES = 4  # in which each part is read

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


def routines(parts: Sequence[Part], pause: int, tally: Tally, told: Told) -> list[dict[str, Any]]:
    """What repeats, as candidates (`engine.candidates.ranked`). tally: the figures of the same parts."""
    import numpy as np

    from yakuba.services.worklogs.engine import repeating

    steps = np.array(sorted(tally.steps), np.int64)
    events = sum(int(row[2]) for row in tally.facts()["applications"])
    support = max(LEAST_TIMES, events // OFTEN)

    def stretch(path: Path, names: Sequence[str] = ()) -> tuple[Any, Mapping[str, Any]]:
        columns = shelf.columns_of(path, ("machine", "gap_before", "step", *names))
        codes = np.searchsorted(steps, columns["step"]).astype(np.int32)
        sessions = repeating.sessions_of(columns["machine"], columns["gap_before"], pause)
        return repeating.Stretch(codes, sessions), columns

    counting, total = repeating.Counting(support), PHASES * len(parts)
    sample: list[Any] = []
    sampled = 0
    for at, (_, path) in enumerate(parts, start=1):
        told(len(parts) + at, total, "くり返しを数える")
        found, _ = stretch(path)
        counting.count(found)
        if sampled < repeating.SAMPLE:
            sample.append(found.beginning(repeating.SAMPLE - sampled))
            sampled += len(sample[-1])
    for at, (_, path) in enumerate(parts, start=1):
        told(2 * len(parts) + at, total, "くり返しを調べる")
        counting.learn(stretch(path)[0])
    if not sample:
        return []
    together = repeating.put_together(sample)
    share = max(1, events) / max(1, sampled)
    chosen = repeating.choose(
        counting.frequent(),
        together,
        max(LEAST_TIMES, round(support / share)),
        lambda: told(3 * len(parts), total, "くり返しを選ぶ"),
    )
    seen = [candidates.Seen(tuple(int(steps[code]) for code in run)) for run in chosen]
    for at, (key, path) in enumerate(parts, start=1):
        told(3 * len(parts) + at, total, "くり返しを集める")
        found, columns = stretch(path, ("at", "person"))
        for one, where in zip(seen, repeating.matched(chosen, found), strict=True):
            candidates.add_occurrences(one, key, where.spans, where.events, columns, DAY)
    return candidates.ranked(seen, repeating.groups(chosen), tally.steps)
