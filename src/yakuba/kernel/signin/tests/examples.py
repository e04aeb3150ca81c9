"""One object of every kind that an address under /signin/ names."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.actions import save_staff
from yakuba.kernel.accounts.models import SignedIn, User
from yakuba.kernel.signin import inviting
from yakuba.kernel.signin.models import Passkey


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A session and a passkey of the clerk, and somebody who was invited."""
    row = SignedIn.objects.create(user=clerk, digest=known["secret_word"], seen_at=timezone.now())
    invited = save_staff(f"invited-{clerk.pk}", name="招かれた職員")
    key = Passkey.objects.create(
        user=clerk, name=known["secret_word"], key=f"key-{clerk.pk}", public_key=b"-"
    )
    return {
        "town_code": clerk.municipality.code,
        "passkey_id": key.pk,
        "session_id": row.pk,
        "invitation_code": inviting.invite(invited, actor=clerk),
    }
