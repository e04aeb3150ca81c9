"""Is a result right? Straight from the definition, in plain Python, with its own reading of both files.

Shares no code with the solver (only the standard library is imported), so that a mistake there is seen here.

Definition. A family holds one of its wishes or its fallback (the seats its children have now, else nothing).
A place is taken by weight: a child in slot s takes one seat of s and weights[s] of shared seats. At a resource a
child at its own seat ranks before all, the others rank as listed. A family blocks with a wish that it prefers to
what it holds when at each resource of the wish the children of OTHER families who are there and rank above the
family's worst child there, together with the family's own children, fit in. A null in a wish means that this
child has no seat then, even if it has one now.
"""

from __future__ import annotations

import gc
import json
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

OWN_SEAT = -1
MOST_REASONS = 200


@dataclass
class Report:
    """reasons: why the result does not hold, in Japanese; empty when it holds. blocking: every blocking family's
    id with the index of its best blocking wish. unreadable: a file is no market, or no result."""

    reasons: list[str] = field(default_factory=list)
    blocking: dict[str, int] = field(default_factory=dict)
    placed: int = 0
    unreadable: bool = False

    def say(self, reason: str) -> None:
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(reason)


def check(market_file: bytes, result_file: bytes) -> Report:
    """Verify a result file against its market file. Both must be readable JSON of the right shape: otherwise the
    report has one reason that says so."""
    collecting = gc.isenabled()
    gc.disable()  # millions of small objects come, none of them in a circle: looking for circles takes seconds
    try:
        market, result = json.loads(market_file), json.loads(result_file)
        town = _Town(market, result["assignment"])
        report = _examine(town)
        _statements(town, result, report)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        reason = f"ファイルの形が正しくないため確かめられません（{type(error).__name__}: {error}）。"
        return Report([reason], unreadable=True)
    finally:
        if collecting:
            gc.enable()
    return report


def verify(market: dict[str, Any], assignment: dict[str, str | None]) -> Report:
    """Verify an assignment against a market as parsed from JSON."""
    return _examine(_Town(market, assignment))


def _examine(town: _Town) -> Report:
    report = Report()
    town.everyone_is_assigned(report)
    town.capacity_is_kept(report)
    for family in town.market["families"]:
        town.visit(family, report)
    return report


class _Town:
    """Who is where, and who ranks how."""

    def __init__(self, market: dict[str, Any], assignment: dict[str, str | None]) -> None:
        self.market = market
        self.current = market.get("current", {})
        self.assignment = assignment
        self.capacity = {slot["id"]: slot["capacity"] for slot in market["slots"]}
        self.shared: dict[str, list[tuple[str, int]]] = {}
        for item in market.get("shared", []):
            self.capacity[item["id"]] = item["capacity"]
            for slot, weight in item["weights"].items():
                self.shared.setdefault(slot, []).append((item["id"], weight))
        self.rank = {
            place: {child: index for index, child in enumerate(ranking)}
            for place, ranking in market["priorities"].items()
        }
        # At each resource: rank, child and weight of those who are there, best first.
        self.there: dict[str, list[tuple[int, str, int]]] = {place: [] for place in self.capacity}
        for child, slot in (self.current | assignment).items():
            if slot is not None and slot in self.capacity:
                for place, weight in self.uses(slot):
                    self.there[place].append((self.rank_of(child, slot, place), child, weight))
        for people in self.there.values():
            people.sort()
        self.ranks = {place: [row[0] for row in people] for place, people in self.there.items()}
        self.heads = {place: _running_totals(people) for place, people in self.there.items()}
        # Slots that share nothing: a child ranked here or above would be let in (see `alone`).
        self.open_to = {
            slot["id"]: self._last_let_in(slot["id"])
            for slot in market["slots"]
            if slot["id"] not in self.shared
        }

    def _last_let_in(self, slot: str) -> float:
        """The lowest rank that leaves room for one more among those above: anybody while seats are left."""
        seats, ranks = self.capacity[slot], self.ranks[slot]
        if len(ranks) < seats:
            return float("inf")
        return ranks[seats - 1] if seats else OWN_SEAT - 1

    def uses(self, slot: str) -> list[tuple[str, int]]:
        """The resources that a child in the slot uses, with the weight."""
        return [(slot, 1), *self.shared.get(slot, [])] if slot in self.shared else [(slot, 1)]

    def rank_of(self, child: str, slot: str, place: str) -> int:
        """The child's rank at the resource when it is in the slot. KeyError when it is not ranked there."""
        return OWN_SEAT if self.current.get(child) == slot else self.rank[place][child]

    def everyone_is_assigned(self, report: Report) -> None:
        mine = {child for family in self.market["families"] for child in family["children"]}
        for child in mine - self.assignment.keys():
            report.say(f"児童 {child}: 結果に載っていません。")
        for child, slot in self.assignment.items():
            if child not in mine and (child not in self.current or slot != self.current[child]):
                report.say(f"児童 {child}: どの世帯にもいない児童に枠「{slot}」が割り当てられています。")
            if slot is not None and slot not in self.capacity:
                report.say(f"児童 {child}: 枠「{slot}」は選考のデータにありません。")
        report.placed = sum(slot is not None for slot in self.assignment.values())

    def capacity_is_kept(self, report: Report) -> None:
        for place, people in self.there.items():
            taken = sum(weight for _, _, weight in people)
            if taken > self.capacity[place]:
                report.say(f"枠 {place}: 定員{self.capacity[place]}に対して{taken}が割り当てられています。")

    def visit(self, family: dict[str, Any], report: Report) -> None:
        """What the family holds is one of its wishes or its fallback; find its best blocking wish."""
        children, wishes = family["children"], family["wishes"]
        held = [self.assignment.get(child) for child in children]
        fallback = [self.current.get(child) for child in children]
        better = wishes.index(held) if held in wishes else len(wishes)
        if better == len(wishes) and held != fallback:
            report.say(f"世帯 {family['id']}: 希望にも今の在籍にもない組合せ {held} が割り当てられています。")
        claim = self.best_claim(children, wishes, better, held)
        if claim is not None:
            report.blocking[family["id"]] = claim
            return
        if better == len(wishes) and held != fallback and self.blocks(children, fallback):
            report.say(f"世帯 {family['id']}: 今の席を失っています。")

    def best_claim(
        self, children: list[str], wishes: list[list[str | None]], better: int, held: list[str | None]
    ) -> int | None:
        """The first of the wishes before `better` that the family, which holds `held`, could claim."""
        if len(children) == 1 and not self.shared:
            return self.alone(children[0], wishes, better)
        for index in range(better):
            if not self.is_behind(children, wishes[index], held) and self.blocks(children, wishes[index]):
                return index
        return None

    def is_behind(self, children: list[str], wish: list[str | None], held: list[str | None]) -> bool:
        """Does a child rank too low for a slot of the wish, where the family has nobody now? A quick no."""
        for child, slot in zip(children, wish, strict=True):
            if slot is None or slot in held or slot not in self.open_to:
                continue
            if self.rank_of(child, slot, slot) > self.open_to[slot]:
                return True
        return False

    def alone(self, child: str, wishes: list[list[str | None]], better: int) -> int | None:
        """The same for an only child where no slot shares seats: its rank decides."""
        own = self.current.get(child)
        for index in range(better):
            slot = wishes[index][0]
            if slot is None:
                return index
            rank = OWN_SEAT if slot == own else self.rank[slot][child]
            if rank <= self.open_to[slot]:
                return index
        return None

    def claims(self, family: dict[str, Any], wish: list[str | None]) -> bool:
        """The family prefers the wish to what it holds, and could claim it."""
        children, wishes = family["children"], family["wishes"]
        held = [self.assignment.get(child) for child in children]
        before = wishes.index(held) if held in wishes else len(wishes)
        return wish in wishes[:before] and self.blocks(children, wish)

    def blocks(self, children: list[str], wish: list[str | None]) -> bool:
        """Could the family claim the wish by the rules?"""
        worst: dict[str, int] = {}
        own: dict[str, int] = defaultdict(int)
        for child, slot in zip(children, wish, strict=True):
            if slot is not None:
                for place, weight in self.uses(slot):
                    worst[place] = max(worst.get(place, OWN_SEAT), self.rank_of(child, slot, place))
                    own[place] += weight
        return all(self.fits(place, worst[place], own[place], children) for place in worst)

    def fits(self, place: str, worst: int, own: int, children: list[str]) -> bool:
        """Do those of other families who rank above `worst`, and `own` more, fit in?"""
        above = bisect_left(self.ranks[place], worst)
        taken = self.heads[place][above]
        if taken + own <= self.capacity[place]:
            return True
        return taken - self.ours_above(place, worst, children) + own <= self.capacity[place]

    def ours_above(self, place: str, worst: int, children: list[str]) -> int:
        """What these children take at the resource now, above that rank."""
        total = 0
        for child in children:
            slot = self.assignment.get(child)
            if slot is not None:
                weights = dict(self.uses(slot))
                if place in weights and self.rank_of(child, slot, place) < worst:
                    total += weights[place]
        return total


def _running_totals(people: list[tuple[int, str, int]]) -> list[int]:
    """Weight of the first 0, 1, 2 … people."""
    totals = [0]
    for _, _, weight in people:
        totals.append(totals[-1] + weight)
    return totals


def _statements(town: _Town, result: dict[str, Any], report: Report) -> None:
    """What the result says of itself: its blocking families, its status and its bound."""
    said = {item["family"]: item["wish"] for item in result["blocking"]}
    for family in report.blocking.keys() - said.keys():
        report.say(
            f"世帯 {family}: 第{report.blocking[family] + 1}希望に入れるはずですが、結果に書かれていません。"
        )
    for family in said.keys() - report.blocking.keys():
        report.say(f"世帯 {family}: 結果は不安定な世帯としていますが、そうではありません。")
    for row in town.market["families"]:
        wish = said.get(row["id"])
        if row["id"] in report.blocking and wish is not None and not town.claims(row, wish):
            report.say(f"世帯 {row['id']}: 結果に書かれた希望 {wish} には入れません。")
    count, bound, status = len(report.blocking), result["bound"], result["status"]
    if status not in ("stable", "minimum", "not_proven"):
        report.say(f"状態「{status}」は知られていません。")
    if status == "stable" and count:
        report.say(f"「stable」とありますが、不安定な世帯が{count}あります。")
    if status == "minimum" and bound != count:
        report.say(f"「minimum」とありますが、下限{bound}と不安定な世帯の数{count}が合いません。")
    if type(bound) is not int or not 0 <= bound <= count:
        report.say(f"下限「{bound}」は0以上、不安定な世帯の数{count}以下のはずです。")
