"""A file of payments (bank, terminal) against what was recorded: which line is which record, and what is left on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Payment:
    """A line of a file, or a record. slip: number on the terminal's slip or of the transfer, empty where there is none."""

    key: int
    day: date
    yen: int
    slip: str = ""


@dataclass(frozen=True)
class Matched:
    """pairs: (line, record) by key; other_sum: pairs of one slip with two sums; lines, records: what is left."""

    pairs: tuple[tuple[int, int], ...]
    other_sum: tuple[tuple[int, int], ...]
    lines: tuple[int, ...]
    records: tuple[int, ...]


def match(lines: Sequence[Payment], records: Sequence[Payment]) -> Matched:
    """Same slip and sum first; then, of what has no slip on one side, day and sum where both sides have exactly one such. What is
    ambiguous is left to a person."""
    pairs: list[tuple[int, int]] = []
    by_slip: dict[tuple[str, int], list[Payment]] = {}
    for one in records:
        by_slip.setdefault((one.slip, one.yen), []).append(one)
    free: list[Payment] = []
    for line in lines:
        found = by_slip.get((line.slip, line.yen), []) if line.slip else []
        near = next((one for one in found if one.day == line.day), found[0] if found else None)
        if near is None:
            free.append(line)
            continue
        found.remove(near)
        pairs.append((line.key, near.key))
    taken = {key for _, key in pairs}
    open_ = [one for one in records if one.key not in taken]
    more = _by_day(free, open_)
    pairs += more
    used_lines, used = {key for key, _ in more}, {key for _, key in more}
    left = [one for one in free if one.key not in used_lines]
    rest = [one for one in open_ if one.key not in used]
    other = [(a.key, b.key) for a in left for b in rest if a.slip and a.slip == b.slip and a.yen != b.yen]
    return Matched(tuple(pairs), tuple(other), tuple(one.key for one in left), tuple(one.key for one in rest))


def _by_day(lines: Sequence[Payment], records: Sequence[Payment]) -> list[tuple[int, int]]:
    there = Counter((one.day, one.yen) for one in lines)
    here = Counter((one.day, one.yen) for one in records)
    found = []
    for line in lines:
        key = (line.day, line.yen)
        if there[key] != 1 or here[key] != 1:
            continue
        record = next(one for one in records if (one.day, one.yen) == key)
        if not (line.slip and record.slip):
            found.append((line.key, record.key))
    return found
