"""Choosing open data, publishing it by another person's approval, and withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.services.cityhub.engine import openness
from yakuba.services.cityhub.models import OpenDataset
from yakuba.services.cityhub.queries import opendata as queries

State = OpenDataset.State


@transaction.atomic
def write(given: Mapping[str, Any], *, actor: Actor) -> OpenDataset:
    """A further version of a data set, as a draft; a draft of it that nobody has proposed is replaced. given: `code`, `title`,
    `description`, `entity_type`, `ids`, `attributes`, `placed`, `detail`, `days`, `licence`, `cycle`. Raises Invalid."""
    problems = openness.faults_of(given)
    if problems:
        told = [Problem(0, place, reason) for place, reason in problems]
        raise Invalid("\n".join(map(str, told)), problems=told)
    others = OpenDataset.objects.select_for_update().filter(code=given["code"])
    last = others.aggregate(last=Max("version"))["last"] or 0
    others.filter(state=State.DRAFT).delete()
    row: OpenDataset = OpenDataset.objects.create(
        **{name: given[name] for name in openness.CHOSEN}, version=last + 1, proposed_by=known(actor)
    )
    record("cityhub.opendata_written", subject=queries.subject_of(row), actor=actor, version=row.version)
    return row


@transaction.atomic
def propose(dataset_id: int, reason: str, *, actor: User) -> OpenDataset:
    """Propose a draft for publication. Raises Missing, Conflict."""
    row = _one(dataset_id)
    if queries.state_of(row) not in (State.DRAFT,):
        raise Conflict(f"起案できるのは下書きだけです。この版は「{queries.state_of(row).label}」です。")
    waiting = OpenDataset.objects.filter(code=row.code, state=State.PROPOSED)
    if any(queries.waits(one) for one in waiting):
        raise Conflict("このデータの別の版が、すでに公開の承認を待っています。")
    waiting.update(state=State.DRAFT)
    row.state = State.PROPOSED
    row.save(update_fields=["state"])
    approvals.propose(
        queries.KIND, queries.subject_of(row), actor=actor, summary=queries.told(row), reason=reason
    )
    return row


def publish(given: Mapping[str, Any], reason: str, *, proposer: User, approver: User) -> OpenDataset:
    """Write, propose and approve at once, by two people."""
    row = propose(write(given, actor=proposer).pk, reason, actor=proposer)
    waiting = Approval.objects.get(kind=queries.KIND, subject=queries.subject_of(row), state="proposed")
    approvals.approve(waiting, actor=approver)
    return row


def published(approval: Approval, actor: User) -> None:
    """What follows from the approval: this version is public, in the place of the one before."""
    row = OpenDataset.objects.select_for_update().get(pk=int(approval.subject.partition(":")[2]))
    if row.state != State.PROPOSED:
        raise approvals.ApprovalRefused(f"この版は、すでに「{row.get_state_display()}」です。")
    OpenDataset.objects.filter(code=row.code, state=State.PUBLISHED).update(state=State.REPLACED)
    row.state, row.published_at = State.PUBLISHED, timezone.now()
    row.save(update_fields=["state", "published_at"])
    record("cityhub.opendata_published", subject=queries.subject_of(row), actor=actor, version=row.version)


@transaction.atomic
def withdraw(dataset_id: int, reason: str, *, actor: Actor) -> OpenDataset:
    """Publish it no more, at once. Raises Missing, Conflict, Invalid."""
    row = _one(dataset_id)
    if row.state != State.PUBLISHED:
        raise Conflict("取り下げられるのは、公開しているデータだけです。")
    if not reason.strip():
        raise Invalid("取り下げるわけを書いてください。", place="わけ")
    row.state, row.withdrawn_at, row.withdrawn_for = State.WITHDRAWN, timezone.now(), reason.strip()[:300]
    row.save(update_fields=["state", "withdrawn_at", "withdrawn_for"])
    record("cityhub.opendata_withdrawn", subject=queries.subject_of(row), actor=actor, version=row.version)
    return row


def _one(dataset_id: int) -> OpenDataset:
    row: OpenDataset | None = OpenDataset.objects.select_for_update().filter(pk=dataset_id).first()
    if row is None:
        raise Missing(f"{dataset_id}番のオープンデータがありません。番号を確かめてください。")
    return row
