"""How siblings' wishes become joint wishes: by the stages of their mode, in the published order, up to a limit."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from yakuba.services.nursery.contracts import Slot, Wish
from yakuba.services.nursery.engine.rules.model import JointOrder, Mode, Stage

Ranks = tuple[int, ...]


@dataclass(frozen=True)
class Option:
    """A place that a child may wish for. number: that of the wish from 1 (after the last one for the own seat)."""

    facility: str
    slot: str
    number: int


@dataclass(frozen=True)
class Member:
    """A child of the household, eldest first. options: best first; own: the seat it keeps, or None."""

    options: tuple[Option, ...]
    own: str | None

    @property
    def places(self) -> tuple[Option, ...]:
        """The options, and the own seat after them."""
        if self.own is None or any(option.slot == self.own for option in self.options):
            return self.options
        number = max((option.number for option in self.options), default=0) + 1
        return (*self.options, Option(Slot.read(self.own).facility, self.own, number))


def wishes(members: Sequence[Member], mode: Mode, order: JointOrder, limit: int) -> tuple[list[Wish], bool]:
    """The joint wishes, best first, and whether the limit cut some off.

    members: eldest first. A single child's are its options, without a limit. What leaves all as they are today is
    left out.
    """
    if len(members) == 1:
        alone = [(option.slot,) for option in members[0].options]
        own = (members[0].own,)
        return list(alone[: alone.index(own)] if own in alone else alone), False
    fallback = tuple(member.own for member in members)
    found: dict[Wish, None] = {}
    for wish in _all(members, mode, order):
        if wish == fallback or wish in found:
            continue
        # Only here, with one more in hand: as many as the limit allows are no reason to say that some were cut off.
        if len(found) == limit:
            return list(found), True
        found[wish] = None
    return list(found), False


def _all(members: Sequence[Member], mode: Mode, order: JointOrder) -> Iterator[Wish]:
    everyone = tuple(range(len(members)))
    for stage in mode.stages:
        if stage is Stage.TOGETHER:
            yield from _together(members, order)
        elif stage is Stage.ALL:
            yield from _placed(members, [everyone], order)
        elif stage is Stage.MOST:
            for size in range(len(members), 0, -1):
                yield from _placed(members, list(combinations(everyone, size)), order)
        else:
            yield from _placed(members, ALONE[stage](len(members)), order)


ALONE = {
    Stage.ELDEST: lambda count: [(0,)],
    Stage.YOUNGEST: lambda count: [(count - 1,)],
    Stage.ANY_ONE: lambda count: [(number,) for number in range(count)],
}


def _together(members: Sequence[Member], order: JointOrder) -> Iterator[Wish]:
    """All at one facility, with every combination of general and reserved seats there."""
    common = set.intersection(*({option.facility for option in member.places} for member in members))
    everyone = [tuple(range(len(members)))]

    def there(facility: str) -> list[Member]:
        places = ([option for option in one.places if option.facility == facility] for one in members)
        return [Member(tuple(mine), None) for mine in places]

    at_each = [_ranked(there(facility), everyone, order) for facility in sorted(common)]
    for _, _, wish in heapq.merge(*at_each):
        yield wish


def _placed(members: Sequence[Member], parts: Sequence[tuple[int, ...]], order: JointOrder) -> Iterator[Wish]:
    """The children of one of `parts` are placed, the others stay as they are today; best first over all parts."""
    for _, _, wish in _ranked(members, parts, order):
        yield wish


def _ranked(
    members: Sequence[Member], parts: Sequence[tuple[int, ...]], order: JointOrder
) -> Iterator[tuple[Ranks, Ranks, Wish]]:
    """Best first, found as they are asked for: a wish's rank never falls when one of its options is worsened."""
    waiting: list[tuple[Ranks, Ranks, tuple[int, ...], Ranks]] = []
    seen: set[tuple[tuple[int, ...], Ranks]] = set()

    def put(part: tuple[int, ...], at: Ranks) -> None:
        if (part, at) in seen or any(
            place >= len(members[member].places) for member, place in zip(part, at, strict=True)
        ):
            return
        seen.add((part, at))
        numbers = tuple(members[member].places[place].number for member, place in zip(part, at, strict=True))
        heapq.heappush(waiting, (_rank(numbers, order), part + at, part, at))

    for part in parts:
        put(part, (0,) * len(part))
    while waiting:
        rank, tie, part, at = heapq.heappop(waiting)
        wish = [member.own for member in members]
        for member, place in zip(part, at, strict=True):
            wish[member] = members[member].places[place].slot
        yield rank, tie, tuple(wish)
        for position in range(len(part)):
            put(part, (*at[:position], at[position] + 1, *at[position + 1 :]))


def _rank(numbers: Ranks, order: JointOrder) -> Ranks:
    """What is compared: smaller is better. Ends with the wish numbers, the eldest's first."""
    if order is JointOrder.SUM:
        return (sum(numbers), max(numbers), *numbers)
    if order is JointOrder.WORST:
        return (max(numbers), sum(numbers), *numbers)
    return numbers
