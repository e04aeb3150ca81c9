"""One object of every kind that an address under /support/ names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.support.models import SupportGrant


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """What the clerk has let somebody see; it has ended, so that no page has the line of it."""
    now = timezone.now()
    row = SupportGrant.objects.create(
        operator=clerk, reason=known["secret_word"], granted_by=clerk, until=now - timedelta(days=1)
    )
    return {"grant_id": row.pk}
