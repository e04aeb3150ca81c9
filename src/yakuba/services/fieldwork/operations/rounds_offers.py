"""Reports and traps put into plans of rounds."""

from __future__ import annotations

from pydantic import BaseModel, Field

from yakuba.kernel.accounts import require
from yakuba.kernel.audit.actor import Actor
from yakuba.services.fieldwork.actions import rounds_offers
from yakuba.services.fieldwork.models import RoundPlan, RoundStop
from yakuba.services.fieldwork.operations.rounds import A_PLAN, A_STOP, OneRoundPlan, plan_of
from yakuba.services.fieldwork.operations.rounds_crews import PLAN
from yakuba.services.fieldwork.operations.table import OPERATIONS


class RoundOffersIn(OneRoundPlan):
    """Which reports and traps."""

    reports: list[int] = Field(default_factory=list, max_length=400, description="通報の番号（通し）")
    traps: list[int] = Field(default_factory=list, max_length=400, description="わなの番号（通し）")


class ReportToRoundsIn(BaseModel):
    """One report. plan: empty for the plan in preparation that begins first."""

    report_id: int = Field(description="通報の番号（通し）")
    plan: str = Field(
        "", max_length=80, description="巡回計画の名前か番号。空なら、準備中でいちばん早く始まる計画"
    )


@OPERATIONS.add(
    "通報とわなを巡回計画に入れる", PLAN, "POST rounds/{round_plan_id}/offers", "rounds offer", answer=A_PLAN
)
def offer_round_stops(asked: RoundOffersIn, actor: Actor) -> RoundPlan:
    """Put reports and traps in, with the priority that their urgency and last day give; what is in it already stays once."""
    if asked.reports and actor is not None:
        require(actor, "fieldwork.view")
    if asked.traps and actor is not None:
        require(actor, "fieldwork.wildlife")
    rounds_offers.offer(asked.round_plan_id, asked.reports, asked.traps, actor=actor)
    return plan_of(asked.round_plan_id)


@OPERATIONS.add(
    "通報を巡回計画に入れる",
    PLAN,
    "POST reports/{report_id}/rounds",
    "report to-rounds",
    answer=A_STOP,
    status=201,
)
def report_to_rounds(asked: ReportToRoundsIn, actor: Actor) -> RoundStop:
    """Put one report into a plan of rounds; 409 where it is in it already, is over, or has no place on the map."""
    if actor is not None:
        require(actor, "fieldwork.view")
    return rounds_offers.offer_report(asked.report_id, asked.plan, actor=actor)
