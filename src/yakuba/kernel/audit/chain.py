"""Writing and verifying the chain of the active municipality.

A link's hash is HMAC-SHA256, under the municipality's key for its record, over the canonical JSON of its content,
its number and the hash before it: who can write the database but has no key can change, remove, insert and recompute
nothing that would not show. What they can do is cut off the end; that shows at the head kept apart (`head`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit import head as kept_apart
from yakuba.kernel.audit import raw
from yakuba.kernel.audit.actor import Actor, known, operator_of
from yakuba.kernel.audit.models import AuditEvent, ChainHead
from yakuba.kernel.privacy.keys import KeyDestroyed, WrongKey, town_key
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.registry import audit_sentences
from yakuba.kernel.tenancy import current_municipality

log = logging.getLogger("yakuba.audit")
KEYED = "audit.chain_keyed"
MENDED = "audit.head_mended"
COMPARE = "控えと照合してください。"
KEYLESS = "この自治体の鍵がないか、master.key が違うため、記録を確かめられません。"


@dataclass(frozen=True)
class Paper:
    """A chain's end as it goes on paper: how many events, when the last one was, and the digest."""

    events: int
    at: datetime
    digest: str


def record(name: str, *, subject: str = "", actor: Actor = None, **details: Any) -> AuditEvent:
    """Add an event for the active municipality, in the caller's transaction.

    `details` must be JSON and free of secrets and personal values; `subject` names the thing, e.g. `case:12`.
    Raises LookupError for a name that no manifest declares.
    """
    if name not in audit_sentences():
        raise LookupError(f"no manifest declares the audit event {name!r}")
    with transaction.atomic():
        return _append(_end_to_follow(), name, subject, actor, details)


def _append(end: raw.End, name: str, subject: str, actor: Actor, details: dict[str, Any]) -> AuditEvent:
    if operator := operator_of(actor):
        details, actor = details | {"operator": operator, "rights_of": actor.pk}, None  # type: ignore[union-attr]
    event = AuditEvent(
        municipality=current_municipality(),
        sequence=end.sequence + 1,
        at=timezone.now(),
        actor=known(actor),
        name=name,
        subject=subject,
        details=details,
        previous_hash=end.hash,
    )
    event.hash = link_hash(event)
    event.save()
    row = ChainHead.objects.filter(municipality=event.municipality)
    row.update(sequence=event.sequence, hash=event.hash)
    # After the commit: an event that is rolled back was never there. Nothing of it may stop the work.
    # A lambda: Django logs a failure by its __qualname__, which a partial lacks.
    transaction.on_commit(lambda: kept_apart.follow(event), robust=True)
    return event


def _end_to_follow() -> raw.End:
    """The end that the next link follows, locked.

    A head row that fits no last link (nonsense, an older one, another town's) would stop every piece of work that
    leaves an event, for good. So the chain goes on behind its last link and an event keeps what the row said. A row
    that is ahead of the links stays as it is: the gap that then follows shows that links were lost.
    """
    if not ChainHead.objects.filter(municipality=current_municipality()).exists():
        ChainHead.objects.bulk_create([ChainHead(municipality=current_municipality())], ignore_conflicts=True)
    end, last = raw.end(lock=True), raw.last()
    sequence, link_hash = (last.sequence, last.hash) if last else (0, "0" * 64)
    fits = (end.sequence, end.hash) == (sequence, link_hash)
    if fits or (not end.broken and end.sequence > sequence):
        return end
    said = {"sequence": _shown(end.sequence), "hash": _shown(end.hash)}
    log.error("the audit chain's head row did not fit its last link %s; it said %s", sequence, said)
    end = raw.End(int(sequence), link_hash if isinstance(link_hash, str) else "")
    event = _append(end, MENDED, "", None, {"links": int(sequence), "said": said})
    return raw.End(event.sequence, event.hash)


def link_hash(event: AuditEvent | raw.Link, key: bytes = b"") -> str:
    """The hash that `event` must carry. key: the municipality's, where it is known already."""
    return hmac.new(key or town_key("audit"), _content(event), hashlib.sha256).hexdigest()


def _key_or_none() -> bytes | None:
    try:
        return town_key("audit")
    except (WrongKey, KeyDestroyed):
        return None


def verify() -> tuple[int, list[str]]:
    """Check the active municipality's chain in the database. Returns how many links it has and what is wrong, in
    Japanese, whatever stands in its columns. Whether its end is there, `head.problems` knows."""
    end, key = raw.end(), _key_or_none()
    problems: list[str] = [] if key else [KEYLESS]
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
        elif link.previous_hash != previous or not _is_whole(link, key, link.sequence <= end.plain_until):
            problems.append(f"{count}番の記録が書き換えられています（{_shown(link.name)}）。{COMPARE}")
        elif count == end.plain_until + 1:
            sealed = sealed or (link.name == KEYED and link.details.get("links") == end.plain_until)
        previous = link.hash
    if not sealed:
        problems.append(_unsealed(end))
    if (end.sequence, end.hash) != (count, previous):
        problems.append(_ends_elsewhere(end, count))
    return count, problems


def on_paper() -> Paper | None:
    """The active municipality's end for paper; None where it has no event. Raises Conflict where the program has not
    written the last event so: that is not to be sworn to."""
    last = raw.last()
    if last is None:
        return None
    end = raw.end()
    plain = not end.broken and last.sequence <= end.plain_until
    if last.broken or not _is_whole(last, _key_or_none(), plain):
        raise Conflict(
            f"最後の記録（{_shown(last.sequence)}番）が書き換えられているため、要約を出せません。",
            remedy="yakuba audit verify で調べてください。",
        )
    return Paper(last.sequence, last.at, kept_apart.digest(last.sequence, last.hash))


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


def _ends_elsewhere(end: raw.End, count: int) -> str:
    if end.broken or end.sequence > count:
        return f"最後の記録が失われています（{_shown(end.sequence)}番まであるはずです）。{COMPARE}"
    return (
        f"鎖の頭（audit_chainhead）が{end.sequence}番を指し、最後の記録（{count}番）と合いません。{COMPARE}"
    )


def _is_whole(link: raw.Link, key: bytes | None, plain: bool) -> bool:
    if key is None and not plain:
        return False
    try:
        wanted = _plain_hash(link) if plain else link_hash(link, key or b"")
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
