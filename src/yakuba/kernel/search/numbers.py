"""Keys of a source whose entries are rows with a number: in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

AT_ONCE = 500


def keys(rows: QuerySet[Any], after: str) -> Iterator[str]:
    """The numbers of the rows behind that one, all for "": a source's `keys`."""
    found = rows.filter(pk__gt=int(after or 0)).order_by("pk").values_list("pk", flat=True)
    return map(str, found.iterator(chunk_size=AT_ONCE))


def numbers(keys: Iterable[str]) -> list[int]:
    """The numbers again, for a source's `entries`; what is none is left out."""
    return [int(key) for key in keys if key.isascii() and key.isdecimal()]
