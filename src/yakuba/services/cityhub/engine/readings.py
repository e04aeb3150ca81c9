"""Readings in a table (CSV, Excel): one a line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import require_identifier
from yakuba.services.cityhub.engine.moments import read_moment

AHEAD = 600.0  # seconds that a clock may be ahead
REQUIRED = ("id", "type", "attribute", "at", "value")


@dataclass(frozen=True)
class GivenReading:
    """One reading of a table. at: seconds since 1970 UTC."""

    entity_id: str
    entity_type: str
    attribute: str
    at: float
    number: float
    unit: str


def read(rows: Iterable[Row], now: float) -> tuple[list[GivenReading], list[Problem]]:
    """The readings, and what does not fit by line."""
    found: list[GivenReading] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            found.append(_reading(row, now))
        except BadRow as error:
            problems.append(Problem(row.line, "", str(error)))
    return found, problems


def _reading(row: Row, now: float) -> GivenReading:
    names = []
    for column in ("id", "type", "attribute"):
        try:
            names.append(require_identifier(row.get(column), column))
        except NgsiError as error:
            raise BadRow(error.description) from None
    text = row.get("at").strip().replace("/", "-").replace(" ", "T", 1)
    moment = read_moment(text)
    if moment is None:
        raise BadRow(
            f"at「{row.get('at')}」を日時として読めません。2026-04-01T09:00:00+09:00 のように書いてください。"
        )
    if not now - 100 * 366 * 86_400 <= moment <= now + AHEAD:
        raise BadRow(f"at「{row.get('at')}」は、ずっと先か、ずっと前の日時です。時計を確かめてください。")
    try:
        number = float(row.get("value"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadRow(f"value「{row.get('value')}」は数ではありません。")
    entity_id, entity_type, attribute = names
    return GivenReading(entity_id, entity_type, attribute, moment, number, (row.get("unit") or "")[:40])
