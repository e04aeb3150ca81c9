"""The rows of the chain as they stand in the database, whatever stands there.

SQLite lets anything stand in any column once somebody has the file, and Django raises on half of it: on text that is
no date, on JSON that is none, on bytes that are no UTF-8. Who verifies must live to tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime

from yakuba.kernel.audit.models import AuditEvent, ChainHead
from yakuba.kernel.tenancy import current_municipality

MOST = 2**63 - 1  # SQLite sorts text and bytes behind every number
_COLUMNS = ("municipality_id", "sequence", "actor_id", "name", "subject", "previous_hash", "hash")
_TYPES = {
    "sequence": (int, "番号"), "at": (datetime, "日時"), "name": (str, "出来事"), "subject": (str, "対象"),
    "details": (dict, "内容"), "previous_hash": (str, "前の鎖"), "hash": (str, "鎖"),
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A row of the chain. Where `broken` names a column (in Japanese), a value may be of any type or None."""

    municipality_id: Any
    sequence: Any
    actor_id: Any
    name: Any
    subject: Any
    previous_hash: Any
    hash: Any
    at: Any
    details: Any

    @property
    def broken(self) -> str:
        """The columns with a value that the program never writes, joined with 「・」."""
        columns = [word for name, (kind, word) in _TYPES.items() if type(getattr(self, name)) is not kind]
        return "・".join(columns)


@dataclass(frozen=True)
class End:
    """The row of `ChainHead`; `broken` where one of its numbers is none, or its hash no text."""

    sequence: Any = 0
    hash: Any = "0" * 64
    plain_until: Any = 0

    @property
    def broken(self) -> bool:
        kinds = zip((self.sequence, self.hash, self.plain_until), (int, str, int), strict=True)
        return any(type(value) is not kind for value, kind in kinds)


def links() -> Iterator[Link]:
    """The active municipality's rows in the order of their numbers; on SQLite those without a number lie around."""
    texts = (Cast("at", TextField()), Cast("details", TextField()))
    rows = AuditEvent.objects.order_by("sequence").values_list(*_COLUMNS, *texts)
    with any_text():
        for *columns, at, details in rows.iterator(chunk_size=1000):
            named = dict(zip(_COLUMNS, columns, strict=True))
            yield Link(**named, at=_instant(at), details=_object(details))


def end() -> End:
    """What the active municipality's `ChainHead` says."""
    rows = ChainHead.objects.filter(municipality=current_municipality())
    with any_text():
        row = rows.values_list("sequence", "hash", "plain_until").first()
    return End(*row) if row else End()


def last_number() -> int:
    """The highest number of a link; 0 where there is none."""
    numbers = AuditEvent.objects.filter(sequence__lte=MOST).order_by("-sequence")
    return int(numbers.values_list("sequence", flat=True).first() or 0)


def hash_at(sequence: int) -> str:
    """The hash of the link with this number; empty where there is none, or it is no text."""
    with any_text():
        found = AuditEvent.objects.filter(sequence=sequence).values_list("hash", flat=True).first()
    return found if isinstance(found, str) else ""


@contextmanager
def any_text() -> Iterator[None]:
    """Read text that is no UTF-8, too, as lone surrogates. Only SQLite can hold such."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    before = connection.connection.text_factory
    connection.connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        connection.connection.text_factory = before


def _instant(text: Any) -> datetime | None:
    try:
        moment = parse_datetime(text)
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _object(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
