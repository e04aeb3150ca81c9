"""What narrowing knows of each tuple, place and resource, and how it came to know it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from yakuba.services.nursery.engine.matching.board import Plan, Records, records
from yakuba.services.nursery.engine.matching.layout import Flags, Ints

NEVER = np.iinfo(np.int32).max
ASSUMED = NEVER  # why a tuple was dropped: a search tries what follows
FAMILY = records("first", "left", "waiting", "relaxed")
TUPLE = records("dropped_at", "by", "unsafe")
PLACE = records("options", "claimed_at", "certain_at", "claim", "heaviest", "lightest")
RESOURCE = records("safe_to", "safe_sum", "refused_from", "refused_sum")
EVENT = records("kind", "index")
DROPPED, CERTAIN, CLAIMED, SAFE, REFUSED = 0, 1, 2, 3, 4
CLOCK, DONE, LATER = 0, 1, 2


class Narrow(NamedTuple):
    """families (F): first, best remaining tuple; left, how many remain; waiting; relaxed, allowed to block.
    tuples (T): dropped_at, when the tuple was dropped, or NEVER; by, the guaranteed tuple that did it, the refused
    leg as -1 - leg, or ASSUMED; unsafe, how many legs are not yet known to be safe (special ones always count).
    places (P): options, remaining tuples with a child there; claimed_at, when the family claimed it; certain_at,
    since when all its remaining tuples have a child there; claim, weight claimed with it at the resource; heaviest,
    lightest weight of the child there. resources (R): safe_to, place before which a leg is safe, safe_sum, weight
    that could be above it; refused_from, place from which a leg is refused, refused_sum, weight that counts above
    it. later (F): families with special legs that have to be looked at. events (T + 4P): what happened, by clock:
    a tuple dropped, a place certain, claimed, safe or refused. counters: CLOCK; DONE, events that were followed up;
    LATER, families waiting.
    """

    families: Records
    tuples: Records
    places: Records
    resources: Records
    later: Ints
    events: Records
    counters: Ints


def start(plan: Plan, relaxed: Flags) -> Narrow:
    """Everything is possible. relaxed (F): nothing is concluded from these families' claims."""
    count = plan.tuple_first.size - 1
    families, tuples = np.zeros(count, FAMILY), np.zeros(plan.tuples.size - 1, TUPLE)
    places, resources = np.zeros(plan.place_family.size, PLACE), np.zeros(plan.resources.size - 1, RESOURCE)
    families["first"], families["left"] = plan.tuple_first[:-1], np.diff(plan.tuple_first)
    families["relaxed"] = relaxed
    tuples["dropped_at"], tuples["unsafe"] = NEVER, np.diff(plan.tuples["leg_first"])
    places["claimed_at"] = places["certain_at"] = places["lightest"] = NEVER
    resources["safe_to"] = plan.resources["place_first"][:-1]
    resources["refused_from"] = plan.resources["place_first"][1:]
    events = np.empty(tuples.size + 4 * places.size, EVENT)
    return Narrow(
        families, tuples, places, resources, np.zeros(count, np.int32), events, np.zeros(3, np.int32)
    )
