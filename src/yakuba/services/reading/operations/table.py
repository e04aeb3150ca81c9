"""The room's table of operations, and how an operation finds what was named by its number."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from yakuba.kernel.operations import Operations
from yakuba.kernel.refusals import Missing

OPERATIONS = Operations("reading")
Row = TypeVar("Row", bound=Model)


def one(rows: QuerySet[Row], number: int, what: str, look: str) -> Row:
    """The row. Raises Missing: `look` is where numbers of what it is stand."""
    found = rows.filter(pk=number).first()
    if found is None:
        raise Missing(f"番号 {number} の{what}はありません。{look}で番号を確かめてください。")
    return found
