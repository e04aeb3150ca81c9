"""Texts that a person keeps."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.services.drafting.contracts import TextClass
from yakuba.services.drafting.models import KeptText
from yakuba.services.drafting.queries import kept


@transaction.atomic
def keep(title: str, text: str, text_class: TextClass, *, actor: User) -> KeptText:
    """Keep a text for the person alone."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "題のない文")
    row: KeptText = KeptText.objects.create(
        title=(title.strip() or first)[:100], text=text, text_class=text_class, kept_by=actor
    )
    record("drafting.kept", subject=f"kept:{row.pk}", actor=actor, characters=len(text))
    return row


@transaction.atomic
def remove(kept_id: int, *, actor: User) -> None:
    """Forget a text that the person kept. Raises Missing."""
    row = kept.one(actor, kept_id)
    record("drafting.forgotten", subject=f"kept:{row.pk}", actor=actor)
    row.delete()
