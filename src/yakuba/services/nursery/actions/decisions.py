"""Decisions by people: one proposes with a reason, another one approves. Seats are checked both times."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.chain import record
from yakuba.services.nursery.actions.rounds import preparing
from yakuba.services.nursery.models import Application, Decision, Round
from yakuba.services.nursery.queries import results
from yakuba.services.nursery.queries import runs as run_queries
from yakuba.services.nursery.queries.names import slot_names
from yakuba.services.nursery.queries.refusal import NotPossible

RESULT_CHANGED = "起案のあとに採用する結果が変わりました。差し戻して、起案し直してください。"


@transaction.atomic
def propose_place(application: Application, slot: str, reason: str, *, actor: User) -> Decision:
    """Propose another result for one child: a slot of the adopted run, or empty for none.

    Raises NotPossible: no reason, no adopted result, unknown slot, no seat left, or one is open already.
    """
    reason = approvals.stated(reason)
    round = preparing(application.round)
    before = _held(round, application)
    if slot == before:
        raise NotPossible("今の結果と同じです。変えるところを選んでください。")
    _refuse_open(round, application)
    _check_seat(round, application, slot)
    values = {"application": application, "slot": slot, "slot_before": before}
    return _made(round, Decision.Kind.PLACE, reason, actor, **values)


@transaction.atomic
def propose_freeze(round: Round, reason: str, *, actor: User) -> Decision:
    """Propose that the adopted result, with the approved decisions, is final. Raises NotPossible with what stands
    in the way."""
    row = preparing(round)
    if obstacles := freeze_obstacles(row):
        raise NotPossible("\n".join(obstacles))
    return _made(row, Decision.Kind.FREEZE, approvals.stated(reason), actor)


@transaction.atomic
def approve(decision: Decision, *, actor: User, answer: str = "") -> Decision:
    """Approve what another person proposed; it takes effect at once. Raises ApprovalRefused for the proposer,
    NotPossible when it does not hold any more, and PermissionDenied."""

    def effect(row: Decision) -> None:
        round = preparing(row.round)
        if row.kind == Decision.Kind.FREEZE:
            _freeze(round, row, actor)
            return
        assert row.application is not None
        _check_seat(round, row.application, row.slot)

    row = approvals.approve(decision, actor=actor, answer=answer, effect=effect)
    # Here, since a deputy approves on the page by the right of who is away, and no operation knows of that right.
    record(
        "nursery.decision_approved",
        subject=f"decision:{row.pk}",
        actor=actor,
        kind=row.kind,
        round=row.round_id,
    )
    return row


@transaction.atomic
def decline(application: Application, reason: str, *, actor: User) -> Decision:
    """The family declines the seat after the freeze: it is free for the next round. Raises NotPossible."""
    reason = approvals.stated(reason)
    round: Round = Round.objects.select_for_update(of=("self",)).get(pk=application.round_id)
    if not round.is_frozen:
        raise NotPossible("辞退を受けるのは確定した後です。確定する前は、申込を選考から外してください。")
    if round.later.exists():
        raise NotPossible("次の選考回がもう作られています。辞退は、そちらの空き枠を直して受けてください。")
    before = _held(round, application)
    if not before:
        raise NotPossible("この児童は入所が決まっていないため、辞退はありません。")
    at_once = {"state": Decision.State.APPROVED, "answered_by": actor, "answered_at": timezone.now()}
    values = {"application": application, "slot_before": before, **at_once}
    return _made(round, Decision.Kind.WITHDRAWAL, reason, actor, **values)


def obstacles_to_approve(decision: Decision) -> list[str]:
    """Why a proposed freezing cannot be approved as things stand now; empty when it may."""
    if decision.run_id != decision.round.adopted_id:
        return [RESULT_CHANGED]
    return freeze_obstacles(decision.round, proposed=decision)


def freeze_obstacles(round: Round, proposed: Decision | None = None) -> list[str]:
    """What must be done before the round can be frozen, in Japanese; empty when it may. proposed: the freezing that
    waits itself."""
    adopted = round.adopted
    if adopted is None:
        return ["採用した選考結果がありません。計算し、結果を採用してください。"]
    found = []
    if run_queries.is_outdated(adopted, round):
        found.append("採用した計算のあとに申込・施設・選考基準が変わりました。計算し直して採用してください。")
    waiting = Decision.objects.filter(round=round, state=Decision.State.PROPOSED)
    if waiting.filter(kind=Decision.Kind.FREEZE).exclude(pk=proposed.pk if proposed else None).exists():
        found.append("確定の承認を待っています。")
    if number := waiting.exclude(kind=Decision.Kind.FREEZE).count():
        found.append(f"承認を待つ個別の決定が{number}件あります。先に承認するか差し戻してください。")
    return found + results.overfull(adopted, results.taken(round), slot_names(round))


def _freeze(round: Round, decision: Decision, actor: User) -> None:
    decision.round = round
    if obstacles := obstacles_to_approve(decision):
        raise NotPossible("\n".join(obstacles))
    round.state, round.frozen_by, round.frozen_at = Round.State.FROZEN, actor, timezone.now()
    round.save()
    record("nursery.frozen", subject=f"round:{round.pk}", actor=actor, run=round.adopted_id)


def _check_seat(round: Round, application: Application, slot: str) -> None:
    """Whether the child could have the slot besides everybody who holds one."""
    adopted = round.adopted
    if adopted is None:
        raise NotPossible("採用した選考結果がありません。先に計算し、結果を採用してください。")
    if not slot:
        return
    if slot not in adopted.slots:
        raise NotPossible(f"枠 {slot} は、この選考回にありません。")
    taken = results.taken(round)
    held = _held(round, application)
    if held:
        taken[held] -= 1
    taken[slot] += 1
    names = slot_names(round)
    before = results.overfull(adopted, results.taken(round), names)
    over = [line for line in results.overfull(adopted, taken, names) if line not in before]
    if over:
        raise NotPossible("\n".join([*over, "先に別の児童の決定を変えるか、空き枠を確かめてください。"]))


def _held(round: Round, application: Application) -> str:
    """The slot that the child holds in the round's result. Raises NotPossible when it is not part of it."""
    if round.adopted_id is None:
        raise NotPossible("採用した選考結果がありません。先に計算し、結果を採用してください。")
    application.round = round
    final = results.final_of(application)
    if final is None:
        raise NotPossible("この児童は採用した計算に入っていません。計算し直してください。")
    return final.slot


def _refuse_open(round: Round, application: Application) -> None:
    waiting = Decision.objects.filter(round=round, state=Decision.State.PROPOSED)
    if waiting.filter(application=application).exists():
        raise NotPossible("この児童には承認を待つ決定があります。先にそれを承認するか差し戻してください。")
    if waiting.filter(kind=Decision.Kind.FREEZE).exists():
        raise NotPossible(
            "確定の承認を待っています。個別の決定を起案するには、先に確定を差し戻してください。"
        )


def _made(round: Round, kind: Decision.Kind, reason: str, actor: User, **values: Any) -> Decision:
    decision: Decision = Decision.objects.create(
        round=round, run=round.adopted, kind=kind, reason=reason, proposed_by=actor, **values
    )
    return decision
