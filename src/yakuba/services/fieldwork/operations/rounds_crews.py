"""Crews, and the roads on which they go."""

from __future__ import annotations

from dataclasses import asdict
from io import BytesIO
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Upload
from yakuba.services.fieldwork.actions import rounds_crews, rounds_roads
from yakuba.services.fieldwork.engine.rounds.entries import GivenCrew
from yakuba.services.fieldwork.engine.rounds.graphs import LARGEST
from yakuba.services.fieldwork.models import Crew, RoadFile
from yakuba.services.fieldwork.operations.table import OPERATIONS
from yakuba.services.fieldwork.queries import rounds as queries

LARGEST_TABLE = 20_000_000  # bytes, as on its page
VIEW, PLAN = "fieldwork.rounds", "fieldwork.plan_rounds"


class CrewsIn(Part):
    """Which crews."""

    text: str = Field("", max_length=100, description="班、課、技能か基地にこの語があるものだけ")


class CrewIn(BaseModel):
    """A crew. crew_id: which one is changed; none for a new one."""

    crew_id: int | None = Field(None, description="変える班の番号。新しい班なら空")
    name: str = Field(max_length=40, description="班の名前")
    latitude: float = Field(description="基地の緯度")
    longitude: float = Field(description="基地の経度")
    section: str = Field("", max_length=60, description="課の名前")
    skills: str = Field("", max_length=400, description="技能（「、」で区切る）")
    load: int | None = Field(None, description="積める量。空なら限りなし")
    place: str = Field("", max_length=60, description="基地の名前")
    hours: list[str] = Field(
        default=["8:30-17:15"] * 5 + ["", ""],
        min_length=7,
        max_length=7,
        description="月から日までの働く時間",
    )
    breaks: str = Field("12:00-12:30 60分", max_length=120, description="休憩（始める時間帯と長さ）")
    active: bool = Field(True, description="使うか")


class CrewTableIn(BaseModel):
    """A table."""

    file: Upload = Field(description="表（CSV、Excel）")


class RoadsIn(BaseModel):
    """A road file."""

    file: Upload = Field(description="道路のGeoJSON")
    source: str = Field(max_length=300, description="出典とライセンス")


class OneRoadFile(BaseModel):
    """A road file."""

    road_file_id: int = Field(description="道路のファイルの番号")


class CrewOut(BaseModel):
    """A crew. hours: Monday first."""

    id: int
    name: str
    section: str
    skills: str
    load: int | None
    place: str
    latitude: float
    longitude: float
    hours: list[str]
    breaks: str
    active: bool


class RoadFileOut(BaseModel):
    """A road file."""

    id: int
    name: str
    lines: int
    kilometres: float
    source: str
    in_use: bool
    loaded_at: str


class RoundsLoadedOut(BaseModel):
    """How many were taken."""

    number: int


CREW_COLUMNS = {"id": "番号", "name": "班", "section": "課", "skills": "技能", "active": "使う"}


ROAD_COLUMNS = {"id": "番号", "name": "ファイル", "lines": "線", "source": "出典", "in_use": "使う"}


def _crew(row: Crew) -> dict[str, Any]:
    return {"id": row.pk} | {
        name: given for name, given in asdict(queries.given_crew(row)).items() if name != "line"
    }


def _road(row: RoadFile) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "lines": row.head["lines"],
        "kilometres": row.head["kilometres"],
        "source": row.source,
        "in_use": row.in_use,
        "loaded_at": row.loaded_at.isoformat(),
    }


A_CREW = Answer(CrewOut, _crew, CREW_COLUMNS)


A_ROAD_FILE = Answer(RoadFileOut, _road, ROAD_COLUMNS)


@OPERATIONS.add(
    "班の一覧", VIEW, "GET crews", "crew list", answer=Answer(list[CrewOut], columns=CREW_COLUMNS)
)
def list_crews(asked: CrewsIn, actor: Actor) -> list[dict[str, Any]]:
    """The crews, those in use first."""
    return [_crew(row) for row in asked.of(queries.crews(asked.text))]


@OPERATIONS.add("班を登録する", PLAN, "POST crews", "crew set", answer=A_CREW)
def set_crew(asked: CrewIn, actor: Actor) -> Crew:
    """Enter a crew, or change one; 422 with every fault by its column."""
    fields = asked.model_dump(exclude={"crew_id"}) | {"hours": tuple(asked.hours)}
    return rounds_crews.save_crew(GivenCrew(**fields), asked.crew_id, actor=actor)


@OPERATIONS.add("班を表から入れる", PLAN, "POST crews/table", "crew load", answer=Answer(RoundsLoadedOut))
def load_crews(asked: CrewTableIn, actor: Actor) -> dict[str, Any]:
    """All crews of a table, or none: 422 with every fault by its cell."""
    return {"number": rounds_crews.load_crews(BytesIO(asked.file.read(LARGEST_TABLE)), {}, actor=actor)}


@OPERATIONS.add(
    "道路のファイルの一覧",
    VIEW,
    "GET roads",
    "roads list",
    answer=Answer(list[RoadFileOut], columns=ROAD_COLUMNS),
)
def list_roads(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The road files, the newest first. With none in use, ways are straight lines times the town's factor."""
    return [_road(row) for row in asked.of(RoadFile.objects.order_by("-pk"))]


@OPERATIONS.add("道路のファイルを入れる", PLAN, "POST roads", "roads load", status=201, answer=A_ROAD_FILE)
def take_roads(asked: RoadsIn, actor: Actor) -> RoadFile:
    """Read a GeoJSON of roads and use it from now on; 422 with what is wrong and where."""
    return rounds_roads.take_roads(asked.file.name, asked.file.read(LARGEST), asked.source, actor=actor)


@OPERATIONS.add("この道路で計算する", PLAN, "POST roads/{road_file_id}/use", "roads use", answer=A_ROAD_FILE)
def use_roads(asked: OneRoadFile, actor: Actor) -> RoadFile:
    """Measure ways on that file from now on."""
    return rounds_roads.use_roads(asked.road_file_id, actor=actor)


@OPERATIONS.add("直線距離で計算する", PLAN, "POST roads/straight", "roads straight", answer=A_ROAD_FILE)
def use_straight(asked: Nothing, actor: Actor) -> RoadFile:
    """Measure ways along straight lines from now on. Gives the file that was in use; 404 where none was ever loaded."""
    return rounds_roads.use_roads(None, actor=actor)
