"""Letting an operator look, and ending it. Each is one transaction and leaves an event in the town's record."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.support.models import Operator, SupportGrant
from yakuba.kernel.support.queries import is_operator, subject_of
from yakuba.kernel.tenancy import active_municipality, current_municipality, every_municipality

LONGEST = timedelta(days=7)


@transaction.atomic
def name_operator(user: User) -> Operator:
    """From now on towns may let this person look. By whoever operates the machine."""
    row, made = Operator.objects.get_or_create(user=user)
    if made:
        record("support.operator_named", subject=f"user:{user.pk}")
    found: Operator = row
    return found


@transaction.atomic
def dismiss_operator(user: User) -> None:
    """No town lets this person look any more; what holds ends now."""
    Operator.objects.filter(user=user).delete()
    record("support.operator_dismissed", subject=f"user:{user.pk}")
    with every_municipality("an operator's grants are of the towns that gave them"):
        grants = list(SupportGrant.all_municipalities.filter(operator=user, ended_at__isnull=True))
    for grant in grants:
        with active_municipality(grant.municipality):
            end(grant, actor=None)


@transaction.atomic
def allow(operator: User, reason: str, lasts: timedelta, *, with_cases: bool, actor: User) -> SupportGrant:
    """Let an operator look. Raises ProofNeeded, NotInOwnName, and Conflict for who is none, for oneself, and for too long."""
    proof.require_own(actor)
    if not is_operator(operator) or operator.municipality_id == current_municipality().pk:
        raise Conflict("この人は、ほかの組織の運用者として登録されていません。")
    if not timedelta(0) < lasts <= LONGEST:
        raise Conflict(f"見せられるのは、長くても{LONGEST.days}日です。")
    grant = SupportGrant.objects.create(
        operator=operator,
        reason=reason,
        with_cases=with_cases,
        granted_by=actor,
        until=timezone.now() + lasts,
    )
    until = grant.until.isoformat(timespec="minutes")
    record("support.allowed", subject=subject_of(grant), actor=actor, until=until, with_cases=with_cases)
    return grant


@transaction.atomic
def end(grant: SupportGrant, *, actor: Actor) -> None:
    """Nothing is seen by it any more. A second time changes nothing."""
    rows = SupportGrant.objects.filter(pk=grant.pk, ended_at__isnull=True)
    if rows.update(ended_at=timezone.now(), ended_by=actor):
        record("support.ended", subject=subject_of(grant), actor=actor)
