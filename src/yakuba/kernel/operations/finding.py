"""What an operation is asked about by its number."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from yakuba.kernel.refusals import Missing

Row = TypeVar("Row", bound=Model)


def one(rows: QuerySet[Row], number: int) -> Row:
    """The row of that number. Raises Missing with what it would be."""
    found = rows.filter(pk=number).first()
    if found is None:
        raise Missing(f"{rows.model._meta.verbose_name} {number} はありません。番号を確かめてください。")
    return found
