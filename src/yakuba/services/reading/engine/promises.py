"""The promise of a field: the rate of silent errors that a town allows, and whether what was checked supports it.

Checked is a value that would have passed and that a person read from the paper without being shown it. Of `checked` such
values `wrong` differed. The rate is not above `upper_bound(wrong, checked)` with 95 % confidence; 2,995 without an error
prove 0.1 %. No framework.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yakuba.kernel.binomial import lower_bound, upper_bound

from ..contracts import Decision, FieldReading, Hand, Reason, Support, with_decision

SHIPPED = Path(__file__).with_name("calibration.json")
MILLION = 1_000_000
USUAL = 1000  # silent errors of a million passed values: 0.1 %
CONFIDENCES = (0.5, 0.8, 0.95, 0.99)  # limits between the classes of confidence
WEIGHT = 20.0  # checked values for which what is known of a wider class counts
_REASONS = {
    Support.ALWAYS: Reason.ALWAYS_ASKED,
    Support.NONE: Reason.NOT_PROVED,
    Support.BROKEN: Reason.TIGHTENED,
}


@dataclass(frozen=True)
class Counts:
    """Values that were checked, and how many of them were wrong."""

    checked: int = 0
    wrong: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.checked + other.checked, self.wrong + other.wrong)

    @property
    def upper(self) -> float:
        """The share of errors that is not exceeded, with 95 % confidence; 1 where nothing was checked."""
        bound = upper_bound(self.wrong, self.checked)
        return 1.0 if bound is None else bound

    @property
    def lower(self) -> float:
        """The share that is exceeded, with 95 % confidence."""
        return lower_bound(self.wrong, self.checked)


NOTHING = Counts()


PROVING = frozenset({Reason.NOT_PROVED, Reason.TIGHTENED})


def support(promise: int, form: Counts, strata: Iterable[Counts], shipped: Counts) -> Support:
    """What speaks for letting a value pass. promise: allowed errors of a million.  form: all checked values of the form.
    strata: those of the value's type, and of its type and hand, on that form: they only tighten.  shipped: what the house
    checked before it was shipped."""
    allowed = promise / MILLION
    if promise <= 0:
        return Support.ALWAYS
    mine = list(strata)
    if any(one.lower > allowed for one in mine):
        return Support.BROKEN
    if form.upper <= allowed:
        return Support.PROVED
    if form.wrong and any(one.wrong for one in mine):
        return Support.BROKEN
    return Support.SHIPPED if shipped.upper <= allowed else Support.NONE


def held_to(reading: FieldReading, found: Support) -> FieldReading:
    """The reading with the decision that the promise leaves: what is not supported goes to a person."""
    reason = _REASONS.get(found)
    if reason is None or reading.decision is Decision.DOUBTFUL:
        return reading
    from .gate import message  # loads dictionaries: only where something was read

    reasons = (*reading.reasons, reason)
    return with_decision(reading, Decision.DOUBTFUL, reasons, message(reasons))


def needed(promise: int, wrong: int) -> int:
    """How many checked values prove a promise when `wrong` of them are wrong."""
    allowed = promise / MILLION
    low, high = wrong, max(wrong, 1)
    while (upper_bound(wrong, high) or 0.0) > allowed:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if (upper_bound(wrong, middle) or 0.0) <= allowed else (middle, high)
    return high


@dataclass(frozen=True)
class Stratum:
    """A class of values that are about as likely to be right. passed: the gate would let them pass.  confidence: the
    class of the reading's own confidence."""

    type: str
    hand: str
    passed: bool
    confidence: int

    @classmethod
    def of(cls, reading: FieldReading, hand: Hand, *, passed: bool | None = None) -> Stratum:
        """That of a reading; whether it would pass says its decision, unless the caller knows better."""
        if passed is None:
            passed = reading.decision is not Decision.DOUBTFUL
        return cls(reading.type, hand.value, passed, confidence_class(reading.confidence))


def confidence_class(confidence: float) -> int:
    """0 for the least confident."""
    return sum(confidence >= limit for limit in CONFIDENCES)


@lru_cache(maxsize=1)
def shipped() -> Mapping[Stratum, Counts]:
    """What was checked before the house was shipped, on drawn sheets (benchmarks/reading_calibration.py)."""
    data = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return {
        Stratum(row["type"], row["hand"], row["passed"], row["confidence"]): Counts(
            row["checked"], row["wrong"]
        )
        for row in data["strata"]
    }


@lru_cache(maxsize=1)
def shipped_passed() -> Counts:
    """Of all types together: the values that would have passed."""
    return sum((counts for stratum, counts in shipped().items() if stratum.passed), NOTHING)


def probability(stratum: Stratum, own: Mapping[Stratum, Counts], form: Mapping[Stratum, Counts]) -> float:
    """How likely a value of that stratum is right, 0..1: from what the house checked, what the town has, and what it has of
    this form, each for as much as it has seen.

    own, form: counts by stratum, of all forms of the town, and of the value's form.
    """
    classes = (
        lambda one: one.passed == stratum.passed,
        lambda one: (one.passed, one.type) == (stratum.passed, stratum.type),
        lambda one: (
            (one.passed, one.type, one.confidence) == (stratum.passed, stratum.type, stratum.confidence)
        ),
        lambda one: one == stratum,
    )
    known = 0.5
    for source, levels in ((shipped(), classes), (own, classes[1:]), (form, classes[1:])):
        for level in levels:
            seen = _of(source, level)
            known = (seen.checked - seen.wrong + WEIGHT * known) / (seen.checked + WEIGHT)
    most = (_of(shipped(), classes[0]) + _of(own, classes[0])).checked
    return round(min(known, 1.0 - 0.5 / (most + 1)), 5)  # surer than all that was seen nobody is


def _of(source: Mapping[Stratum, Counts], level: Callable[[Stratum], bool]) -> Counts:
    return sum((counts for one, counts in source.items() if level(one)), NOTHING)
