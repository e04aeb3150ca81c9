"""Values that came in another unit than their series has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part
from yakuba.services.cityhub.actions import other_units as actions
from yakuba.services.cityhub.models import OtherUnit
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import other_units as queries


class OtherUnitDecision(BaseModel):
    """What becomes of such values."""

    other_id: int = Field(description="単位の合わない値の番号")
    state: Literal["waiting", "taken", "discarded"] = Field(
        description="taken：入れる、discarded：捨てる、waiting：まだ決めない"
    )
    factor: float = Field(1.0, description="入れるときの係数（値×係数＋ずれ）")
    offset: float = Field(0.0, description="入れるときのずれ")
    note: str = Field("", max_length=200, description="わけ")
    before: str | None = Field(
        None,
        max_length=40,
        description="見ていた扱いの決めた日時（だれも決めていなければ空）。その間に変わっていれば断ります",
    )


class OtherUnitOut(BaseModel):
    """A unit in which a series' values came. came: how many in all; waits: how many are kept until somebody decides."""

    id: int
    entity: str
    attribute: str
    unit: str
    series_unit: str
    state: str
    decided: str
    factor: float
    offset: float
    came: int
    waits: int
    sentence: str


COLUMNS = {
    "id": "番号",
    "entity": "実体",
    "attribute": "属性",
    "series_unit": "系列の単位",
    "unit": "届いた単位",
    "waits": "待っている値",
    "state": "扱い",
}


def _facts(row: OtherUnit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "entity": row.series.entity_id,
        "attribute": row.series.attribute,
        "unit": row.unit,
        "series_unit": row.series.unit,
        "state": row.state,
        "decided": actions.decision_of(row),
        "factor": row.factor,
        "offset": row.offset,
        "came": row.came,
        "waits": row.readings.count(),
        "sentence": queries.sentence_of(row),
    }


@OPERATIONS.add(
    "単位の合わない値",
    "cityhub.view",
    "GET other-units",
    command="other-units",
    answer=Answer(list[OtherUnitOut], columns=COLUMNS),
)
def list_other_units(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Values that nobody can convert into the unit of their series, and what somebody has decided about them."""
    return [_facts(row) for row in asked.of(queries.others())]


@OPERATIONS.add(
    "単位の合わない値の扱いを決める",
    "cityhub.manage",
    "POST other-units/{other_id}",
    command="decide-unit",
    answer=Answer(OtherUnitOut, _facts, COLUMNS),
)
def decide_other_unit(asked: OtherUnitDecision, actor: Actor) -> OtherUnit:
    """Take those that wait and those that come later as value × factor + offset, or discard them."""
    return actions.decide(
        asked.other_id, asked.state, asked.factor, asked.offset, asked.note, actor=actor, before=asked.before
    )
