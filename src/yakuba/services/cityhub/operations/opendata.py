"""Open data: chosen, proposed, withdrawn. Approving is done where all approvals are."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing
from yakuba.kernel.refusals import Forbidden
from yakuba.services.cityhub.actions import opendata as actions
from yakuba.services.cityhub.engine.openness import CC_BY
from yakuba.services.cityhub.models import OpenDataset
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import opendata as queries


class OpenDatasetIn(BaseModel):
    """What is chosen; everything else stays inside."""

    code: str = Field(max_length=40, description="アドレスの名前（半角の小文字・数字・ハイフン）")
    title: str = Field(max_length=80, description="題名")
    description: str = Field(max_length=1_000, description="説明")
    entity_type: str = Field(max_length=256, description="実体の型")
    attributes: list[str] = Field(max_length=50, description="出す属性")
    ids: list[str] = Field(
        default_factory=list, max_length=1_000, description="出す実体の id。空ならその型すべて"
    )
    placed: bool = Field(True, description="場所を出すか")
    detail: str = Field("last", description="last（いまの値だけ）・hours（1時間ごと）・readings（すべて）")
    days: int = Field(0, ge=0, description="何日前まで（last では0）")
    licence: str = Field(CC_BY, max_length=120, description="使うときの条件")
    cycle: str = Field(max_length=60, description="更新の間隔")


class OneDataset(BaseModel):
    """A version of a data set."""

    dataset_id: int = Field(description="オープンデータの番号")


class WithReasonIn(OneDataset):
    """A version of a data set, and why."""

    reason: str = Field(min_length=1, max_length=2_000, description="わけ")


class OpenDatasetOut(BaseModel):
    """A version of a data set."""

    id: int
    code: str
    version: int
    state: str
    title: str
    entity_type: str
    attributes: list[str]
    ids: list[str]
    detail: str
    days: int
    licence: str


def _facts(row: OpenDataset) -> dict[str, Any]:
    plain = (
        "code",
        "version",
        "title",
        "entity_type",
        "attributes",
        "ids",
        "detail",
        "days",
        "licence",
    )
    return {"id": row.pk, "state": str(queries.state_of(row))} | {name: getattr(row, name) for name in plain}


COLUMNS = {"id": "番号", "code": "アドレスの名前", "version": "版", "state": "状態", "title": "題名"}
A_DATASET = Answer(OpenDatasetOut, _facts, COLUMNS)


@OPERATIONS.add(
    "オープンデータの一覧",
    "cityhub.view",
    "GET opendata",
    command="opendata",
    answer=Answer(list[OpenDatasetOut], columns=COLUMNS),
)
def list_opendata(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """All versions, the newest first."""
    return [_facts(row) for row in queries.versions()]


@OPERATIONS.add("オープンデータの版を書く", "cityhub.manage", "POST opendata", answer=A_DATASET)
def write_opendata(asked: OpenDatasetIn, actor: Actor) -> OpenDataset:
    """A further version as a draft. Nothing is published by it."""
    return actions.write(asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "オープンデータの公開を起案する",
    "cityhub.manage",
    "POST opendata/{dataset_id}/propose",
    command="propose-opendata",
    answer=A_DATASET,
)
def propose_opendata(asked: WithReasonIn, actor: Actor) -> OpenDataset:
    """Wait for another person's approval."""
    if not isinstance(actor, User):
        raise Forbidden("公開の起案は、人が行います。")
    return actions.propose(asked.dataset_id, asked.reason, actor=actor)


@OPERATIONS.add(
    "オープンデータの公開を取り下げる",
    "cityhub.manage",
    "POST opendata/{dataset_id}/withdraw",
    command="withdraw-opendata",
    answer=A_DATASET,
)
def withdraw_opendata(asked: WithReasonIn, actor: Actor) -> OpenDataset:
    """Published no more, at once."""
    return actions.withdraw(asked.dataset_id, asked.reason, actor=actor)
