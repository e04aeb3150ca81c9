"""One of everything that the addresses name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.retention.models import Shredding


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """An erasure that waits for approval."""
    row = Shredding.objects.create(
        unit="example", label=known["secret_word"], reason="見本", proposed_by=clerk
    )
    return {"shredding_id": row.pk}
