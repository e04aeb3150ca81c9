"""Rows named by their numbers, any number of them: as one parameter of the query, where a database takes only so many."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL


def among(numbers: Iterable[int]) -> RawSQL:
    """For `pk__in=` and the like: these numbers, in no order."""
    wanted = list(numbers)
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [wanted])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(wanted)])
