"""Similar cases, as a help for a person who decides."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.services.outreach.actions import care as actions
from yakuba.services.outreach.models import CareLook
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.operations.table import OPERATIONS
from yakuba.services.outreach.operations.tables import purpose_of, table_of


class CareIn(BaseModel):
    """Whose similar cases, and by what they are alike."""

    outreach_table_id: Annotated[int, Word("--table")] = Field(description="事例の表の番号")
    purpose_id: Annotated[int, Word("--purpose")] = Field(description="目的の番号")
    number: Annotated[str, Word("--number")] = Field(min_length=1, max_length=20, description="宛名番号")
    features: Annotated[list[str], Word("--feature")] = Field(max_length=40, description="比べる列")
    plan: str = Field("", max_length=100, description="プランの列")
    outcome: Annotated[str, Word("--outcome")] = Field(max_length=100, description="その後どうなったかの列")


class OneCareLook(BaseModel):
    """A look at similar cases."""

    care_look_id: int = Field(description="番号")


class CareDecisionIn(OneCareLook):
    """What a person decided."""

    decision: str = Field(min_length=1, max_length=2000, description="決めたことと、わけ")


class CareLookOut(BaseModel):
    """Similar cases. result: n with an outcome, lost without one, whether that is enough, and what happened; number: masked."""

    id: int
    number: str
    asked: dict[str, Any]
    result: dict[str, Any]
    decision: str


COLUMNS = {"id": "番号", "number": "宛名番号", "decision": "決めたこと"}


def look_facts(row: CareLook) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk,
        "number": masked(row.number),
        "asked": row.asked,
        "result": row.result,
        "decision": row.decision,
    }


def look_of(number: int) -> CareLook:
    """Raises Missing."""
    return one(CareLook.objects.select_related("table", "decided_by"), number)


A_LOOK = Answer(CareLookOut, look_facts, COLUMNS)


@OPERATIONS.add(
    "似た事例を調べる", "outreach.care", "POST care", command="care similar", status=201, answer=A_LOOK, event="outreach.care_looked",
    trace=lambda asked, row: Trace(f"carelook:{row.pk}", {"n": row.result["n"]}),
)  # fmt: skip
def similar(asked: CareIn, actor: Actor) -> CareLook:
    """What happened to people who were much like this one; a person decides."""
    return actions.look_up(
        table_of(asked.outreach_table_id), purpose_of(asked.purpose_id), asked.number, asked.features, asked.plan, asked.outcome, actor=actor
    )  # fmt: skip


@OPERATIONS.add(
    "調べた似た事例", "outreach.care", "GET care/{care_look_id}", command="care show", answer=A_LOOK, event="outreach.care_seen",
    trace=lambda asked, row: Trace(f"carelook:{row.pk}"),
)  # fmt: skip
def show_look(asked: OneCareLook, actor: Actor) -> CareLook:
    """As it was shown; the look is recorded."""
    return look_of(asked.care_look_id)


@OPERATIONS.add(
    "決めたことを記録する", "outreach.care", "POST care/{care_look_id}/decide", command="care decide", answer=A_LOOK, event="outreach.care_decided",
    trace=lambda asked, row: Trace(f"carelook:{row.pk}"),
)  # fmt: skip
def decide_care(asked: CareDecisionIn, actor: Actor) -> CareLook:
    """What a person decided, and why."""
    return actions.decide(look_of(asked.care_look_id), asked.decision, actor=actor)
