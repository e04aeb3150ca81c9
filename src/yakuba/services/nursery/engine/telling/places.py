"""Who is where by a result, and what would fit: the definition of a claim, in plain Python, for explanations.

At a resource (a slot, or shared seats that the slot uses) a child at its own seat ranks before all, the others as
the market's priorities say. Children of a family do not stand in their own family's way.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate

from yakuba.services.nursery.contracts import Market

OWN_SEAT = -1  # the rank of a child at the seat that it has now


class Places:
    """A market with an assignment (child → slot or None; children who are missing hold what they have now)."""

    def __init__(self, market: Market, assignment: Mapping[str, str | None]) -> None:
        self.current = market.current
        self.held: dict[str, str | None] = {**market.current, **assignment}
        self.rank = {
            name: {child: rank for rank, child in enumerate(row)} for name, row in market.priorities.items()
        }
        self.capacity = dict(market.capacity) | {item.id: item.capacity for item in market.shared}
        self.uses: dict[str, tuple[tuple[str, int], ...]] = {slot: ((slot, 1),) for slot in market.capacity}
        for item in market.shared:
            for slot, weight in item.weights.items():
                self.uses[slot] += ((item.id, weight),)
        self.there = self._settled()
        self._ranks = {name: [row[0] for row in rows] for name, rows in self.there.items()}
        self._taken = {
            name: [0, *accumulate(weight for _, _, weight in rows)] for name, rows in self.there.items()
        }

    def _settled(self) -> dict[str, list[tuple[int, str, int]]]:
        """Resource → rank, child and weight of those who are there, best first."""
        there: dict[str, list[tuple[int, str, int]]] = {name: [] for name in self.capacity}
        for child, slot in self.held.items():
            if slot is not None and slot in self.uses:
                for name, weight in self.uses[slot]:
                    there[name].append((self.rank_of(child, slot, name), child, weight))
        for rows in there.values():
            rows.sort()
        return there

    def rank_of(self, child: str, slot: str, resource: str) -> int:
        """Place of the child in the order of the resource when it is in the slot; behind all who are ranked when it
        is not ranked there (someone who was placed by hand)."""
        if self.current.get(child) == slot:
            return OWN_SEAT
        ranks = self.rank.get(resource, {})
        return ranks.get(child, len(ranks))

    def barrier(self, child: str, slot: str, family: Sequence[str]) -> str | None:
        """The first resource of the slot where the child, taken alone, does not fit in: the children of other
        families who are there and rank above it leave no room. None: it fits in."""
        for name, weight in self.uses[slot]:
            if not self._fits(name, self.rank_of(child, slot, name), weight, family):
                return name
        return None

    def claimable(self, family: Sequence[str], wish: Sequence[str | None]) -> bool:
        """Could the family claim the wish by the rules?"""
        worst: dict[str, int] = {}
        own: dict[str, int] = {}
        for child, slot in zip(family, wish, strict=True):
            for name, weight in self.uses[slot] if slot is not None else ():
                worst[name] = max(worst.get(name, OWN_SEAT), self.rank_of(child, slot or "", name))
                own[name] = own.get(name, 0) + weight
        return all(self._fits(name, worst[name], own[name], family) for name in worst)

    def _fits(self, name: str, worst: int, own: int, family: Sequence[str]) -> bool:
        above = bisect_left(self._ranks[name], worst)
        room = self.capacity[name] - own - self._taken[name][above]
        if room >= 0:
            return True
        mine = sum(weight for _, child, weight in self.there[name][:above] if child in family)
        return room + mine >= 0

    def last_above(self, resource: str, rank: int, family: Sequence[str]) -> str | None:
        """The last one of those who are there, rank above and belong to another family; None when all of them only
        keep the seats that they have now, or nobody is there."""
        for theirs, child, _ in reversed(self.there[resource][: bisect_left(self._ranks[resource], rank)]):
            if child not in family:
                return None if theirs == OWN_SEAT else child
        return None

    def full(self, slot: str) -> bool:
        """Not one more child fits in at the slot or the shared seats that it uses."""
        return any(self._taken[name][-1] + weight > self.capacity[name] for name, weight in self.uses[slot])

    def last(self, slot: str) -> str | None:
        """The last one in the slot's order who is placed there; None when nobody is who was ranked."""
        rows = self.there[slot]
        return rows[-1][1] if rows and rows[-1][0] != OWN_SEAT else None

    def newly_placed(self, resource: str, family: Sequence[str]) -> int:
        """How many children of other families are there beside those who have that seat now."""
        return sum(rank != OWN_SEAT and child not in family for rank, child, _ in self.there[resource])
