"""The fast lane of a scenario: how it stands, proving it, using it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Trace
from yakuba.kernel.operations.finding import one
from yakuba.services.robots.actions import lanes
from yakuba.services.robots.models import Run, Scenario
from yakuba.services.robots.operations import A_RUN
from yakuba.services.robots.operations.table import OPERATIONS
from yakuba.services.robots.queries import lanes as queries
from yakuba.services.robots.queries import register

COLUMNS = {
    "scenario": "番号",
    "version": "版",
    "state_label": "高速入力",
    "proved_at": "確かめた日時",
    "reasons": "理由",
}


class OneScenario(BaseModel):
    """A scenario."""

    scenario_id: int = Field(description="シナリオの番号")


class FastLaneOut(BaseModel):
    """The fast lane of the version that runs. `state`: refused, unproved, failed, lapsed, proved or on; `reasons`: what stands
    in its way; `pages`: how many pages were compared; `compared` of `to_compare` rows were read back in the browser as well."""

    scenario: int
    version: int
    state: str
    state_label: str
    on: bool
    proved_at: str | None
    proved_by: str
    proof_run: int | None
    pages: int
    compared: int
    to_compare: int
    reasons: list[str]


def _scenario(asked: OneScenario) -> Scenario:
    return one(register.scenarios(), asked.scenario_id)


def _trace(asked: OneScenario, found: Scenario | Run) -> Trace:
    version = register.latest_version(_scenario(asked))
    return Trace(f"scenario:{asked.scenario_id}", {"version": version.version if version else 0})


A_LANE = Answer(FastLaneOut, queries.facts, COLUMNS)


@OPERATIONS.add(
    "高速入力の状態",
    "robots.view",
    "GET scenarios/{scenario_id}/fast-lane",
    command="fast-lane",
    help="シナリオの高速入力の状態を出す",
    answer=A_LANE,
)
def show_lane(asked: OneScenario, actor: Actor) -> Scenario:
    """Whether the scenario's fast lane is proved and used, and why not."""
    return _scenario(asked)


@OPERATIONS.add(
    "高速入力を確かめる",
    "robots.manage",
    "POST scenarios/{scenario_id}/fast-lane/prove",
    command="prove-fast-lane",
    help="入力を待つ申請でブラウザーと高速入力の送るものを比べる。登録はしない。ワーカーが動いていること",
    answer=A_RUN,
    status=201,
    event="robots.fast_lane_tried",
    trace=_trace,
)
def prove_lane(asked: OneScenario, actor: Actor) -> Run:
    """Rehearse a few cases and compare what both lanes would send. Nothing is entered."""
    return lanes.prove(_scenario(asked), actor=actor)


@OPERATIONS.add(
    "高速入力を使う",
    "robots.manage",
    "POST scenarios/{scenario_id}/fast-lane/use",
    command="use-fast-lane",
    help="確かめの済んだシナリオで、次の実行から高速入力を使う",
    answer=A_LANE,
    event="robots.fast_lane_on",
    trace=_trace,
)
def use_lane(asked: OneScenario, actor: Actor) -> Scenario:
    """Use the fast lane from the next run on; 409 where it is not proved."""
    return lanes.switch(_scenario(asked), True, actor=actor)


@OPERATIONS.add(
    "高速入力をやめる",
    "robots.manage",
    "POST scenarios/{scenario_id}/fast-lane/leave",
    command="leave-fast-lane",
    help="次の実行から高速入力を使わない",
    answer=A_LANE,
    event="robots.fast_lane_off",
    trace=_trace,
)
def leave_lane(asked: OneScenario, actor: Actor) -> Scenario:
    """Use the browser alone from the next run on."""
    return lanes.switch(_scenario(asked), False, actor=actor)
