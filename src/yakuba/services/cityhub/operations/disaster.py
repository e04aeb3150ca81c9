"""Warnings, shelters, closed roads, and the file that staff carry."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Trace, Upload
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions import disaster as actions
from yakuba.services.cityhub.engine.disaster import DisasterSort
from yakuba.services.cityhub.models import Shelter
from yakuba.services.cityhub.operations.table import LARGEST, OPERATIONS
from yakuba.services.cityhub.queries import disaster as queries


class DisasterIn(BaseModel):
    """One thing, by the headings of its table."""

    sort: DisasterSort = Field(description="warnings・shelters・closures")
    cells: dict[str, str] = Field(description="見出しと値（表と同じ見出し）")


class DisasterTableIn(BaseModel):
    """A table."""

    sort: DisasterSort = Field(description="warnings・shelters・closures")
    file: Upload = Field(description="CSVかExcelの表")


class DisasterEndIn(BaseModel):
    """What is over."""

    sort: DisasterSort = Field(description="warnings・shelters・closures")
    disaster_id: int = Field(description="番号")


class ShelterStateIn(BaseModel):
    """How full a shelter is."""

    shelter_id: int = Field(description="避難所の番号")
    state: Literal["open", "full", "closed"] = Field(description="open：開設、full：満員、closed：閉鎖")
    people: int | None = Field(None, ge=0, le=1_000_000, description="いまの人数")


class DisasterRowOut(BaseModel):
    """What was entered."""

    id: int
    name: str


class DisasterRowsOut(BaseModel):
    """How many rows were taken."""

    rows: int


A_ROW = Answer(DisasterRowOut, lambda row: {"id": row.pk, "name": str(row)}, {"id": "番号", "name": "名前"})


@OPERATIONS.add("気象警報・避難所・通行止めを入れる", "cityhub.issue", "POST disaster", answer=A_ROW)
def enter_disaster(asked: DisasterIn, actor: Actor) -> Any:
    """One of them; one of the same name is changed. The public page follows at once."""
    return actions.enter(asked.sort, asked.cells, actor=actor)


@OPERATIONS.add(
    "気象警報・避難所・通行止めを表で入れる",
    "cityhub.issue",
    "POST disaster/table",
    command="load-disaster",
    answer=Answer(DisasterRowsOut, lambda number: {"rows": number}),
)
def load_disaster(asked: DisasterTableIn, actor: Actor) -> int:
    """All rows or none: 422 with every fault by its line; what is not in the table stays."""
    return actions.load(asked.sort, BytesIO(asked.file.read(LARGEST)), actor=actor)


@OPERATIONS.add(
    "気象警報・通行止めを解除する、避難所を閉じる", "cityhub.issue", "POST disaster/end", answer=A_ROW
)
def end_disaster(asked: DisasterEndIn, actor: Actor) -> Any:
    """It is over, now."""
    return actions.end(asked.sort, asked.disaster_id, actor=actor)


@OPERATIONS.add("避難所のようすを変える", "cityhub.issue", "POST shelters/{shelter_id}/state", answer=A_ROW)
def set_shelter(asked: ShelterStateIn, actor: Actor) -> Shelter:
    """Open, full or closed, and how many people."""
    return actions.set_shelter(asked.shelter_id, asked.state, asked.people, actor=actor)


@OPERATIONS.add(
    "災害情報を渡すファイル",
    "cityhub.issue",
    "GET disaster/handover",
    command="handover",
    answer=Answer(media_type="application/json"),
    event="cityhub.handover_made",
    trace=lambda asked, file: Trace("disaster"),
    step_up=True,
)
def make_handover(asked: Nothing, actor: Actor) -> Download:
    """All that L-Alert's own page asks for, as JSON that staff carry. Nothing is sent."""
    content = json.dumps(queries.handover(), ensure_ascii=False, indent=1).encode()
    return Download(f"saigai-{current_municipality().code}.json", "application/json", content)
