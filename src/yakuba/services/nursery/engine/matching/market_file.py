"""The market file: JSON, read fast; a file with faults is refused with the line and the reason of each.

    {"slots": [{"id": "A-1", "capacity": 5}],
     "families": [{"id": "f1", "children": ["c1", "c2"], "wishes": [["A-1", "B-0"], ["A-1", null]]}],
     "current": {"c9": "A-1"},
     "priorities": {"A-1": ["c3", "c1"]},
     "shared": [{"id": "A-3to5", "capacity": 30, "weights": {"A-3": 1, "A-4": 1}}]}

`current` and `shared` may be left out; other keys are ignored.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import numpy as np
from pydantic_core import from_json

from yakuba.services.nursery.contracts import Market, MarketRefused, Problem, SharedSeats
from yakuba.services.nursery.engine.garbage import uncollected
from yakuba.services.nursery.engine.matching.arrays import Arrays, Unsound, build
from yakuba.services.nursery.engine.matching.market_faults import find
from yakuba.services.nursery.engine.matching.market_writing import dump

QUOTE, COLON = ord('"'), ord(":")
LISTS_OF_IDS = frozenset({"children", "wishes"})


def read(data: bytes) -> tuple[Market, Arrays]:
    """The market in a file's bytes, and its arrays. Raises MarketRefused with every fault, by line."""
    data = data.removeprefix(BOM_UTF8)
    try:
        with uncollected():
            raw = from_json(data, allow_inf_nan=False, cache_strings="all")
            if _members(raw) != _colons(data):  # the parser keeps the last of two equal keys without a word
                raise Unsound("a key twice")
            market = _market(raw)
            return market, build(market)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        unexplained = error
    faults = find(data)
    if not faults:
        reason = f"内容に矛盾がありますが、場所を特定できません（{unexplained}）。"
        faults = [Problem(0, "", reason)]
    raise MarketRefused(faults)


def checked(market: Market) -> Arrays:
    """The arrays of a market made by a program. Raises MarketRefused with every fault (line 0)."""
    try:
        return build(market)
    except Unsound as error:
        faults = [Problem(0, item.place, item.reason) for item in find(dump(market))]
        raise MarketRefused(faults or [Problem(0, "", f"内容に矛盾があります（{error}）。")]) from error


def _market(raw: Any) -> Market:
    slots, families = raw["slots"], raw["families"]
    capacity = {slot["id"]: slot["capacity"] for slot in slots}
    if len(capacity) != len(slots):
        raise Unsound("a slot twice")
    if any("" in ranking for ranking in raw["priorities"].values()):
        raise Unsound("a child without a name")
    shared = tuple(
        SharedSeats(item["id"], item["capacity"], dict(item["weights"])) for item in raw.get("shared", ())
    )
    return Market(
        capacity=capacity,
        family_ids=[family["id"] for family in families],
        children=[family["children"] for family in families],
        wishes=[family["wishes"] for family in families],
        current=dict(raw.get("current", {})),
        priorities=dict(raw["priorities"]),
        shared=shared,
    )


def _members(value: Any) -> int:
    """How many keys the objects of a parsed market have together; lists of ids cannot hold objects."""
    count, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            count += len(item)
            for key, child in item.items():
                if key == "priorities" and isinstance(child, dict):
                    count += len(child)
                elif key not in LISTS_OF_IDS and type(child) in (dict, list):
                    waiting.append(child)
        else:
            waiting.extend(child for child in item if type(child) in (dict, list))
    return count


def _colons(data: bytes) -> int:
    """How many colons stand outside strings: more than there are keys means that a key came twice."""
    text = np.frombuffer(data, np.uint8)
    if b"\\" in data:
        text = np.frombuffer(_without_escapes(data), np.uint8)
    marks = text[(text == QUOTE) | (text == COLON)]
    inside = np.cumsum(marks == QUOTE) % 2 == 1
    return int(np.count_nonzero((marks == COLON) & ~inside))


def _without_escapes(data: bytes) -> bytes:
    return data.replace(b"\\\\", b"").replace(b'\\"', b"")
