"""Which road section is repaired first: a sum of five parts, each between 0 and 1, times weights that the town states.

A section whose damage was not measured has no place in the order; it is listed apart. A part of which nothing is known counts
0 and is told as not known, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from yakuba.services.vision.contracts import Damage

FULL_LENGTH = 100.0  # metres from which the length counts fully
FULL_TRAFFIC = 10_000.0  # vehicles a day from which the traffic counts fully
FULL_YEARS = 20.0  # years since the last repair from which its age counts fully
FULL_REPORTS = 5.0  # open reports near from which they count fully
OF_DAMAGE = {Damage.LIGHT: 0.0, Damage.MIDDLE: 0.5, Damage.HEAVY: 1.0}


@dataclass(frozen=True)
class Weights:
    """What each part weighs; their sum need not be 100."""

    damage: int = 50
    length: int = 10
    traffic: int = 20
    age: int = 10
    reports: int = 10


@dataclass(frozen=True)
class Candidate:
    """A section. damage: None where not measured; traffic: vehicles a day, repaired: day of the last repair, None for not known;
    reports: open reports near."""

    code: str
    damage: Damage | None
    metres: float
    traffic: int | None
    repaired: date | None
    reports: int


@dataclass(frozen=True)
class Step:
    """One part of a sum: what it is, what it was, its share (0 to 1) and what that counts."""

    label: str
    value: str
    share: float
    weight: int

    @property
    def points(self) -> float:
        """Share times weight."""
        return self.share * self.weight


@dataclass(frozen=True)
class Ranked:
    """A section with its sum and the steps to it."""

    code: str
    steps: tuple[Step, ...]

    @property
    def points(self) -> float:
        """The sum."""
        return sum(one.points for one in self.steps)


def ranked(candidates: Iterable[Candidate], weights: Weights, today: date) -> list[Ranked]:
    """Those that were measured, the first to be repaired first; equal sums by code."""
    found = [
        Ranked(one.code, _steps(one, one.damage, weights, today))
        for one in candidates
        if one.damage is not None
    ]
    return sorted(found, key=lambda one: (-round(one.points, 6), one.code))


def _steps(one: Candidate, damage: Damage, weights: Weights, today: date) -> tuple[Step, ...]:
    unknown = "分からない"
    years = None if one.repaired is None else max(0.0, (today - one.repaired).days / 365.25)
    return (
        Step("損傷の程度", damage.label, OF_DAMAGE[damage], weights.damage),
        Step("延長", f"{one.metres:.0f}m", min(1.0, one.metres / FULL_LENGTH), weights.length),
        Step("交通量", unknown if one.traffic is None else f"{one.traffic:,}台/日", 0.0 if one.traffic is None else min(1.0, one.traffic / FULL_TRAFFIC), weights.traffic),
        Step("前の修繕からの年数", unknown if years is None else f"{years:.1f}年", 0.0 if years is None else min(1.0, years / FULL_YEARS), weights.age),
        Step("近くの通報", f"{one.reports}件", min(1.0, one.reports / FULL_REPORTS), weights.reports),
    )  # fmt: skip
