"""Two results of the same applicants: who moves, who gains, who loses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yakuba.services.nursery.contracts import Applied, Child, Slot

Result = Mapping[str, str | None]


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


def compare(applied: Applied, before: Result, after: Result) -> Comparison:
    """Compare two results (child id → slot or None) by what each child asked for.

    applied: of either of the two. Children who are missing in one of the results are left out, and general and reserved seats of one facility are the same place.
    """
    moves, same, placed_before, placed_after = [], 0, 0, 0
    for _, child in applied.applications.children():
        if child.id not in before or child.id not in after:
            continue
        one, other = before[child.id], after[child.id]
        placed_before += one is not None
        placed_after += other is not None
        if place_of(applied.slots, one) == place_of(applied.slots, other):
            same += 1
        else:
            moves.append(_move(applied, child, one, other))
    moves.sort(key=lambda move: move.child)
    return Comparison(tuple(moves), same, placed_before, placed_after)


def place_of(slots: Mapping[str, Slot], slot: str | None) -> tuple[str, int] | None:
    """Facility and age of a slot, whoever its seats are reserved for. A slot that the round does not have (another
    round's) is read from its id."""
    if slot is None:
        return None
    known = slots.get(slot) or Slot.read(slot)
    return known.facility, known.age


def wish_number(applied: Applied, child: Child, slot: str | None) -> int:
    """Which wish of the child the slot is, from 1; 0 for no seat, for the seat of now, and for one not wished for."""
    place = place_of(applied.slots, slot)
    if place is None or applied.current.get(child.id) == slot or place[0] not in child.wishes:
        return 0
    return child.wishes.index(place[0]) + 1


def _move(applied: Applied, child: Child, before: str | None, after: str | None) -> Move:
    ranks = [_rank(applied, child, slot) for slot in (before, after)]
    better = None if ranks[0] is None or ranks[1] is None else ranks[1] < ranks[0]
    return Move(
        child.id,
        before,
        after,
        wish_number(applied, child, before),
        wish_number(applied, child, after),
        better,
    )


def _rank(applied: Applied, child: Child, slot: str | None) -> int | None:
    """How far down the child's list: its wishes, the seat of now, nothing. None: a seat that it never asked for."""
    place = place_of(applied.slots, slot)
    if place is None:
        return len(child.wishes) + 1
    if place[0] in child.wishes:
        return child.wishes.index(place[0])
    return len(child.wishes) if applied.current.get(child.id) == slot else None
