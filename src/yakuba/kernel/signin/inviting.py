"""Inviting staff: the person alone knows the password, from the first day on."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts import proof, sessions
from yakuba.kernel.accounts.models import LoginTally, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.signin.models import Invitation
from yakuba.kernel.tenancy import every_municipality

LASTS = timedelta(days=7)


@transaction.atomic
def invite(person: User, *, actor: User) -> str:
    """A code for the link, shown only this once; earlier ones are void. The password so far opens nothing any more.
    Raises Conflict for whoever may not log in, and ProofNeeded: whoever has the link can log in as that person."""
    proof.require(actor)
    if not person.is_active:
        raise Conflict(
            "ログインを止めている職員は招けません。先に「またログインできるようにする」を押してください。"
        )
    if person == actor:
        raise Conflict("自分は招けません。パスワードは「パスワードを変える」で変えられます。")
    Invitation.objects.filter(user=person, used_at__isnull=True).delete()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    sessions.end_all(person)
    code = secrets.token_urlsafe(32)
    Invitation.objects.create(user=person, digest=_digest(code), made_by=actor, until=timezone.now() + LASTS)
    record("signin.invited", subject=f"user:{person.pk}", actor=actor)
    return code


@every_municipality("whose town it is, the invitation says")
def open_invitation(code: str) -> Invitation | None:
    """The one of that code that still opens; None otherwise, also where the person has got a password in another way since.
    Asked by strangers, so whatever municipality is active."""
    rows = Invitation.all_municipalities.filter(
        digest=_digest(code), used_at__isnull=True, until__gt=timezone.now(), user__is_active=True
    )
    found: Invitation | None = rows.select_related("user__municipality").first()
    return found if found and not found.user.has_usable_password() else None


@transaction.atomic
def accept(row: Invitation, password: str) -> User:
    """The person has set the password. Its municipality must be active. Raises Conflict for what another has used
    meanwhile."""
    fresh = Invitation.objects.filter(pk=row.pk, used_at__isnull=True)
    if fresh.update(used_at=timezone.now()) != 1:
        raise Conflict("この招待は、もう使われています。")
    person = row.user
    person.set_password(password)
    person.save(update_fields=["password"])
    LoginTally.objects.filter(user=person).delete()
    record("signin.invitation_used", subject=f"user:{person.pk}", actor=person)
    return person


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()
