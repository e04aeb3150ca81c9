"""Harvests by the sum of temperatures."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part
from yakuba.services.cityhub.actions import harvests as actions
from yakuba.services.cityhub.models import HarvestPlan
from yakuba.services.cityhub.operations.table import OPERATIONS


class HarvestIn(BaseModel):
    """A crop."""

    title: str = Field(min_length=1, max_length=80, description="題名")
    series_id: int = Field(description="気温の系列の番号")
    begin: date = Field(description="積算を始める日")
    base: float = Field(ge=-10, le=40, description="基準温度（℃）")
    target: float = Field(gt=0, le=20_000, description="目標の積算温度（℃・日）")
    source: str = Field(min_length=1, max_length=200, description="基準温度と目標の出典")


class OneHarvest(BaseModel):
    """A crop."""

    plan_id: int = Field(description="収穫の見込みの番号")


class HarvestChangeIn(HarvestIn, OneHarvest):
    """What a crop becomes."""


class HarvestOut(BaseModel):
    """A crop. Days are ISO 8601, empty where not known; years: how many past years the three days come from."""

    id: int
    title: str
    total: float
    target: float
    filled: int
    years: int
    reached: str
    earliest: str
    middle: str
    latest: str


COLUMNS = {
    "id": "番号",
    "title": "題名",
    "total": "いま",
    "target": "目標",
    "earliest": "早くて",
    "latest": "遅くて",
}


def _facts(row: HarvestPlan) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("title", "total", "target", "filled", "years")}
    days = {name: getattr(row, name) for name in ("reached", "earliest", "middle", "latest")}
    return {"id": row.pk, **plain, **{name: day.isoformat() if day else "" for name, day in days.items()}}


A_HARVEST = Answer(HarvestOut, _facts, COLUMNS)


@OPERATIONS.add(
    "収穫の見込みの一覧",
    "cityhub.view",
    "GET harvests",
    command="harvests",
    answer=Answer(list[HarvestOut], columns=COLUMNS),
)
def list_harvests(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Crops with the days between which they are expected to be ripe."""
    return [_facts(row) for row in asked.of(HarvestPlan.objects.order_by("title", "pk"))]


@OPERATIONS.add("収穫の見込みを作る", "cityhub.boards", "POST harvests", answer=A_HARVEST)
def make_harvest(asked: HarvestIn, actor: Actor) -> HarvestPlan:
    """Look for the harvest of a crop; workers reckon within minutes, then every day."""
    return actions.save(None, **asked.model_dump(), actor=actor)


@OPERATIONS.add("収穫の見込みを直す", "cityhub.boards", "POST harvests/{plan_id}", answer=A_HARVEST)
def change_harvest(asked: HarvestChangeIn, actor: Actor) -> HarvestPlan:
    """All of it; it is reckoned anew."""
    given = asked.model_dump()
    return actions.save(given.pop("plan_id"), **given, actor=actor)


@OPERATIONS.add("収穫の見込みをやめる", "cityhub.boards", "POST harvests/{plan_id}/remove", answer=A_HARVEST)
def remove_harvest(asked: OneHarvest, actor: Actor) -> HarvestPlan:
    """Away with it; temperatures stay."""
    return actions.remove(asked.plan_id, actor=actor)
