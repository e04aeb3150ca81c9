"""Decisions by people, for programs: a token acts for its user, so proposing and approving still need two people."""

# No `from __future__ import annotations`: ninja reads the annotations of the guarded operations as objects.
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema, Status

from yakuba.kernel.accounts import person_of
from yakuba.kernel.api.authentication import scoped
from yakuba.kernel.approvals.actions import LONGEST
from yakuba.services.nursery.actions import decisions as actions
from yakuba.services.nursery.api.operations import part, router
from yakuba.services.nursery.models import Decision
from yakuba.services.nursery.queries import decisions, told
from yakuba.services.nursery.queries.finding import application_of, decision_of, round_of


class DecisionOut(Schema):
    """A decision. kind: place, withdrawal or freeze; state: proposed, approved or refused.

    slot: empty for no seat; application: none for the freezing.
    """

    id: int
    round: int
    kind: str
    kind_label: str
    state: str
    state_label: str
    application: int | None
    receipt_number: str
    slot: str
    slot_before: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


class ReasonIn(Schema):
    """Why, for those who look at it later."""

    reason: str = Field(max_length=LONGEST)


class PlaceIn(ReasonIn):
    """Another result for one child. slot: empty for no seat."""

    slot: str = Field(max_length=80)


class AnswerIn(Schema):
    """The second person's word: needed to send back, free to approve."""

    answer: str = Field("", max_length=LONGEST)


@router.get("/rounds/{round_id}/decisions", response=list[DecisionOut], summary="決定の一覧")
@scoped("nursery.view")
def list_decisions(request: HttpRequest, round_id: int, limit: int = 100, offset: int = 0) -> Any:
    """The round's decisions, the newest first."""
    rows = decisions.of_round(round_of(round_id)).order_by("-pk")
    return [told.decision_facts(row) for row in part(rows, limit, offset)]


@router.get("/decisions/{decision_id}", response=DecisionOut, summary="決定")
@scoped("nursery.view")
def show_decision(request: HttpRequest, decision_id: int) -> Any:
    """One decision."""
    return told.decision_facts(decision_of(decision_id))


@router.post(
    "/applications/{application_id}/decisions", response={201: DecisionOut}, summary="個別の決定を起案する"
)
@scoped("nursery.propose")
def propose(request: HttpRequest, application_id: int, body: PlaceIn) -> Any:
    """Propose another result for one child; it counts when another person has approved it."""
    application = application_of(application_id)
    made = actions.propose_place(application, body.slot, body.reason, actor=person_of(request))
    return Status(201, told.decision_facts(made))


@router.post("/applications/{application_id}/decline", response={201: DecisionOut}, summary="辞退を受ける")
@scoped("nursery.propose")
def decline(request: HttpRequest, application_id: int, body: ReasonIn) -> Any:
    """The family declines its seat after the freeze."""
    application = application_of(application_id)
    made = actions.decline(application, body.reason, actor=person_of(request))
    return Status(201, told.decision_facts(made))


@router.post("/rounds/{round_id}/freeze", response={201: DecisionOut}, summary="確定を起案する")
@scoped("nursery.propose")
def freeze(request: HttpRequest, round_id: int, body: ReasonIn) -> Any:
    """Propose that the round's result is final; it is when another person has approved it."""
    round = round_of(round_id)
    made = actions.propose_freeze(round, body.reason, actor=person_of(request))
    return Status(201, told.decision_facts(made))


@router.post("/decisions/{decision_id}/approve", response=DecisionOut, summary="承認する")
@scoped("nursery.approve")
def approve(request: HttpRequest, decision_id: int, body: AnswerIn) -> Any:
    """Approve what another person proposed."""
    row = decision_of(decision_id)
    return told.decision_facts(actions.approve(row, actor=person_of(request), answer=body.answer))


@router.post("/decisions/{decision_id}/refuse", response=DecisionOut, summary="差し戻す")
@scoped("nursery.view")
def refuse(request: HttpRequest, decision_id: int, body: AnswerIn) -> Any:
    """Send a proposal back, or take one's own back: the token needs the scope of approving, or of proposing."""
    row = decision_of(decision_id)
    return scoped(actions.right_to_refuse(row, person_of(request)))(_refuse)(request, row, body.answer)


def _refuse(request: HttpRequest, row: Decision, answer: str) -> Any:
    return told.decision_facts(actions.refuse(row, answer, actor=person_of(request)))
