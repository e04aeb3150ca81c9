"""Readings in a JSON file: a list of objects with the names of the table's columns (`engine.readings`), or one object a line."""

from __future__ import annotations

import json
from typing import Any

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.reading import Row

COLUMNS = ("id", "type", "attribute", "at", "value", "unit")
WHOLE = (
    '読めません。[{"id": "river-1", "type": "WaterLevelObserved", "attribute": "waterLevel", '
    '"at": "2026-04-01T09:00:00+09:00", "value": 1.2, "unit": "m"}] の形にしてください。'
)
MOST_TOLD = 200
_BLANK = " \t\r\n\ufeff"


def is_json(start: bytes) -> bool:
    """Whether a file that begins so is JSON and no table."""
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"[", b"{")


def rows(text: str, problems: list[Problem]) -> list[Row]:
    """The readings as rows with the line on which each begins. What is none is told by its line; where the text is no JSON any
    more, what stands above is kept and the rest is not read."""
    decoder = json.JSONDecoder(parse_constant=lambda word: word)
    at, line, counted = 0, 1, 0
    found: list[Row] = []
    at = _skip(text, 0, _BLANK)
    inside = text[at : at + 1] == "["
    at += inside
    between = _BLANK + "," if inside else _BLANK
    while True:
        at = _skip(text, at, between)
        line, counted = line + text.count("\n", counted, at), at
        if at >= len(text) or (inside and text[at] == "]"):
            if inside and (at >= len(text) or text[at + 1 :].strip(_BLANK)):
                problems.append(
                    Problem(
                        line,
                        "",
                        "最後の ] がないか、そのあとに何かあります。ファイルが途中で切れていないか確かめてください。",
                    )
                )
            return found
        try:
            one, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            problems.append(Problem(line, "", f"ここからJSONとして{WHOLE}"))
            return found
        if isinstance(one, dict):
            found.append(Row(line, {name: _cell(one.get(name)) for name in COLUMNS}))
        elif len(problems) < MOST_TOLD:
            problems.append(Problem(line, "", "{ } の形ではありません。測定値一つを { } に書いてください。"))


def _skip(text: str, at: int, letters: str) -> int:
    while at < len(text) and text[at] in letters:
        at += 1
    return at


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "真" if value else "偽"  # no number, and no word of a number
    return value if isinstance(value, str) else json.dumps(value)[:2_000]
