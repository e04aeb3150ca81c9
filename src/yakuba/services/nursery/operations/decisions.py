"""Decisions by people: who acts by a token or a command is a person, so proposing and approving still need two."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts import require
from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Trace
from yakuba.services.nursery.actions import decisions
from yakuba.services.nursery.models import Application, Decision
from yakuba.services.nursery.operations import answers
from yakuba.services.nursery.operations import asked as given
from yakuba.services.nursery.operations.table import OPERATIONS
from yakuba.services.nursery.queries import rounds
from yakuba.services.nursery.queries.finding import application_of, decision_of, round_of
from yakuba.services.nursery.queries.refusal import Unknown

COLUMNS = {
    "id": "決定", "kind_label": "種類", "state_label": "状態", "receipt_number": "受付番号", "slot_before": "前の枠",
    "slot": "枠", "reason": "理由", "proposed_by": "起案", "answered_by": "承認",
}  # fmt: skip
A_DECISION = Answer(answers.DecisionOut, answers.decision_facts, COLUMNS)


def _of_decision(asked: Any, row: Decision) -> Trace:
    return Trace(f"decision:{row.pk}", {"kind": row.kind, "round": row.round_id})


@OPERATIONS.add(
    "決定の一覧",
    "nursery.view",
    "GET rounds/{round_id}/decisions",
    "round decisions",
    answer=Answer(list[answers.DecisionOut], columns=COLUMNS),
)
def list_decisions(asked: given.RoundPart, actor: Actor) -> list[dict[str, Any]]:
    """The round's decisions, the newest first."""
    rows = rounds.decisions().filter(round=round_of(asked.round_id)).order_by("-pk")
    return [answers.decision_facts(row) for row in asked.of(rows)]


@OPERATIONS.add("決定", "nursery.view", "GET decisions/{decision_id}", "round decision", answer=A_DECISION)
def show_decision(asked: given.OneDecision, actor: Actor) -> Decision:
    """One decision."""
    return decision_of(asked.decision_id)


@OPERATIONS.add(
    "個別の決定を起案する",
    "nursery.propose",
    "POST applications/{application_id}/decisions",
    answer=A_DECISION,
    status=201,
    event="nursery.decision_proposed",
    trace=_of_decision,
)
def propose(asked: given.PlaceIn, actor: User) -> Decision:
    """Propose another result for one child; it counts when another person has approved it."""
    return decisions.propose_place(
        application_of(asked.application_id), asked.slot, asked.reason, actor=actor
    )


@OPERATIONS.add(
    "辞退を受ける",
    "nursery.propose",
    "POST applications/{application_id}/decline",
    answer=A_DECISION,
    status=201,
    event="nursery.withdrawn",
    trace=_of_decision,
)
def decline(asked: given.DeclineIn, actor: User) -> Decision:
    """The family declines its seat after the freeze."""
    return decisions.decline(application_of(asked.application_id), asked.reason, actor=actor)


def _child(asked: given.OneChild) -> Application:
    rows = Application.objects.filter(round=round_of(asked.round_id))
    row: Application | None = rows.filter(receipt_number=asked.receipt_number).first()
    if row is None:
        raise Unknown(
            f"受付番号{asked.receipt_number}の申込が選考回{asked.round_id}にありません。番号を確かめてください。"
        )
    return row


@OPERATIONS.add(
    "受付番号で、個別の決定を起案する",
    "nursery.propose",
    command="round propose",
    help="一人の結果を変える決定を起案する（別の職員が承認すると変わる）",
    answer=A_DECISION,
)
def propose_for_child(asked: given.ChildPlaceIn, actor: User) -> Decision:
    """The same for a child that is named by its receipt number."""
    return propose(actor, application_id=_child(asked).pk, slot=asked.slot, reason=asked.reason)


@OPERATIONS.add(
    "受付番号で、辞退を受ける",
    "nursery.propose",
    command="round decline",
    help="確定したあとの辞退を受ける",
    answer=A_DECISION,
)
def decline_for_child(asked: given.ChildDeclineIn, actor: User) -> Decision:
    """The same for a child that is named by its receipt number."""
    return decline(actor, application_id=_child(asked).pk, reason=asked.reason)


@OPERATIONS.add(
    "確定を起案する",
    "nursery.propose",
    "POST rounds/{round_id}/freeze",
    "round freeze",
    help="選考結果の確定を起案する（別の職員が承認すると確定する）",
    answer=A_DECISION,
    status=201,
    event="nursery.decision_proposed",
    trace=_of_decision,
)
def freeze(asked: given.FreezeIn, actor: User) -> Decision:
    """Propose that the round's result is final; it is when another person has approved it."""
    return decisions.propose_freeze(round_of(asked.round_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "承認する",
    "nursery.approve",
    "POST decisions/{decision_id}/approve",
    "round approve",
    answer=A_DECISION,
    step_up=True,
)
def approve(asked: given.ApproveIn, actor: User) -> Decision:
    """Approve what another person proposed."""
    return decisions.approve(decision_of(asked.decision_id), actor=actor, answer=asked.answer)


@OPERATIONS.add(
    "差し戻す",
    "nursery.view",
    "POST decisions/{decision_id}/refuse",
    "round refuse",
    help="起案された決定を差し戻す（自分の起案は取り下げる）",
    answer=A_DECISION,
    event="nursery.decision_refused",
    trace=_of_decision,
)
def refuse(asked: given.RefuseIn, actor: User) -> Decision:
    """Send a proposal back, or take one's own back: needs the right of approving, or of proposing."""
    row = decision_of(asked.decision_id)
    if row.proposed_by_id == actor.pk:
        # Others need the right of approving, a deputy that of who is away.
        require(actor, "nursery.propose")
    return approvals.send_back(row, asked.answer, actor=actor)
