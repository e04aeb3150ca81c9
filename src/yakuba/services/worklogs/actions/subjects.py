"""People and PCs as pseudonyms, made with a key of the town; the name itself is opened by permission, with a reason."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values.characters import comparable
from yakuba.services.worklogs.models import PseudonymKey, Subject

KEY_BYTES = 32
LONGEST_REASON = 300
MARK = 5  # letters of a pseudonym: 32 ** 5; where two would be alike, the number stands behind


def _key() -> bytes:
    row = PseudonymKey.objects.first()
    if row is None:
        with transaction.atomic():
            row = PseudonymKey.objects.create(sealed=b"")
            row.sealed = encrypt(f"worklogs.key:{row.pk}", os.urandom(KEY_BYTES))
            row.save()
    return decrypt(f"worklogs.key:{row.pk}", bytes(row.sealed))


def _next_number(kind: Subject.Kind) -> int:
    """One that nobody ever had; the others wait until the transaction ends."""
    row = PseudonymKey.objects.select_for_update().get()
    number = int(row.last.get(kind.value, 0)) + 1
    row.last[kind.value] = number
    row.save(update_fields=["last"])
    return number


@dataclass
class Pseudonyms:
    """The numbers by which names are known, for one log; a name that was never seen gets the next one."""

    _secret: bytes = b""
    _known: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def seen(self) -> tuple[str, ...]:
        """The names that were met."""
        return tuple(name for _, name in self._known)

    def number(self, kind: Subject.Kind, name: str) -> int:
        """From 1; 0 where there is no name."""
        if not name:
            return 0
        key = kind.value, name
        if key not in self._known:
            self._known[key] = self._row(kind, name).number
        return self._known[key]

    @transaction.atomic
    def _row(self, kind: Subject.Kind, name: str) -> Subject:
        self._secret = self._secret or _key()
        told = f"{kind.value}\0{comparable(name).lower()}".encode()
        digest = hmac.new(self._secret, told, hashlib.sha256).digest()
        rows = Subject.objects.filter(kind=kind)
        row: Subject | None = rows.filter(digest=digest.hex()).first()
        if row is not None:
            row.seen_at = timezone.now()
            row.save(update_fields=["seen_at"])
            return row
        number = _next_number(kind)
        letters = base64.b32encode(digest).decode()[:MARK]
        mark = f"{kind.label}{letters}"
        if rows.filter(mark=mark).exists():
            mark = f"{mark}-{number}"
        row = Subject.objects.create(
            kind=kind, number=number, mark=mark, digest=digest.hex(), sealed=b"", seen_at=timezone.now()
        )
        row.sealed = encrypt(f"worklogs.subject:{row.pk}", name.encode())
        row.save(update_fields=["sealed"])
        return row


def open_name(subject: Subject, reason: str, *, actor: Actor) -> str:
    """Whose pseudonym it is. The reason stays in the record of who looked at whom. Raises Invalid without one."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(f"仮名を開く理由を、{LONGEST_REASON}文字以内で書いてください。", place="理由")
    record(
        "worklogs.opened",
        subject=f"worklogsubject:{subject.pk}",
        actor=actor,
        mark=subject.mark,
        reason=reason,
    )
    return decrypt(f"worklogs.subject:{subject.pk}", bytes(subject.sealed)).decode()
