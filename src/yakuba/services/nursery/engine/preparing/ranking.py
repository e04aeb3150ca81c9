"""Who ranks before whom: groups, the index, then the tie keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from yakuba.services.nursery.contracts import Key, PointLine, Problem, Standing
from yakuba.services.nursery.engine.preparing.facts import Applicant, FacilityFacts
from yakuba.services.nursery.engine.preparing.indexing import Points
from yakuba.services.nursery.engine.rules import Rules
from yakuba.services.nursery.engine.rules.fields import Scope, order_of, show
from yakuba.services.nursery.engine.rules.model import TieKey

# Whole numbers all through: two points that differ by the last bit of a floating point number would be no tie where the
# rules and everybody who adds them up by hand see one.
LOTS = 10**9
LONGEST_RECEIPT = 20
BEYOND = 10**15  # farther than any value
PART_OF = {"基本指数": "basic", "調整指数": "adjustment"}


def lot(phrase: str, number: int, name: str) -> int:
    """The lottery number, 0 to 999,999,999, of a receipt in a round.

    For a household the name is 世帯 and the smallest receipt number of its children.
    The first 16 hexadecimal digits of SHA-256 of `phrase|round|name` in UTF-8, modulo 10⁹: everybody who knows the
    published phrase can compute it, and nobody can choose it.
    """
    digest = hashlib.sha256(f"{phrase}|{number}|{name}".encode()).hexdigest()
    # 64 bits are so many more than 10⁹ numbers that no number is drawn noticeably more often than another.
    return int(digest[:16], 16) % LOTS


class Ranker:
    """Gives standings. Applicants who lack a value that decides are noted in `problems`."""

    def __init__(self, rules: Rules, facilities: FacilityFacts, number: int, problems: list[Problem]) -> None:
        self.rules = rules
        self.facilities = facilities
        self.number = number
        self.problems = problems
        self.by_facility = [_of_facility(key) for key in rules.keys]
        self.differing = [at for at, differs in enumerate(self.by_facility) if differs]

    def own_keys(self, one: Applicant, points: Points) -> list[Key | None]:
        """The tie keys that are the same everywhere; None in the place of the others."""
        return [
            None if differs else self._key(key, one, points, (), {}, noted=True)
            for key, differs in zip(self.rules.keys, self.by_facility, strict=True)
        ]

    def standing(
        self,
        one: Applicant,
        points: Points,
        own: list[Key | None],
        facility: str,
        number: int,
        behind: int = 0,
    ) -> Standing:
        """The standing at a facility that is the wish of that number. behind: added to the group."""
        there = self.facilities.of(facility, number)
        extra = points.at_facility.get(facility, ())
        keys: list[Any] = list(own)
        for at in self.differing:
            keys[at] = self._key(self.rules.keys[at], one, points, extra, there)
        index = points.total + (sum(line.points for line in extra) if extra else 0)
        return Standing(one.child.id, self._group(one, there) + behind, index, tuple(keys))

    def _group(self, one: Applicant, there: Mapping[str, Any]) -> int:
        for group in self.rules.groups:
            if group.condition.met(one.values, there):
                return group.number
        return self.rules.other_group

    def _key(
        self,
        key: TieKey,
        one: Applicant,
        points: Points,
        extra: tuple[PointLine, ...],
        there: Mapping[str, Any],
        *,
        noted: bool = False,
    ) -> Key:
        if key.compares == "condition":
            met = key.condition.met(one.values, there)
            return Key(key.label, 0 if met else 1, "当たる" if met else "当たらない")
        if key.spec is not None:
            return self._of_field(key, one, there, noted)
        if key.compares in ("くじ", "世帯くじ"):
            own = key.compares == "くじ"
            name = one.child.id if own else "世帯" + min(child.id for child in one.household.children)
            number = lot(self.rules.lottery, self.number, name)
            # Two receipts may draw one number, though hardly ever: then the receipt decides, and never the order of a file.
            return Key(key.label, f"{number:09d}{name}", f"くじ番号 {number:09d}")
        if key.compares == "受付番号":
            return Key(key.label, one.child.id.rjust(LONGEST_RECEIPT), one.child.id)  # 9 before 10
        value = self._points(key.compares, points, extra)
        return Key(key.label, -value if key.descending else value, f"{value}点")

    def _points(self, word: str, points: Points, extra: tuple[PointLine, ...]) -> int:
        if word in PART_OF:
            return points.sum(PART_OF[word])
        if word == "児童の指数":
            return points.own_total
        more = sum(line.points for line in extra)
        return more if word == "施設別加点" else points.total + more

    def _of_field(self, key: TieKey, one: Applicant, there: Mapping[str, Any], noted: bool) -> Key:
        spec = key.spec
        assert spec is not None
        value = (there if spec.scope is Scope.FACILITY else one.values).get(spec.label)
        if value is None:
            if noted and key.empty_last is None:
                reason = f"「{spec.label}」が空のため、同点のときの順（{key.label}）が決まりません。申込書を確かめて入れてください。"
                self.problems.append(Problem(one.household.line, one.place, reason))
            return Key(key.label, -BEYOND if key.empty_last is False else BEYOND, "空欄")
        order = order_of(spec, value)
        return Key(key.label, -order if key.descending else order, show(spec, value))


def order(standing: Standing) -> tuple[Any, ...]:
    """Sorts standings, best first; never equal for two children."""
    return (standing.group, -standing.index, *(key.order for key in standing.keys))


def _of_facility(key: TieKey) -> bool:
    """Whether the key may differ from one facility to another."""
    if key.spec is not None:
        return key.spec.scope is Scope.FACILITY
    return key.compares in ("指数", "施設別加点") or key.condition.of_facility
