"""The loops of `repeating`, as machine code: each passes over the events of a part once, and lets other threads go on.

Runs are hashed as they grow: h·B + code + 1, modulo 2⁶⁴. Slots of a hash are its upper bits after one more multiplication
(Knuth, The Art of Computer Programming 3, 6.4). Tables are open: whoever finds a place taken takes the next free one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from yakuba.kernel.machinecode import compiled_beside_others

SHORTEST, LONGEST = 3, 10  # steps of a run that is counted
SLOTS = 20  # bits: four megabytes a length
TABLE = 17  # bits
BASE = np.uint64(0x9E3779B97F4A7C15)
SPREAD = np.uint64(0xD6E8FEB86659FD93)
ONE = np.uint64(1)
_OF_SLOT = np.uint64(64 - SLOTS)
_OF_TABLE = np.uint64(64 - TABLE)

Array = Any  # of numpy


def slots_of(hashes: Array) -> Array:
    """The slots of several hashes."""
    return ((hashes * SPREAD) >> _OF_SLOT).astype(np.int64)


@compiled_beside_others
def count_runs(codes: Array, session: Array, slots: Array) -> None:
    """Add each run within a session to its slot. codes: from 0; session: grows where one begins; slots: uint32, one row for
    each length."""
    for start in range(len(codes)):
        hashed = np.uint64(0)
        for length in range(1, LONGEST + 1):
            at = start + length - 1
            if at >= len(codes) or session[at] != session[start]:
                break
            hashed = hashed * BASE + np.uint64(codes[at]) + ONE
            if length >= SHORTEST:
                slots[length - SHORTEST, (hashed * SPREAD) >> _OF_SLOT] += 1


@compiled_beside_others
def learn_runs(
    codes: Array,
    session: Array,
    slots: Array,
    support: int,
    start: int,
    table: Array,
    runs: Array,
    filled: Array,
    most: int,
) -> int:
    """Put the runs whose slot was counted `support` times into tables, from the event `start` on; the event at which a table
    holds `most`, or how many events there are. A run is no more frequent than what it begins with. table: uint64, for each
    length and place the hash, 0 where it is free, and how often it was seen; runs: the steps; filled: places taken."""
    for first in range(start, len(codes)):
        hashed, full = np.uint64(0), False
        for length in range(1, LONGEST + 1):
            at = first + length - 1
            if at >= len(codes) or session[at] != session[first]:
                break
            hashed = hashed * BASE + np.uint64(codes[at]) + ONE
            if length < SHORTEST:
                continue
            which, spread = length - SHORTEST, hashed * SPREAD
            if slots[which, spread >> _OF_SLOT] < support:
                break
            place = np.int64(spread >> _OF_TABLE)
            while table[which, place, 0] != hashed and table[which, place, 0] != 0:
                place = (place + 1) & ((1 << TABLE) - 1)
            if table[which, place, 0] == 0:
                table[which, place, 0] = hashed
                filled[which] += 1
                full = full or filled[which] >= most
                for step in range(length):
                    runs[which, place, step] = codes[first + step]
            table[which, place, 1] += ONE
        if full:
            return first + 1
    return len(codes)


@compiled_beside_others
def put_into_table(found: Array, steps: Array, table: Array, runs: Array) -> int:
    """Add what one list of runs of a length holds to the table of that length; how many are new there. found: uint64, for
    each run its hash and how often it was seen; steps: its steps."""
    new = 0
    for row in range(len(found)):
        place = np.int64((found[row, 0] * SPREAD) >> _OF_TABLE)
        while table[place, 0] != found[row, 0] and table[place, 0] != 0:
            place = (place + 1) & ((1 << TABLE) - 1)
        if table[place, 0] == 0:
            table[place, 0] = found[row, 0]
            new += 1
            for step in range(steps.shape[1]):
                runs[place, step] = steps[row, step]
        table[place, 1] += found[row, 1]
    return new


@compiled_beside_others
def sort_places(codes: Array, starts: Array, order: Array) -> None:
    """Where each step stands, one step after the other. starts: for each step how many places come before its own, and one
    more than it needs at the end; it is moved on and left as it was."""
    for at in range(len(codes)):
        order[starts[codes[at]]] = at
        starts[codes[at]] += 1
    for code in range(len(starts) - 1, 0, -1):
        starts[code] = starts[code - 1]
    starts[0] = 0


@compiled_beside_others
def find_run(
    run: Array,
    codes: Array,
    session: Array,
    used: Array,
    places: Array,
    noise: int,
    may_lack: int,
    steps: Array,
    last: Array,
    lacking: Array,
) -> int:
    """Where a run begins at one of the places, none of its events used: with at most `noise` other events between two steps
    and one more for each that lacks; how many. steps, last, lacking: filled with the event of each step (-1: lacks), the last
    of them, and how many lack."""
    found = 0
    for start in places:
        if used[start]:
            continue
        at, without = start, 0
        steps[found, 0] = start
        for step in range(1, len(run)):
            there = -1
            end = min(len(codes), at + 2 + noise + without)
            for later in range(at + 1, end):
                if session[later] != session[at]:
                    break
                if codes[later] == run[step] and not used[later]:
                    there = later
                    break
            steps[found, step] = there
            if there >= 0:
                at = there
            else:
                without += 1
                if without > may_lack:
                    break
        if without <= may_lack:
            last[found], lacking[found] = at, without
            found += 1
    return found


@compiled_beside_others
def keep_apart(order: Array, first: Array, last: Array, kept: Array) -> int:
    """Those, in this order, that begin behind the end of the one kept before; how many."""
    found, end = 0, -1
    for row in order:
        if first[row] > end:
            kept[found] = row
            end = last[row]
            found += 1
    return found
