"""What leaves the nursery room: applications, the market that is made of them, its result, and how each came about.

No framework.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from yakuba.kernel.refusals import Invalid, Problem

AGES = range(6)  # age classes, by the age on April 1 of the fiscal year


@dataclass(frozen=True)
class SharedAges:
    """Age classes of one facility that share seats, or the teachers who look after them.

    seats: children that all the ages together may have (None: no such limit). teachers: how many there are
    (None: not limited); each age takes a teacher's share by the staff ratios of the rules.
    """

    id: str
    ages: tuple[int, ...]
    seats: int | None = None
    teachers: int | None = None


@dataclass(frozen=True)
class Facility:
    """One nursery. vacancies: age class 0–5 → free seats ≥ 0; an age that is missing is not taken in at all.

    facts: what the rules may ask of it, such as `open_saturday: yes`; values are strings as in the ledger.
    """

    id: str
    name: str
    vacancies: Mapping[int, int]
    kind: str = ""
    district: str = ""
    shared: tuple[SharedAges, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Child:
    """One applicant. id: the receipt number of its application.

    wishes: facility ids, best first. current: the facility where it has a seat now and from where a transfer is
    asked for. gives_up: the seat is given up whatever comes (else it is kept when no wish comes true).
    wants_hold: the family would rather be put on hold (育休延長). facts: the application's values by field, in
    the ledger's canonical form.
    """

    id: str
    name: str
    birth: date
    wishes: tuple[str, ...]
    current: str | None = None
    gives_up: bool = False
    wants_hold: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Household:
    """Children who apply together. sibling_mode: a mode of the rule file, empty for its default.

    line: where the household stood in the file it came from (0: no file); faults name it.
    """

    id: str
    children: tuple[Child, ...]
    sibling_mode: str = ""
    district: str = ""
    line: int = 0


@dataclass(frozen=True)
class Applications:
    """All of one round. number: 1 for the first round (一次選考), 2 for the second …

    start: the day from which seats are given; the age class is the age on April 1 of that fiscal year.
    seated: child id → slot id, children placed in an earlier round whose seats are frozen; they take part no more
    and are counted beside the vacancies of this round.
    """

    facilities: tuple[Facility, ...]
    households: tuple[Household, ...]
    start: date
    number: int = 1
    seated: Mapping[str, str] = field(default_factory=dict)

    def children(self) -> Iterator[tuple[Household, Child]]:
        """Every applicant with its household, in the order given."""
        for household in self.households:
            for child in household.children:
                yield household, child


# A market to be matched, and what is known of the result

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


# Between applications and places: how each index came about, who ranks where and why, and what came of it


@dataclass(frozen=True)
class PointLine:
    """One line of an index: which rule gave how many points, and because of what (Japanese, for staff).

    part: `basic` (基準指数), `adjustment` (調整指数) or `facility` (that facility only).
    """

    part: str
    rule: str
    points: int
    because: str


@dataclass(frozen=True)
class Key:
    """One tie key of a child at a slot. order: what is compared, smaller is better; shown: as staff read it."""

    rule: str
    order: int | str
    shown: str


@dataclass(frozen=True)
class ChildIndex:
    """The index (指数) of one child: its lines, and points that count at one facility only, by facility id."""

    child: str
    age: int
    lines: tuple[PointLine, ...]
    at_facility: Mapping[str, tuple[PointLine, ...]]
    keys: tuple[Key, ...]

    @property
    def total(self) -> int:
        """Basic and adjustment points."""
        return sum(line.points for line in self.lines)

    def at(self, facility: str) -> int:
        """The index that counts at that facility."""
        return self.total + sum(line.points for line in self.at_facility.get(facility, ()))


@dataclass(frozen=True)
class Slot:
    """What a slot id of the market stands for. reserved: label of the reserved seats, empty for the others."""

    id: str
    facility: str
    age: int
    reserved: str = ""

    @classmethod
    def read(cls, text: str) -> Slot:
        """The slot of an id `<facility>-<age>` or `<facility>-<age>*<label>`; age -1 in what is no such id."""
        place, _, reserved = text.partition("*")
        facility, _, age = place.rpartition("-")
        return cls(text, facility, int(age) if age.isdecimal() else -1, reserved)


@dataclass(frozen=True)
class Standing:
    """A child's place in the order of a slot. group: comes before the index (0 first; a wish to be put on hold
    may rank after everyone). index: higher first. keys: break ties in order; the last one always decides."""

    child: str
    group: int
    index: int
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class NotEligible:
    """Why a child does not take part at a facility, or at all (facility empty). reason: Japanese, for the family."""

    child: str
    facility: str
    reason: str


@dataclass(frozen=True)
class Applied:
    """What results are judged by: who asked for what. slots: by id; current: child → the slot that it has now and
    keeps without a better one; totals: child → index, without those who take no part."""

    applications: Applications
    slots: Mapping[str, Slot]
    current: Mapping[str, str]
    totals: Mapping[str, int]


@dataclass(frozen=True)
class Selection:
    """A round made ready: the market with everything that explains it.

    standings: slot (or id of shared seats) → best first, without those who have a seat there now. notes: what
    staff should know although the round can run, such as joint wishes that were cut off.
    """

    applications: Applications
    market: Market
    slots: Mapping[str, Slot]
    indices: Mapping[str, ChildIndex]
    standings: Mapping[str, Sequence[Standing]]
    not_eligible: tuple[NotEligible, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def applied(self) -> Applied:
        """What its results are judged by."""
        totals = {child: index.total for child, index in self.indices.items()}
        return Applied(self.applications, self.slots, self.market.current, totals)


class Outcome(StrEnum):
    """What came of one wish."""

    PLACED = "placed"
    KEPT = "kept"  # the seat of today, which the child keeps
    BEHIND = "behind"  # the slot is full with children who rank before
    SIBLINGS = "siblings"  # would have fitted alone, but no joint wish of the siblings with it came true
    NOT_ELIGIBLE = "not_eligible"
    NOT_NEEDED = "not_needed"  # a better wish came true
    CLAIMED = "claimed"  # by the rules there was room: the family is one of the blocking ones


@dataclass(frozen=True)
class WishOutcome:
    """One wish of one child, explained.

    number: 1 is the first wish. cutoff: the index of the last child placed at the slot (None: nobody ranked is
    placed, or seats are left). distance: cutoff − own index (≥ 0 when behind). deciding: the label of what decided
    (`指数`, or a tie key's label; empty when nothing had to). own_key, cutoff_key: that key of the child and of the
    last one placed, as shown to staff. waiting_place: place on the waiting list of the slot, from 1; None when not
    waiting. for_family names nobody else; of others it tells the cut-off index and by which key a tie was decided, and
    these only where three or more children were newly placed (`engine.telling.phrases`). Families are shown nothing else.
    """

    number: int
    facility: str
    slot: str
    outcome: Outcome
    own_index: int | None
    cutoff: int | None
    distance: int | None
    deciding: str
    own_key: str
    cutoff_key: str
    waiting_place: int | None
    for_family: str
    for_staff: str


@dataclass(frozen=True)
class Explanation:
    """One child's result. held: slot id or None; wish: the number of the wish that came true, 0 for none or for a
    seat kept. summary: one plain sentence for the family."""

    child: str
    held: str | None
    wish: int
    summary: str
    wishes: tuple[WishOutcome, ...]
    unstable: bool = False  # the household is one of the blocking ones
