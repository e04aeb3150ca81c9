"""Between applications and places: how each index came about, who ranks where and why, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from yakuba.services.nursery.contracts.applications import Applications
from yakuba.services.nursery.contracts.matching import Market, Problem


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


@dataclass(frozen=True)
class Move:
    """A child whose place differs between two results. wish numbers count from 1; 0: no place (or the seat kept).

    better: True, False, or None where it cannot be said (another household's rule, both unlisted).
    """

    child: str
    before: str | None
    after: str | None
    wish_before: int
    wish_after: int
    better: bool | None


@dataclass(frozen=True)
class Comparison:
    """Two results of the same applicants. moves: only children whose place differs, in the order of ids."""

    moves: tuple[Move, ...]
    same: int
    placed_before: int
    placed_after: int

    @property
    def gains(self) -> tuple[Move, ...]:
        """Children who are better off after."""
        return tuple(move for move in self.moves if move.better is True)

    @property
    def losses(self) -> tuple[Move, ...]:
        """Children who are worse off after."""
        return tuple(move for move in self.moves if move.better is False)


@dataclass(frozen=True)
class Share:
    """One row of the fairness tables. count: applicants; placed: with a wish come true; first: with their first wish.

    withheld: what is shown instead of the numbers, which are 0 then, where so few could be told apart.
    """

    label: str
    count: int
    placed: int
    first: int
    withheld: str = ""

    @property
    def rates(self) -> tuple[float | None, float | None]:
        """The shares of `placed` and of `first`, from 0 to 1; None where they are withheld."""
        if self.withheld or not self.count:
            return None, None
        return self.placed / self.count, self.first / self.count
