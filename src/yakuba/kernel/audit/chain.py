"""Writing and verifying the chain of the active municipality.

A link's hash is HMAC-SHA256, under a key derived from the installation's key, over the canonical JSON of its content,
its number and the hash before it: who can write the database but has no key can change, remove, insert and recompute
nothing that would not show. What they can do is cut off the end; that shows at the head kept apart (`head`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit import head as kept_apart
from yakuba.kernel.audit import raw
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.models import AuditEvent, ChainHead
from yakuba.kernel.privacy.encryption import key_for
from yakuba.kernel.registry import audit_sentences
from yakuba.kernel.tenancy import current_municipality

KEYED = "audit.chain_keyed"
COMPARE = "控えと照合してください。"


def record(name: str, *, subject: str = "", actor: Actor = None, **details: Any) -> AuditEvent:
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
        # After the commit: an event that is rolled back was never there. Nothing of it may stop the work.
        # A lambda: Django logs a failure by its __qualname__, which a partial lacks.
        transaction.on_commit(lambda: kept_apart.follow(event), robust=True)
    return event


def link_hash(event: AuditEvent | raw.Link) -> str:
    """The hash that `event` must carry."""
    key = key_for(f"audit:{current_municipality().code}")
    return hmac.new(key, _content(event), hashlib.sha256).hexdigest()


def verify() -> tuple[int, list[str]]:
    """Check the active municipality's chain in the database. Returns how many links it has and what is wrong, in
    Japanese, whatever stands in its columns. Whether its end is there, `head.problems` knows."""
    end = raw.end()
    problems: list[str] = []
    if end.broken:
        problems.append(f"鎖の頭（audit_chainhead）の値が壊れています。{COMPARE}")
        end = raw.End(end.sequence, end.hash, 0)
    previous, count = "0" * 64, 0
    sealed = not end.plain_until
    for link in raw.links():
        if type(link.sequence) is not int:
            problems.append(f"番号が数でない記録があります（{_shown(link.name)}）。{COMPARE}")
            continue
        count += 1
        if link.sequence != count:
            problems.append(f"{count}番の記録がありません（次にあるのは{link.sequence}番）。{COMPARE}")
            count = link.sequence
        if link.broken:
            problems.append(
                f"{count}番の記録が書き換えられています（{link.broken}の値が壊れています）。{COMPARE}"
            )
        elif link.previous_hash != previous or not _is_whole(link, link.sequence <= end.plain_until):
            problems.append(f"{count}番の記録が書き換えられています（{_shown(link.name)}）。{COMPARE}")
        elif count == end.plain_until + 1:
            sealed = sealed or (link.name == KEYED and link.details.get("links") == end.plain_until)
        previous = link.hash
    if not sealed:
        problems.append(_unsealed(end))
    if (end.sequence, end.hash) != (count, previous):
        problems.append(f"最後の記録が失われています（{_shown(end.sequence)}番まであるはずです）。{COMPARE}")
    return count, problems


def seal_plain_chain() -> list[str]:
    """Bind the links of a version without a key to a keyed one, once. Gives what was wrong with them, or why it is
    not done: where a head is kept apart, the chain had a key already and has lost it since."""
    end = raw.end()
    if end.broken or not end.plain_until or end.plain_until != end.sequence:
        return []
    if kept_apart.is_kept():
        return [f"鍵のあった監査記録が、鍵のないもの（{end.sequence}件）に置き換わっています。{COMPARE}"]
    problems = [one for one in verify()[1] if one != _unsealed(end)]
    record(KEYED, links=end.plain_until, problems=len(problems))
    return problems


def _unsealed(end: raw.End) -> str:
    return (
        f"{end.plain_until}番までの記録に鍵がありません。yakuba prepare を実行してください。"
        "実行しても消えないときは、書き換えられています。"
    )


def _is_whole(link: raw.Link, plain: bool) -> bool:
    try:
        wanted = _plain_hash(link) if plain else link_hash(link)
    except (TypeError, ValueError, RecursionError):  # the program could not have written it
        return False
    return hmac.compare_digest(link.hash.encode("utf-8", "surrogatepass"), wanted.encode())


def _shown(value: Any) -> str:
    """A value of unknown type, fit for a terminal."""
    return str(value).encode("utf-8", "replace").decode()[:80]


def _plain_hash(event: AuditEvent | raw.Link) -> str:
    return hashlib.sha256(_content(event)).hexdigest()


def _content(event: AuditEvent | raw.Link) -> bytes:
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
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
