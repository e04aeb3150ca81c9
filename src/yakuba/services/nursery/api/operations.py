"""The router that the modules beside this one add their operations to, and what these share."""

from __future__ import annotations

from typing import Any

from ninja import Router, Schema

from yakuba.kernel.refusals import Invalid

router = Router(tags=["nursery"])
LARGEST_PAGE = 500


class ProblemOut(Schema):
    """One fault: line of the file (0: none), where, and what to do, in Japanese."""

    line: int
    place: str
    reason: str


def part(rows: Any, limit: int, offset: int) -> Any:
    """At most 500 rows from `offset` on. Raises Invalid."""
    if not (1 <= limit <= LARGEST_PAGE and offset >= 0):
        raise Invalid(f"limit は1～{LARGEST_PAGE}、offset は0以上です。")
    return rows[offset : offset + limit]
