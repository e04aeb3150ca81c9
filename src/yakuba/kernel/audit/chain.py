"""Writing and verifying the chain. A link's hash is SHA-256 over the canonical JSON of its content together
with the hash before it, so a changed, removed or inserted event breaks every later link."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent, ChainHead
from yakuba.kernel.registry import audit_sentences
from yakuba.kernel.tenancy import current_municipality


def record(name: str, *, subject: str = "", actor: Any = None, **details: Any) -> AuditEvent:
    """Add an event for the active municipality, in the caller's transaction.

    `details` must be JSON and free of secrets and personal values; `subject` names the thing, e.g. `case:12`.
    Raises LookupError for a name that no manifest declares.
    """
    if name not in audit_sentences():
        raise LookupError(f"no manifest declares the audit event {name!r}")
    municipality = current_municipality()
    with transaction.atomic():
        ChainHead.objects.get_or_create(municipality=municipality)
        head = ChainHead.objects.select_for_update().get(municipality=municipality)
        event = AuditEvent(
            municipality=municipality,
            sequence=head.sequence + 1,
            at=timezone.now(),
            actor=actor if getattr(actor, "pk", None) else None,
            name=name,
            subject=subject,
            details=details,
            previous_hash=head.hash,
        )
        event.hash = link_hash(event)
        event.save()
        head.sequence, head.hash = event.sequence, event.hash
        head.save()
    return event


def link_hash(event: AuditEvent) -> str:
    """The hash that `event` must carry."""
    content = [
        event.municipality_id,
        event.sequence,
        _instant(event.at),
        event.actor_id,
        event.name,
        event.subject,
        event.details,
        event.previous_hash,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> tuple[int, list[str]]:
    """Check the active municipality's chain. Returns how many links it has and what is wrong, in Japanese."""
    problems: list[str] = []
    previous, count = "0" * 64, 0
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=1000):
        count += 1
        if event.sequence != count:
            problems.append(
                f"{count}番の記録がありません（次にあるのは{event.sequence}番）。控えと照合してください。"
            )
            count = event.sequence
        if event.previous_hash != previous or event.hash != link_hash(event):
            problems.append(
                f"{event.sequence}番の記録が書き換えられています（{event.name}）。控えと照合してください。"
            )
        previous = event.hash
    head = ChainHead.objects.filter(municipality=current_municipality()).first()
    if head is not None and (head.sequence, head.hash) != (count, previous):
        problems.append(f"最後の記録が失われています（{head.sequence}番まであるはずです）。")
    return count, problems


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
