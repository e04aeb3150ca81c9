"""Writes the market file; `market_file` reads it, and knows its form."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from yakuba.services.nursery.contracts import Market


def dump(market: Market) -> bytes:
    """The market as a file: one line for each slot, family, seat and ranking."""
    slots = [{"id": slot, "capacity": seats} for slot, seats in market.capacity.items()]
    columns = zip(market.family_ids, market.children, market.wishes, strict=True)
    families = [{"id": i, "children": c, "wishes": w} for i, c, w in columns]
    shared = [asdict(item) for item in market.shared]
    parts = {
        "slots": _lines(slots),
        "families": _lines(families),
        "current": _pairs(dict(market.current)),
        "priorities": _pairs(dict(market.priorities)),
        "shared": _lines(shared),
    }
    return ("{\n" + ",\n".join(f'"{key}": {text}' for key, text in parts.items()) + "\n}\n").encode()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(rows: list[dict[str, Any]]) -> str:
    return "[" + ",\n".join(_text(row) for row in rows) + "]"


def _pairs(rows: dict[str, Any]) -> str:
    return "{" + ",\n".join(f"{_text(key)}: {_text(value)}" for key, value in rows.items()) + "}"
