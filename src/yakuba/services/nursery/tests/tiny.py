"""Tiny markets drawn by hypothesis."""

from __future__ import annotations

import json

from hypothesis import strategies as st

SLOTS = ("A", "B", "C")


@st.composite
def markets(draw, *, siblings=True, transfers=True, shared=False, most_families=5):
    """A sound market as parsed from its file. Priorities are strict and differ by slot."""
    slots = list(SLOTS[: draw(st.integers(1, 3))])
    families, current, count = [], {}, 0
    for number in range(draw(st.integers(1, most_families))):
        width = draw(st.sampled_from([1, 1, 2, 2, 3])) if siblings else 1
        children = [f"c{count + index}" for index in range(width)]
        count += width
        entry = st.sampled_from([*slots, None] if siblings else slots)
        wish = st.lists(entry, min_size=width, max_size=width)
        wishes = draw(st.lists(wish, max_size=4, unique_by=tuple))
        families.append({"id": f"f{number}", "children": children, "wishes": wishes})
        if transfers:
            for child in children:
                if draw(st.integers(0, 3)) == 0:
                    current[child] = draw(st.sampled_from(slots))
    if transfers and draw(st.booleans()):
        current["x"] = draw(st.sampled_from(slots))
    everyone = [f"c{index}" for index in range(count)]
    priorities = {slot: draw(st.permutations(everyone)) for slot in slots}
    load = {slot: list(current.values()).count(slot) for slot in slots}
    capacity = {slot: load[slot] + draw(st.integers(0, 2)) for slot in slots}
    market = {
        "slots": [{"id": slot, "capacity": capacity[slot]} for slot in slots],
        "families": families,
        "current": current,
        "priorities": priorities,
    }
    if shared and len(slots) > 1:
        weights = {slot: draw(st.integers(1, 2)) for slot in slots[:2]}
        taken = sum(load[slot] * weight for slot, weight in weights.items())
        market["shared"] = [{"id": "S", "capacity": taken + draw(st.integers(0, 3)), "weights": weights}]
        market["priorities"]["S"] = draw(st.permutations(everyone))
    return market


def as_file(market) -> bytes:
    return json.dumps(market).encode()


def shuffled(market, chance):
    """The same market in another order of everything whose order says nothing."""
    families = []
    for family in chance.sample(market["families"], len(market["families"])):
        order = chance.sample(range(len(family["children"])), len(family["children"]))
        families.append(
            {
                "id": family["id"],
                "children": [family["children"][index] for index in order],
                "wishes": [[wish[index] for index in order] for wish in family["wishes"]],
            }
        )
    keys = chance.sample(sorted(market["priorities"]), len(market["priorities"]))
    seats = chance.sample(sorted(market["current"]), len(market["current"]))
    return market | {
        "slots": chance.sample(market["slots"], len(market["slots"])),
        "families": families,
        "current": {child: market["current"][child] for child in seats},
        "priorities": {slot: market["priorities"][slot] for slot in keys},
    }


def crowded(chance):
    """A sound market drawn at once, with few seats and many siblings: often without a stable matching."""
    slots = list(SLOTS[: chance.randint(2, 3)])
    families, current, count = [], {}, 0
    for number in range(chance.randint(3, 5)):
        width = chance.choice([1, 1, 2, 2, 2])
        children = [f"c{count + index}" for index in range(width)]
        count += width
        rows = {tuple(chance.choice([*slots, None]) for _ in children) for _ in range(chance.randint(1, 4))}
        wishes = [list(row) for row in sorted(rows, key=str)]
        chance.shuffle(wishes)
        families.append({"id": f"f{number}", "children": children, "wishes": wishes})
        for child in children:
            if chance.random() < 0.15:
                current[child] = chance.choice(slots)
    if chance.random() < 0.2:
        current["x"] = chance.choice(slots)
    everyone = [f"c{index}" for index in range(count)]
    load = {slot: list(current.values()).count(slot) for slot in slots}
    capacity = {slot: load[slot] + chance.choice([0, 1, 1, 1, 2]) for slot in slots}
    market = {
        "slots": [{"id": slot, "capacity": capacity[slot]} for slot in slots],
        "families": families,
        "current": current,
        "priorities": {slot: chance.sample(everyone, count) for slot in slots},
    }
    if chance.random() < 0.4:
        weights = {slot: chance.randint(1, 2) for slot in slots[:2]}
        taken = sum(load[slot] * weight for slot, weight in weights.items())
        market["shared"] = [{"id": "S", "capacity": taken + chance.randint(0, 3), "weights": weights}]
        market["priorities"]["S"] = chance.sample(everyone, count)
    return market
