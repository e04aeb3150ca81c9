"""Small rounds drawn by chance, prepared by hand (without a rule file), with feasible results of any quality."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

from yakuba.services.nursery.contracts import (
    Applications,
    Child,
    ChildIndex,
    Facility,
    Household,
    Key,
    Market,
    Matching,
    NotEligible,
    PointLine,
    Selection,
    SharedSeats,
    Slot,
    Standing,
    Status,
)

RESERVED = "医療的ケア児"


@dataclass
class Draft:
    """A round under construction."""

    chance: random.Random
    vacancies: dict[str, int] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    households: list[Household] = field(default_factory=list)
    ages: dict[str, int] = field(default_factory=dict)
    indices: dict[str, ChildIndex] = field(default_factory=dict)
    refused: list[NotEligible] = field(default_factory=list)
    medical: set[str] = field(default_factory=set)


def draw(seed: int, *, families: int = 6, facilities: int = 3, ages: int = 2) -> Selection:
    """A round with siblings, transfers, reserved seats, seats shared by ages and children who are not eligible."""
    draft = Draft(random.Random(seed))
    for facility, age in product("ABCDEFGH"[:facilities], range(ages)):
        _slot(draft, Slot(f"{facility}-{age}", facility, age), draft.chance.randint(0, 3))
    _slot(draft, Slot(f"A-0*{RESERVED}", "A", 0, RESERVED), draft.chance.randint(0, 1))
    for number in range(families):
        _household(draft, number, facilities, ages)
    return _selection(draft, facilities)


def _slot(draft: Draft, slot: Slot, seats: int) -> None:
    draft.slots[slot.id] = slot
    draft.vacancies[slot.id] = seats


def _household(draft: Draft, number: int, facilities: int, ages: int) -> None:
    chance = draft.chance
    everywhere = "ABCDEFGH"[:facilities]
    children = []
    for which in range(chance.choice((1, 1, 1, 2, 2, 3))):
        wishes = tuple(chance.sample(everywhere, chance.randint(1, facilities)))
        current = chance.choice(everywhere) if chance.random() < 0.2 else None
        child = Child(f"{number}{which}", f"氏名{number}{which}", date(2024, 5, 1 + which), wishes, current)
        child = replace(child, wants_hold=chance.random() < 0.1)
        children.append(child)
        draft.ages[child.id] = chance.randrange(ages)
        points = (PointLine("basic", "就労", 10 + chance.randrange(3), "週5日"),)
        near = {everywhere[0]: (PointLine("facility", "近い", 1, ""),)} if chance.random() < 0.3 else {}
        keys = (
            Key("所得", chance.randrange(2), "所得の区分"),
            Key("抽選", f"{chance.random():.9f}", "抽選番号"),
        )
        draft.indices[child.id] = ChildIndex(child.id, draft.ages[child.id], points, near, keys)
        if chance.random() < 0.1:
            draft.refused.append(NotEligible(child.id, chance.choice(wishes), "居住地が対象外です。"))
        if chance.random() < 0.3:
            draft.medical.add(child.id)
        if current:
            draft.vacancies[f"{current}-{draft.ages[child.id]}"] += 1
    draft.households.append(Household(f"f{number}", tuple(children)))


def _selection(draft: Draft, facilities: int) -> Selection:
    barred = {(item.child, item.facility) for item in draft.refused}
    options: dict[str, list[tuple[int, str]]] = {}
    standings: dict[str, list[Standing]] = {slot: [] for slot in draft.slots}
    for household in draft.households:
        for child in household.children:
            options[child.id] = []
            for number, facility in enumerate(child.wishes):
                for slot in draft.slots.values():
                    fits = slot.facility == facility and slot.age == draft.ages[child.id]
                    if not fits or (child.id, facility) in barred:
                        continue
                    if slot.reserved and child.id not in draft.medical:
                        continue
                    options[child.id].append((number, slot.id))
                    if child.current and slot.id == f"{child.current}-{slot.age}":
                        continue
                    index = draft.indices[child.id]
                    standings[slot.id].append(
                        Standing(child.id, int(child.wants_hold), index.at(facility), index.keys)
                    )
    for rows in standings.values():
        rows.sort(key=order)
    current = {
        child.id: f"{child.current}-{draft.ages[child.id]}"
        for household in draft.households
        for child in household.children
        if child.current
    }
    selection = Selection(
        Applications(
            [Facility(name, f"{name}保育園", {}) for name in "ABCDEFGH"[:facilities]],
            draft.households,
            date(2027, 4, 1),
        ),
        Market(
            draft.vacancies,
            [household.id for household in draft.households],
            [[child.id for child in household.children] for household in draft.households],
            [_joint(draft.chance, household, options) for household in draft.households],
            current,
            {},
            _shared(draft, current),
        ),
        draft.slots,
        draft.indices,
        standings,
        tuple(draft.refused),
    )
    return ranked(selection)


def order(standing: Standing) -> tuple:
    return (standing.group, -standing.index, *(key.order for key in standing.keys))


def ranked(selection: Selection) -> Selection:
    """The same with priorities as the standings say."""
    priorities = {slot: [item.child for item in rows] for slot, rows in selection.standings.items()}
    for item in selection.market.shared:
        everyone = {row.child: row for slot in item.weights for row in selection.standings[slot]}
        for child, slot in selection.market.current.items():
            if slot in item.weights and child not in everyone:
                index = selection.indices[child]
                everyone[child] = Standing(child, 0, index.total, index.keys)
        priorities[item.id] = [row.child for row in sorted(everyone.values(), key=order)]
    return replace(selection, market=replace(selection.market, priorities=priorities))


def _joint(chance: random.Random, household: Household, options) -> list[list[str | None]]:
    """All combinations of the children's options and nothing, by sum of wish numbers, some left out."""
    mine = [[*options[child.id], (5, None)] for child in household.children]
    rows = sorted(product(*mine), key=lambda row: (sum(number for number, _ in row), str(row)))
    wishes = [[slot for _, slot in row] for row in rows if any(slot for _, slot in row)]
    if len(household.children) > 1:
        keep = chance.random()
        wishes = [wish for wish in wishes if chance.random() < keep][:20]
        if chance.random() < 0.3:
            wishes = [wish for wish in wishes if None not in wish]
    return wishes


def _shared(draft: Draft, current) -> list[SharedSeats]:
    """Both ages of facility B share seats, age 0 taking two: not always."""
    if draft.chance.random() < 0.5:
        return []
    weights = {"B-0": 2, "B-1": 1}
    taken = sum(weights.get(slot, 0) for slot in current.values())
    return [SharedSeats("B-*", taken + draft.chance.randint(0, 4), weights)]


def some_matching(selection: Selection, seed: int, share: float = 0.9) -> Matching:
    """A feasible result: everyone keeps the seat of now, then family after family takes its first wish that fits,
    passing some over by chance."""
    chance = random.Random(seed)
    market = selection.market
    held = dict.fromkeys(selection.indices) | dict(market.current)
    families = list(zip(market.children, market.wishes, strict=True))
    chance.shuffle(families)
    for children, wishes in families:
        for wish in wishes:
            after = held | dict(zip(children, wish, strict=True))
            if feasible(market, after) and chance.random() < share:
                held = after
                break
    return Matching(held, Status.NOT_PROVEN, (), 0)


def feasible(market: Market, held) -> bool:
    """Nowhere are more children than fit in."""
    taken = dict.fromkeys(market.capacity, 0)
    for slot in held.values():
        if slot is not None:
            taken[slot] += 1
    full = all(taken[slot] <= seats for slot, seats in market.capacity.items())
    return full and all(
        sum(taken[slot] * weight for slot, weight in item.weights.items()) <= item.capacity
        for item in market.shared
    )
