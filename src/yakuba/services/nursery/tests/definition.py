"""What an explanation may say, worked out from the definition by brute force, without the room's engine."""

from __future__ import annotations

from collections import defaultdict

from yakuba.services.nursery.contracts import Matching, Selection


class Definition:
    """The statements, straight from their definition."""

    def __init__(self, selection: Selection, matching: Matching) -> None:
        self.selection, self.market, self.held = selection, selection.market, matching.assignment
        self.family = {
            child: number for number, children in enumerate(self.market.children) for child in children
        }

    def resources(self, slot):
        yield slot, 1
        for item in self.market.shared:
            if slot in item.weights:
                yield item.id, item.weights[slot]

    def seats(self, name):
        return {item.id: item.capacity for item in self.market.shared}.get(name) or self.market.capacity.get(
            name, 0
        )

    def before(self, name, one, one_slot, other, other_slot):
        """`one` ranks before `other` at the resource."""
        own, own_other = (self.market.current.get(c) == s for c, s in ((one, one_slot), (other, other_slot)))
        if own or own_other:
            return own and not own_other
        row = list(self.market.priorities[name])
        return row.index(one) < row.index(other)

    def fits(self, children, slots):
        """May these children of one family have these slots, those of others who rank above the worst staying?"""
        family = self.family[children[0]]
        legs = defaultdict(list)
        for child, slot in zip(children, slots, strict=True):
            for name, weight in self.resources(slot) if slot else ():
                legs[name].append((child, slot, weight))
        for name, mine in legs.items():
            load = sum(weight for _, _, weight in mine)
            for other, at in self.held.items():
                weight = dict(self.resources(at)).get(name) if at else None
                if weight and self.family[other] != family:
                    load += weight * any(self.before(name, other, at, c, s) for c, s, _ in mine)
            if load > self.seats(name):
                return False
        return True

    def better(self, child):
        """Joint wishes that the child's family listed before what it holds."""
        number = self.family[child]
        held = [self.held[c] for c in self.market.children[number]]
        wishes = [list(wish) for wish in self.market.wishes[number]]
        return wishes[: wishes.index(held)] if held in wishes else wishes

    def wants(self, child, slot):
        at = list(self.market.children[self.family[child]]).index(child)
        return any(wish[at] == slot for wish in self.better(child))

    def may_claim(self, child, slot):
        children = self.market.children[self.family[child]]
        at = list(children).index(child)
        return any(wish[at] == slot and self.fits(children, wish) for wish in self.better(child))
