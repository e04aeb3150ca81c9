"""One of everything that the transfers' addresses name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.reading import Move


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """A table that is looked at."""
    move = Move(clerk.username, department=known["secret_word"])
    row = Transfers.objects.create(day=timezone.localdate(), moves=[move.stored()], planned_by=clerk)
    return {"transfers_id": row.pk}
