"""Risk models."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Trace, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.services.outreach.actions import risks
from yakuba.services.outreach.models import RiskModel
from yakuba.services.outreach.operations.table import OPERATIONS
from yakuba.services.outreach.operations.tables import purpose_of, table_of


class RiskModelIn(BaseModel):
    """A model to be trained."""

    outreach_table_id: Annotated[int, Word("--table")] = Field(description="表の番号")
    purpose_id: Annotated[int, Word("--purpose")] = Field(description="目的の番号")
    name: str = Field(min_length=1, max_length=120, description="モデルの名前")
    features: Annotated[list[str], Word("--feature")] = Field(max_length=60, description="使う列")
    decided: Annotated[str, Word("--decided")] = Field(
        "06-01", max_length=20, description="年度のいつ決めるか（06-01）"
    )


class OneRiskModel(BaseModel):
    """A model."""

    risk_model_id: int = Field(description="モデルの番号")


class RiskReasonIn(OneRiskModel):
    """Why it is proposed."""

    reason: str = Field(min_length=1, max_length=2000, description="わけ")


class RiskModelOut(BaseModel):
    """A model. data: sha256 of the table that it learned from; figures: what it is worth; holds: it may choose people."""

    id: int
    name: str
    version: int
    state: str
    state_label: str
    features: list[str]
    decided: str
    data: str
    figures: dict[str, Any]
    holds: bool
    reason: str


COLUMNS = {"id": "番号", "name": "モデル", "version": "版", "state_label": "状態", "holds": "使える"}


def model_facts(row: RiskModel) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("name", "version", "state", "features", "decided", "data", "figures", "holds", "reason")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def model_of(number: int) -> RiskModel:
    """Raises Missing."""
    return one(RiskModel.objects.select_related("table", "purpose"), number)


def _so_far(row: RiskModel) -> tuple[int, int, bool]:
    work = work_of(risks.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_MODEL = Answer(RiskModelOut, model_facts, COLUMNS, fault=lambda facts: facts["reason"])


@OPERATIONS.add(
    "リスクのモデルの一覧",
    "outreach.view",
    "GET models",
    command="model list",
    answer=Answer(list[RiskModelOut], columns=COLUMNS),
)
def list_models(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [model_facts(row) for row in asked.of(RiskModel.objects.order_by("-pk"))]


@OPERATIONS.add(
    "リスクのモデル", "outreach.view", "GET models/{risk_model_id}", command="model show", answer=A_MODEL
)
def show_model(asked: OneRiskModel, actor: Actor) -> RiskModel:
    """What it is worth."""
    return model_of(asked.risk_model_id)


@OPERATIONS.add(
    "リスクのモデルを学習する", "outreach.model", "POST models", command="model train", status=201, answer=A_MODEL, event="outreach.training",
    trace=lambda asked, row: Trace(f"riskmodel:{row.pk}", {"features": row.features}), work=Work("学習", progress=_so_far),
)  # fmt: skip
def train(asked: RiskModelIn, actor: Actor) -> RiskModel:
    """On earlier years, tried on the last one, its level set on the newest."""
    return risks.start(
        table_of(asked.outreach_table_id),
        purpose_of(asked.purpose_id),
        asked.name,
        asked.features,
        asked.decided,
        actor=actor,
    )


@OPERATIONS.add(
    "リスクのモデルの承認を求める", "outreach.model", "POST models/{risk_model_id}/propose", command="model propose", answer=A_MODEL,
    event="outreach.model_proposed", trace=lambda asked, row: Trace(f"riskmodel:{row.pk}"),
)  # fmt: skip
def propose_model(asked: RiskReasonIn, actor: Actor) -> RiskModel:
    """Another person approves that it chooses people."""
    return risks.ask_approval(model_of(asked.risk_model_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "リスクのモデルを使うのをやめる", "outreach.approve", "POST models/{risk_model_id}/end", command="model end", answer=A_MODEL,
    event="outreach.model_ended", trace=lambda asked, row: Trace(f"riskmodel:{row.pk}"),
)  # fmt: skip
def end_model(asked: OneRiskModel, actor: Actor) -> RiskModel:
    """It chooses nobody any more."""
    return risks.end(model_of(asked.risk_model_id))
