"""Every matching of a tiny market by trying all, from the definition and nothing else."""

from __future__ import annotations

from itertools import product


class Tiny:
    """A market (as parsed from its file) small enough to try every matching."""

    def __init__(self, market):
        self.market = market
        self.families = market["families"]
        self.current = market.get("current", {})
        self.capacity = {slot["id"]: slot["capacity"] for slot in market["slots"]}
        self.capacity |= {item["id"]: item["capacity"] for item in market.get("shared", [])}

    def resources(self, slot):
        yield slot, 1
        for item in self.market.get("shared", []):
            if slot in item["weights"]:
                yield item["id"], item["weights"][slot]

    def options(self, family):
        fallback = [self.current.get(child) for child in family["children"]]
        rows = [list(wish) for wish in family["wishes"]] + [fallback]
        return rows[: rows.index(fallback) + 1]

    def seats(self, family, wish):
        """(resource, rank, weight) of every child placed by the wish."""
        for child, slot in zip(family["children"], wish, strict=True):
            if slot is None:
                continue
            for resource, weight in self.resources(slot):
                own = self.current.get(child) == slot
                rank = -1 if own else self.market["priorities"][resource].index(child)
                yield resource, rank, weight

    def outsiders(self):
        mine = {child for family in self.families for child in family["children"]}
        for child, slot in self.current.items():
            if child not in mine:
                for resource, weight in self.resources(slot):
                    yield resource, -1, weight

    def there(self, choice, without=None):
        for index, wish in enumerate(choice):
            if index != without:
                yield from self.seats(self.families[index], wish)
        yield from self.outsiders()

    def feasible(self, choice):
        load = dict.fromkeys(self.capacity, 0)
        for resource, _, weight in self.there(choice):
            load[resource] += weight
        return all(load[name] <= seats for name, seats in self.capacity.items())

    def claims(self, choice, index, wish):
        family = self.families[index]
        mine = list(self.seats(family, wish))
        others = list(self.there(choice, without=index))
        for name in {resource for resource, _, _ in mine}:
            worst = max(rank for resource, rank, _ in mine if resource == name)
            own = sum(weight for resource, _, weight in mine if resource == name)
            above = sum(weight for resource, rank, weight in others if resource == name and rank < worst)
            if above + own > self.capacity[name]:
                return False
        return True

    def blocking(self, choice):
        """Families that could claim something they prefer."""
        found = []
        for index, family in enumerate(self.families):
            options = self.options(family)
            better = options[: options.index(choice[index])]
            if any(self.claims(choice, index, wish) for wish in better):
                found.append(family["id"])
        return found

    def matchings(self):
        """(choice, blocking families) of every feasible matching."""
        for choice in product(*[self.options(family) for family in self.families]):
            if self.feasible(choice):
                yield choice, self.blocking(choice)

    def assignment(self, choice):
        placed = {
            child: slot
            for family, wish in zip(self.families, choice, strict=True)
            for child, slot in zip(family["children"], wish, strict=True)
        }
        return dict(self.current) | placed
