"""Parts of a long answer, and the links to the parts before and behind (ETSI GS CIM 009, 5.5.9, 6.3.10; RFC 8288)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from yakuba.services.cityhub.engine.finding import Results, find
from yakuba.services.cityhub.engine.requests import Request, Wanted
from yakuba.services.cityhub.engine.space import Space

LD_JSON = "application/ld+json"
COUNT = "NGSILD-Results-Count"
Headers = tuple[tuple[str, str], ...]
One = TypeVar("One")


def found_part(space: Space, wanted: Wanted) -> tuple[Results, bool]:
    """The wanted part, and whether there is more behind it."""
    if wanted.limit == 0:
        results = find(space, wanted)
        return results, bool(results.total and results.total > wanted.offset)
    results = find(space, replace(wanted, limit=wanted.limit + 1))
    more = len(results.entities) > wanted.limit
    return Results(results.entities[: wanted.limit], results.total), more


def part_of(listed: Sequence[One], limit: int, offset: int) -> tuple[Sequence[One], bool]:
    """The same of a list that is at hand."""
    return listed[offset : offset + limit], len(listed) > offset + limit


def headers_of(request: Request, limit: int, offset: int, more: bool, total: int | None = None) -> Headers:
    """Links to the next and the previous part, and the count where it was asked for."""
    found: list[tuple[str, str]] = []
    if limit and more:
        found.append(_link(request, "next", limit, offset + limit))
    if limit and offset:
        before = max(0, offset - limit)
        found.append(_link(request, "prev", min(limit, offset - before), before))
    if total is not None:
        found.append((COUNT, str(total)))
    return tuple(found)


def _link(request: Request, relation: str, limit: int, offset: int) -> tuple[str, str]:
    query: dict[str, Any] = request.query | {"limit": str(limit), "offset": str(offset)}
    address = f"{quote(request.path)}?{urlencode(query)}"
    return "Link", f'<{address}>; rel="{relation}"; type="{LD_JSON}"'
