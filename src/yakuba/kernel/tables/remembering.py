"""What a town's people chose for a kind of table, for the next file and for files that nobody looks at before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.tables.columns import Column, known, renaming
from yakuba.kernel.tables.models import ColumnChoice
from yakuba.kernel.tables.reading import headings_in


def remembered(kind: str) -> dict[str, str]:
    """Column → heading; empty before anybody chose."""
    row = ColumnChoice.objects.filter(kind=kind).first()
    return dict(row.columns) if row else {}


def remember(kind: str, chosen: Mapping[str, str], *, actor: Actor) -> None:
    """Keep it for the next file of the town."""
    if remembered(kind) == chosen:
        return
    ColumnChoice.objects.update_or_create(kind=kind, defaults={"columns": dict(chosen)})
    record("tables.columns_chosen", subject=f"table:{kind}", actor=actor)


def renaming_of(data: bytes | BinaryIO, kind: str, columns: Sequence[Column]) -> dict[str, str]:
    """What `reading.rows` is told of a file that nobody looks at: nothing is guessed."""
    headings = headings_in(data, [name for one in columns for name in one.names], [])
    return renaming(headings, columns, known(headings, columns, remembered(kind)))
