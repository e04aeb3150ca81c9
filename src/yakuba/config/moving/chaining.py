"""The audit record of a municipality that is taken in: linked anew under this installation's key, and proved."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.audit import head as kept_apart
from yakuba.kernel.audit.chain import link_hash, verify
from yakuba.kernel.audit.models import AuditEvent, ChainHead
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy.models import Municipality


class Chain:
    """Links the events as they come in, in the order of their numbers."""

    def __init__(self, town: Municipality) -> None:
        self._town, self._number, self._hash = town, 0, "0" * 64
        self._last: AuditEvent | None = None

    def link(self, rows: list[models.Model]) -> None:
        """Give the events among the rows their hashes. Raises ValueError where one is missing."""
        for row in rows:
            if isinstance(row, ChainHead):
                row.plain_until = 0  # from here on all have the key
                continue
            if not isinstance(row, AuditEvent):
                continue
            if row.sequence != self._number + 1:
                raise ValueError("an event is missing")
            row.previous_hash = self._hash
            row.hash = link_hash(row)
            self._number, self._hash, self._last = row.sequence, row.hash, row

    def close(self) -> None:
        """The end of the record, in the database and apart from it."""
        ChainHead.objects.filter(municipality=self._town).update(sequence=self._number, hash=self._hash)
        if self._last is not None:
            self._last.municipality = self._town
            kept_apart.follow(self._last)


def require_whole() -> None:
    """Raises Invalid where the active municipality's record does not hold together."""
    problems = [*verify()[1], *kept_apart.problems()]
    if problems:
        raise Invalid(f"取り込んだ監査記録がつながりません。{problems[0]}")
