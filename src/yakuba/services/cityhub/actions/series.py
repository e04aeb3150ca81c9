"""Readings out of updates: which attributes are measured, and when the measuring was."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from yakuba.services.cityhub.engine.moments import read_moment
from yakuba.services.cityhub.engine.readings import LONGEST_UNIT
from yakuba.services.cityhub.engine.units import TWO, is_same
from yakuba.services.cityhub.engine.updating import Change

MOMENTS = ("TimeInstant", "observedAt", "timestamp", "dateObserved")  # metadata, or attributes of the entity
AHEAD = 600.0  # seconds that a sensor's clock may be ahead: local time sent as UTC is nine hours
BEHIND = 20 * 366 * 86_400.0  # and behind: older than that is a clock that was never set
MOST_KNOWN = 200_000

Key = tuple[int, str, str, str, str]  # municipality, path, id, type, attribute
Kept = tuple[int, str]  # a series' number, and the unit of its readings
UNITS = ("unit", "unitCode")  # metadata that names one


class KnownSeries:
    """Which series has which number and unit. One for the process; what is forgotten is looked up again. A unit that is known
    never changes; one that is not may be another process' by now."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """Number and unit, or None."""
        return self._known.get(key)

    def learn(self, found: dict[Key, Kept]) -> None:
        """What is committed."""
        with self._lock:
            self._known.update(found)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Everything: a number was not true any more."""
        with self._lock:
            self._known.clear()


def measured(change: Change) -> list[tuple[str, float]]:
    """Attributes that the update brought a number for."""
    found = []
    for name in change.touched:
        attribute = change.entity.attributes.get(name)
        if attribute is None:
            continue
        value = attribute["value"]
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if abs(value) < 1e300:
            found.append((name, float(value)))
    return found


def moment_of(change: Change, name: str, now: float) -> tuple[float, bool]:
    """When an attribute was measured, and whether the sensor's clock is doubtful (then it is when the value came). A moment
    that stands there from an earlier update says nothing of this one."""
    attributes = change.entity.attributes
    marks: dict[str, Any] = attributes[name].get("metadata") or {}
    own = change.marked.get(name, frozenset())
    given = next((marks[word]["value"] for word in MOMENTS if word in own), None)
    if given is None:
        given = next(
            (attributes[word]["value"] for word in MOMENTS if word in change.touched and word in attributes),
            None,
        )
    moment = read_moment(given) if isinstance(given, str) else None
    if moment is None:
        return now, False
    if not now - BEHIND <= moment <= now + AHEAD:
        return now, True
    return moment, False


def unit_of(change: Change, name: str) -> str:
    """The unit that the metadata names: what came with this update goes before what stands there from an earlier one. Two that
    mean different things are both told, and no unit at all."""
    marks = change.entity.attributes[name].get("metadata")
    if not marks:
        return ""
    named = [(word, marks[word]["value"]) for word in UNITS if word in marks]
    if len(named) > 1:
        own = change.marked.get(name, frozenset())
        named = [one for one in named if one[0] in own] or named
    found = [value[:LONGEST_UNIT].strip() for _, value in named if isinstance(value, str) and value.strip()]
    if len(found) > 1 and not is_same(found[0], found[1]):
        return f"{found[0]}{TWO}{found[1]}"
    return str(found[0]) if found else ""
