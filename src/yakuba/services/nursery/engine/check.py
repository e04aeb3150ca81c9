"""Is a result right? Straight from the definition, in plain Python, with its own reading of both files.

Shares no code with the solver and imports nothing of it (only the standard library and a JSON parser), so that a
mistake there is seen here. Every family gets a quick look (`needs_a_closer_look`): most have no claim because a
child ranks too low at a slot of each better wish. All others are looked at by the definition, wish by wish.

Definition. A family holds one of its wishes or its fallback (the seats its children have now, else nothing).
A place is taken by weight: a child in slot s takes one seat of s and weights[s] of shared seats. At a resource a
child at its own seat ranks before all, the others rank as listed. A family blocks with a wish that it prefers to
what it holds when at each resource of the wish the children of OTHER families who are there and rank above the
family's worst child there, together with the family's own children, fit in. A null in a wish means that this
child has no seat then, even if it has one now.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_left
from codecs import BOM_UTF8
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain, islice
from operator import contains
from typing import Any

from pydantic_core import from_json

OWN_SEAT = -1
MOST_REASONS = 200
PLACE = re.compile(r"at line (\d+) column (\d+)$")  # at the end of what the parser says


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
        market, result = _parsed(market_file, "選考のデータ"), _parsed(result_file, "結果")
        town = _Town(market, result["assignment"])
        report = _examine(town)
        _statements(town, result, report)
    except _NoJson as error:
        return Report([str(error)], unreadable=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        reason = f"ファイルの形が正しくないため確かめられません（{type(error).__name__}: {error}）。"
        return Report([reason], unreadable=True)
    finally:
        if collecting:
            gc.enable()
    return report


def verify(market: dict[str, Any], assignment: dict[str, str | None], closely: bool = False) -> Report:
    """Verify an assignment against a market as parsed from JSON. closely: spare no family the closer look (of a
    sound market the report is the same; it takes many times as long)."""
    return _examine(_Town(market, assignment), closely)


class _NoJson(Exception):
    """A file is no JSON; `str()` says which and where, in Japanese."""


def _parsed(file: bytes, what: str) -> Any:
    file = file.removeprefix(BOM_UTF8)
    try:
        return from_json(file, cache_strings="keys")
    except ValueError as error:
        raise _NoJson(f"{what}の{_place(file, str(error))}") from error


def _place(file: bytes, told: str) -> str:
    """Where and why a file is no JSON; `told` is what the parser said of it."""
    try:
        file.decode()
    except UnicodeDecodeError as error:
        line = file.count(b"\n", 0, error.start) + 1
        return f"{line}行目にUTF-8ではない文字があるため確かめられません。UTF-8で保存し直してください。"
    found = PLACE.search(told)
    line, column = (int(found[1]), int(found[2])) if found else (1, 0)
    before = islice(BytesIO(file), line - 1, line)  # the parser counts bytes
    letter = len(b"".join(before)[: max(column - 1, 0)].decode(errors="ignore")) + 1
    advice = "前後の括弧、引用符、コンマを確かめてください。"
    return f"{line}行目の{letter}文字目で、JSONとして読めないため確かめられません。{advice}"


def _examine(town: _Town, closely: bool = False) -> Report:
    report = Report()
    town.everyone_is_assigned(report)
    town.capacity_is_kept(report)
    for family in town.market["families"]:
        if closely or town.needs_a_closer_look(family["children"], family["wishes"]):
            town.visit(family, report)
    return report


class _Town:
    """Who is where, and who ranks how."""

    def __init__(self, market: dict[str, Any], assignment: dict[str, str | None]) -> None:
        self.market = market
        self.current = market.get("current", {})
        self.assignment = assignment
        self.priorities = market["priorities"]
        self.capacity = {slot["id"]: slot["capacity"] for slot in market["slots"]}
        self.seated: dict[str, list[str]] = {slot: [] for slot in self.capacity}
        for child, slot in (self.current | assignment).items():
            if slot in self.seated:
                self.seated[slot].append(child)
        self.shared: dict[str, list[tuple[str, int]]] = {}
        self.users: dict[str, dict[str, int]] = {}  # shared seats → weight of the slots that use them
        for item in market.get("shared", []):
            if item["id"] in self.capacity:
                raise ValueError(item["id"])
            self.capacity[item["id"]] = item["capacity"]
            self.users[item["id"]] = item["weights"]
            for slot, weight in item["weights"].items():
                self.shared.setdefault(slot, []).append((item["id"], weight))
        self.ranks: dict[str, dict[str, int]] = {}
        self.rows: dict[str, list[tuple[int, int]]] = {}
        # What the quick look asks: by child the slots that have a seat for it, and where shared seats end.
        self.open_to: dict[str, list[str]] = defaultdict(list)
        for slot in self.seated:
            for child in self._let_in(slot):
                self.open_to[child].append(slot)
        self.last_at_shared = {
            slot: {place: self._last_let_in(place, weight) for place, weight in used}
            for slot, used in self.shared.items()
        }

    def _let_in(self, slot: str) -> list[str]:
        """Those who are ranked high enough for a seat of the slot: down to the last who sits there, or all when
        it is not just full. KeyError when a child sits there that is not ranked."""
        ranking, seated = self.priorities.get(slot, []), self.seated[slot]
        # Who is at its own seat ranks before all, listed or not: nobody else's rank is measured by it.
        others = {child for child in seated if self.current.get(child) != slot}
        if unranked := others.difference(ranking):
            raise KeyError(min(unranked))
        if len(seated) != self.capacity[slot]:
            return ranking
        last = len(ranking)
        while last and ranking[last - 1] not in others:
            last -= 1
        return ranking[:last]

    def _last_let_in(self, place: str, weight: int) -> float:
        """The lowest rank that leaves `weight` seats of the resource free of those above; anybody: infinite."""
        room = self.capacity[place] - weight
        last: float = OWN_SEAT - 1
        for rank, taken in self.there(place):
            if room < 0:
                return last
            last, room = rank, room - taken
        return float("inf") if room >= 0 else last

    def there(self, place: str) -> list[tuple[int, int]]:
        """Rank and weight of those who are at the resource, best first."""
        if place not in self.rows:
            users = self.users.get(place, {place: 1})
            rows = [
                (self.rank_of(child, slot, place), users[slot])
                for slot in users
                for child in self.seated[slot]
            ]
            self.rows[place] = sorted(rows)
        return self.rows[place]

    def uses(self, slot: str) -> list[tuple[str, int]]:
        """The resources that a child in the slot uses, with the weight."""
        return [(slot, 1), *self.shared.get(slot, [])] if slot in self.shared else [(slot, 1)]

    def rank_of(self, child: str, slot: str, place: str) -> int:
        """The child's rank at the resource when it is in the slot. KeyError when it is not ranked there."""
        return OWN_SEAT if self.current.get(child) == slot else self.ranks_at(place)[child]

    def ranks_at(self, place: str) -> dict[str, int]:
        """The rank of each child that is listed at the resource."""
        if place not in self.ranks:
            self.ranks[place] = {child: index for index, child in enumerate(self.priorities[place])}
        return self.ranks[place]

    def everyone_is_assigned(self, report: Report) -> None:
        mine = set(chain.from_iterable(family["children"] for family in self.market["families"]))
        strangers: set[str] = set()
        if mine != self.assignment.keys():
            strangers = self.assignment.keys() - mine
            for child in sorted(mine - self.assignment.keys()):
                report.say(f"児童 {child}: 結果に載っていません。")
        for child in sorted(strangers):
            slot = self.assignment[child]
            if child not in self.current or slot != self.current[child]:
                report.say(f"児童 {child}: どの世帯にもいない児童に枠「{slot}」が割り当てられています。")
        unknown = set(self.assignment.values()) - self.seated.keys() - {None}
        for child, slot in self.assignment.items() if unknown else ():
            if slot in unknown:
                report.say(f"児童 {child}: 枠「{slot}」は選考のデータにありません。")
        report.placed = sum(slot is not None for slot in self.assignment.values())

    def capacity_is_kept(self, report: Report) -> None:
        for place, seats in self.capacity.items():
            users = self.users.get(place, {place: 1})
            taken = sum(len(self.seated[slot]) * weight for slot, weight in users.items())
            if taken > seats:
                report.say(f"枠 {place}: 定員{seats}に対して{taken}が割り当てられています。")

    def needs_a_closer_look(self, children: list[str], wishes: list[list[str | None]]) -> bool:
        """No only if the family holds a wish or its fallback, and in each better wish a child ranks too low for a
        slot where the family has nobody now: then there is no seat, whoever else of the family came along."""
        if len(children) == 1:
            return self._only_child_needs_a_closer_look(children[0], wishes)
        held = [self.assignment.get(child) for child in children]
        if held in wishes:
            wishes = wishes[: wishes.index(held)]
        elif held != [self.current.get(child) for child in children]:
            return True
        if any(len(wish) != len(children) for wish in wishes):
            return True
        hopes = [self._hopes(child, held) for child in children]
        return any(all(map(contains, hopes, wish)) for wish in wishes)

    def _hopes(self, child: str, held: list[str | None]) -> set[str | None]:
        """What the child might get: no seat, its own, one where the family (which holds `held`) has somebody, or
        one that it ranks high enough for."""
        open_to = [slot for slot in self.open_to.get(child, ()) if self._shares(child, slot, held)]
        return {None, self.current.get(child), *held, *open_to}

    def _shares(self, child: str, slot: str, held: list[str | None]) -> bool:
        """Does the child rank high enough for the seats that the slot shares, as far as the family (which holds
        `held`) has nobody there?"""
        if slot not in self.shared:
            return True
        ours = {place for mine in held if mine is not None for place, _ in self.uses(mine)}
        shared = self.last_at_shared[slot].items()
        return all(place in ours or self.ranks_at(place)[child] <= last for place, last in shared)

    def _only_child_needs_a_closer_look(self, child: str, wishes: list[list[str | None]]) -> bool:
        held, own = self.assignment.get(child), self.current.get(child)
        open_to = self.open_to.get(child, ())
        for (slot,) in wishes:
            if slot == held:
                return False
            if slot is None or slot == own or (slot in open_to and self._shares(child, slot, [held])):
                return True
        return held != own

    def visit(self, family: dict[str, Any], report: Report) -> None:
        """What the family holds is one of its wishes or its fallback; find its best blocking wish."""
        children, wishes = family["children"], family["wishes"]
        held = [self.assignment.get(child) for child in children]
        fallback = [self.current.get(child) for child in children]
        better = wishes.index(held) if held in wishes else len(wishes)
        if better == len(wishes) and held != fallback:
            report.say(f"世帯 {family['id']}: 希望にも今の在籍にもない組合せ {held} が割り当てられています。")
        for index in range(better):
            if self.blocks(children, wishes[index]):
                report.blocking[family["id"]] = index
                return
        if better == len(wishes) and held != fallback and self.blocks(children, fallback):
            report.say(f"世帯 {family['id']}: 今の席を失っています。")

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
        people = self.there(place)
        # A pair of one lies before every pair of that rank: who ranks the same is not above.
        above = people[: bisect_left(people, (worst,))]
        taken = sum(weight for _, weight in above) - self.ours_above(place, worst, children)
        return taken + own <= self.capacity[place]

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
    # To Python True is an int, and it is no bound.
    if type(bound) is not int or not 0 <= bound <= count:
        report.say(f"下限「{bound}」は0以上、不安定な世帯の数{count}以下のはずです。")
