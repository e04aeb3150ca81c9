"""One object of every kind that an address under /signin/ names."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import SignedIn, User


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A session of the clerk."""
    row = SignedIn.objects.create(user=clerk, digest=known["secret_word"], seen_at=timezone.now())
    return {"session_id": row.pk}
