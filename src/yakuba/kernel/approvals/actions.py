"""Proposing, approving, sending back. Each is one transaction in which the row stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.models import Approval, Deputy, Proposal, due
from yakuba.kernel.approvals.queries import right_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.registry import approval_kind, resolve

LONGEST = 2_000  # characters of a reason or an answer
LONGEST_ABSENCE = 366  # days

Row = TypeVar("Row", bound=Proposal)


class ApprovalRefused(Conflict):
    """It cannot be approved, sent back or proposed now; `str()` says to staff why, and what to do."""


@transaction.atomic
def propose(
    kind: str, subject: str, *, actor: User, summary: str, reason: str, deadline: date | None = None
) -> Approval:
    """Ask for another person's approval. kind: of the manifests, which say what follows from it; subject: what it is
    about, of which one may wait at a time. Raises ApprovalRefused, and LookupError for an unknown kind."""
    declared = approval_kind(kind)
    if Approval.objects.filter(kind=kind, subject=subject, state=Proposal.State.PROPOSED).exists():
        raise ApprovalRefused(f"「{declared.label}」は、すでに承認を待っています。")
    row: Approval = Approval.objects.create(
        kind=kind,
        subject=subject,
        summary=summary,
        reason=stated(reason),
        deadline=deadline or due(declared.days),
        proposed_by=actor,
    )
    record("approvals.proposed", subject=subject, actor=actor, kind=kind)
    return row


@transaction.atomic
def approve(
    proposal: Row, *, actor: User, answer: str = "", effect: Callable[[Row], None] | None = None
) -> Row:
    """Approve what another person proposed. `effect` happens in the same transaction, before the row says approved, and
    may raise to refuse; so does what the manifest says of the kind. Raises ApprovalRefused for the proposer and for what is answered already,
    PermissionDenied for who may not, and ProofNeeded for who has not proved to be the one."""
    row = locked(proposal)
    if row.proposed_by_id == actor.pk:
        raise ApprovalRefused("起案した本人は承認できません。別の職員が承認してください。")
    holder = right_of(actor, row)
    if holder is None:
        raise PermissionDenied(row.permission)
    proof.require_own(actor)
    if effect is not None:
        effect(row)
    _answer(row, Proposal.State.APPROVED, actor, answer, holder)
    if isinstance(row, Approval):
        resolve(approval_kind(row.kind).effect)(row, actor)
        record("approvals.approved", subject=row.subject, actor=actor, kind=row.kind)
    return row


@transaction.atomic
def send_back(proposal: Row, answer: str, *, actor: User) -> Row:
    """Send it back with a word; who proposed it takes it back so. Raises ApprovalRefused, and PermissionDenied for who is
    neither."""
    row = locked(proposal)
    holder = actor if row.proposed_by_id == actor.pk else right_of(actor, row)
    if holder is None:
        raise PermissionDenied(row.permission)
    if not answer.strip():
        raise ApprovalRefused("差し戻す理由を書いてください。")
    _answer(row, Proposal.State.REFUSED, actor, answer, holder)
    if isinstance(row, Approval):
        record("approvals.sent_back", subject=row.subject, actor=actor, kind=row.kind)
    return row


@transaction.atomic
def appoint(principal: User, deputy: User, first_day: date, last_day: date) -> Deputy:
    """While `principal` is away, `deputy` may answer what `principal` may. Raises ApprovalRefused."""
    if (
        principal.pk == deputy.pk
        or principal.municipality_id != deputy.municipality_id
        or not deputy.is_active
    ):
        raise ApprovalRefused("代理には、同じ自治体の別の職員を選んでください。")
    if not timezone.localdate() <= last_day or not first_day <= last_day:
        raise ApprovalRefused("終わりの日は、今日とはじめの日より後にしてください。")
    if (last_day - first_day).days > LONGEST_ABSENCE:
        raise ApprovalRefused(f"代理を頼めるのは{LONGEST_ABSENCE}日までです。")
    row: Deputy = Deputy.objects.create(
        principal=principal, deputy=deputy, first_day=first_day, last_day=last_day
    )
    record("approvals.deputy_appointed", subject=f"user:{deputy.pk}", actor=principal)
    return row


@transaction.atomic
def dismiss(deputy: Deputy, *, actor: User) -> None:
    """End what a person asked a deputy to do."""
    if deputy.principal_id != actor.pk:
        raise PermissionDenied("approvals.deputy")
    record("approvals.deputy_dismissed", subject=f"user:{deputy.deputy_id}", actor=actor)
    deputy.delete()


def stated(reason: str) -> str:
    """The reason as it is kept. Raises ApprovalRefused for none."""
    if not reason.strip():
        raise ApprovalRefused("理由を書いてください。あとから見る人に分かるように、事情と根拠を書きます。")
    return reason.strip()[:LONGEST]


def locked(proposal: Row) -> Row:
    """The row, standing still in the caller's transaction. Raises ApprovalRefused where it has been answered."""
    row: Row = type(proposal).objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if not row.is_open:
        raise ApprovalRefused(f"この決定は、すでに「{row.get_state_display()}」です。")
    return row


def _answer(row: Proposal, state: str, actor: User, answer: str, holder: User) -> None:
    row.state, row.answered_by, row.answered_at = state, actor, timezone.now()
    row.acted_for = holder if holder.pk != actor.pk else None
    row.answer = answer.strip()[:LONGEST]
    row.save()
