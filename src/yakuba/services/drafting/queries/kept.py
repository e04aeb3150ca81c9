"""Texts that the person kept."""

from __future__ import annotations

from django.db.models import QuerySet

from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Missing
from yakuba.services.drafting.models import KeptText


def of(user: User) -> QuerySet[KeptText]:
    """The person's own, the newest first."""
    return KeptText.objects.filter(kept_by=user).order_by("-kept_at", "-pk")


def one(user: User, kept_id: int) -> KeptText:
    """The person's own; another's is not there. Raises Missing."""
    found: KeptText | None = KeptText.objects.filter(kept_by=user, pk=kept_id).first()
    if found is None:
        raise Missing("その文は残っていません。")
    return found
