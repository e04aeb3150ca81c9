"""A market to be matched, and what is known of the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from yakuba.kernel.refusals import Invalid, Problem

Wish = tuple[str | None, ...]


class Status(StrEnum):
    """What is known of a matching. STABLE: no family blocks. MINIMUM: no matching has fewer blocking families.
    NOT_PROVEN: the time ended before; `Matching.bound` says how few it could be at best."""

    STABLE = "stable"
    MINIMUM = "minimum"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True)
class SharedSeats:
    """Slots that share seats (age groups in one room, or staff). A child in slot `s` takes `weights[s]` of
    `capacity`; both are whole numbers in the same unit, such as seats, or sixtieths of a nursery teacher."""

    id: str
    capacity: int
    weights: Mapping[str, int]


@dataclass(frozen=True)
class Market:
    """What is to be matched, in columns: family `i` is `family_ids[i]`, `children[i]`, `wishes[i]`.

    capacity: slot → seats ≥ 0, those of `current` children included.
    wishes[i]: joint wishes, best first; each has a slot or None for every child of `children[i]`.
    current: child → slot where it has a seat now; it ranks first there and falls back to it.
    priorities: slot (or id of shared seats) → children, best first, strict.
    """

    capacity: Mapping[str, int]
    family_ids: Sequence[str]
    children: Sequence[Sequence[str]]
    wishes: Sequence[Sequence[Sequence[str | None]]]
    current: Mapping[str, str]
    priorities: Mapping[str, Sequence[str]]
    shared: Sequence[SharedSeats] = ()

    def fallback(self, family: int) -> Wish:
        """What the family keeps without any wish: the seats its children have now, else None."""
        return tuple(self.current.get(child) for child in self.children[family])

    def everyone(self) -> Iterator[str]:
        """Every child once: the families' in their order, then those who only have a seat."""
        mine = {child for row in self.children for child in row}
        for row in self.children:
            yield from row
        yield from (child for child in self.current if child not in mine)


@dataclass(frozen=True)
class Blocking:
    """A family with the best wish that it could claim by the rules but does not hold."""

    family: str
    wish: Wish


@dataclass(frozen=True)
class Matching:
    """A result. assignment: child → slot or None, for every child of the market.

    bound: no matching has fewer blocking families than this. seats_proved: no matching with as few blocking
    families seats more children. seconds: wall-clock time of each step.
    """

    assignment: Mapping[str, str | None]
    status: Status
    blocking: tuple[Blocking, ...]
    bound: int
    seats_proved: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def seated(self) -> int:
        """Children with a seat."""
        return sum(slot is not None for slot in self.assignment.values())

    def to_json(self) -> dict[str, Any]:
        """The result file's content."""
        return {
            "assignment": dict(self.assignment),
            "status": str(self.status),
            "blocking": [{"family": item.family, "wish": list(item.wish)} for item in self.blocking],
            "bound": self.bound,
            "seated": self.seated,
            "seats_proved": self.seats_proved,
            "seconds": {step: round(value, 4) for step, value in self.seconds.items()},
        }


class MarketRefused(Invalid, ValueError):
    """The market has faults; nothing was run. `problems` has at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems[:5]), problems=problems)
