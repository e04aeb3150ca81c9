"""Road sections: brought, made, changed; and which comes first."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Part, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.services.vision.actions import roads
from yakuba.services.vision.models import Analysis, RoadSection
from yakuba.services.vision.operations.table import OPERATIONS
from yakuba.services.vision.queries import exports
from yakuba.services.vision.queries import roads as queries

LARGEST = 10_000_000  # bytes


class RoadSectionsIn(BaseModel):
    """Sections in a file."""

    file: Upload = Field(description="区間のファイル（GeoJSONの線、または番号・緯度・経度の表）")


class MakeSectionsIn(BaseModel):
    """Along which drive, and how long."""

    analysis_id: int = Field(description="解析の番号")
    length: float = Field(100.0, description="区間の長さ（m）")


class OneRoadSection(BaseModel):
    """A section."""

    road_section_id: int = Field(description="区間の番号（画面のアドレスにある数）")


class RoadSectionIn(OneRoadSection):
    """What is known of it."""

    name: str = Field("", max_length=120, description="路線名")
    traffic: int | None = Field(None, ge=0, le=9_999_999, description="交通量（台/日）")
    repaired_on: date | None = Field(None, description="前の修繕の日")


class RoadSectionOut(BaseModel):
    """A section. damage: light, middle, heavy, or empty where it was not measured; share: of cells with a crack, null like it."""

    id: int
    code: str
    name: str
    metres: float
    damage: str
    damage_label: str
    share: float | None
    trend: str
    driven_on: str
    pictures: int
    traffic: int | None
    repaired_on: str


class SectionsCountOut(BaseModel):
    """How many sections were written."""

    number: int


class PriorityStepOut(BaseModel):
    """One part of a sum."""

    label: str
    value: str
    share: float
    weight: int
    points: float


class RepairPriorityOut(BaseModel):
    """A section in the order of repair, with the steps of its sum."""

    place: int
    code: str
    name: str
    damage_label: str
    points: float
    steps: list[PriorityStepOut]


def section_facts(standing: queries.Standing) -> dict[str, Any]:
    """As a program sees it."""
    row, now = standing.row, standing.now
    return {
        "id": row.pk, "code": row.code, "name": row.name, "metres": round(row.metres, 1),
        "damage": standing.damage.value if standing.damage else "", "damage_label": standing.words, "share": now.share if now else None,
        "trend": standing.trend, "driven_on": now.on.isoformat() if now else "", "pictures": now.pictures if now else 0,
        "traffic": row.traffic, "repaired_on": row.repaired_on.isoformat() if row.repaired_on else "",
    }  # fmt: skip


def _one(row: RoadSection) -> dict[str, Any]:
    return section_facts(queries.standings([row])[0])


COLUMNS = {
    "code": "番号",
    "name": "路線名",
    "metres": "延長（m）",
    "damage_label": "損傷",
    "trend": "前回との比較",
    "pictures": "写真",
}
COUNT = Answer(SectionsCountOut, lambda number: {"number": number}, {"number": "区間"})


@OPERATIONS.add(
    "道路の区間の一覧",
    "vision.view",
    "GET sections",
    "section list",
    answer=Answer(list[RoadSectionOut], columns=COLUMNS),
)
def list_sections(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By code, with what the last drive measured."""
    return [section_facts(each) for each in queries.standings(list(asked.of(queries.sections())))]


@OPERATIONS.add(
    "道路の区間を入れる", "vision.set", "POST sections", "section load", answer=COUNT, status=201, event="vision.sections_loaded",
    trace=lambda asked, number: Trace("sections", {"number": number}),
)  # fmt: skip
def load_sections(asked: RoadSectionsIn, actor: Actor) -> int:
    """All of a file, or every fault by line."""
    return roads.load(asked.file.read(LARGEST), {})


@OPERATIONS.add(
    "走った道から区間を作る", "vision.set", "POST analyses/{analysis_id}/sections", "section make", answer=COUNT, status=201,
    event="vision.sections_made", trace=lambda asked, number: Trace(f"analysis:{asked.analysis_id}", {"number": number}),
)  # fmt: skip
def make_sections(asked: MakeSectionsIn, actor: Actor) -> int:
    """Pieces of equal length along the pictures of a drive."""
    return roads.make(one(Analysis.objects.all(), asked.analysis_id), asked.length)


@OPERATIONS.add(
    "道路の区間を直す", "vision.set", "POST sections/{road_section_id}", "section set", answer=Answer(RoadSectionOut, _one, COLUMNS),
    event="vision.section_changed", trace=lambda asked, row: Trace(f"section:{row.pk}"),
)  # fmt: skip
def set_section(asked: RoadSectionIn, actor: Actor) -> RoadSection:
    """Name, traffic and last repair: they count in the order of repair."""
    row = one(RoadSection.objects.all(), asked.road_section_id)
    return roads.change(row, asked.model_dump(exclude={"road_section_id"}))


@OPERATIONS.add(
    "道路の区間を消す", "vision.set", "DELETE sections/{road_section_id}", "section remove", answer=COUNT, event="vision.section_removed",
    trace=lambda asked, number: Trace(f"section:{asked.road_section_id}"),
)  # fmt: skip
def remove_section(asked: OneRoadSection, actor: Actor) -> int:
    """With what was measured of it; its pictures stay."""
    roads.remove(one(RoadSection.objects.all(), asked.road_section_id))
    return 1


@OPERATIONS.add(
    "修繕の順番", "vision.view", "GET priorities", "priorities",
    answer=Answer(list[RepairPriorityOut], columns={"place": "順位", "code": "番号", "name": "路線名", "damage_label": "損傷", "points": "点数"}),
)  # fmt: skip
def list_priorities(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Measured sections alone, with the steps of each sum."""
    first, _ = queries.priorities()
    listed = list(enumerate(first, 1))
    return [
        {
            "place": place, "code": standing.row.code, "name": standing.row.name, "damage_label": standing.words, "points": round(ranked.points, 2),
            "steps": [
                {"label": step.label, "value": step.value, "share": round(step.share, 4), "weight": step.weight, "points": round(step.points, 2)}
                for step in ranked.steps
            ],
        }
        for place, (standing, ranked) in asked.of(listed)
    ]  # fmt: skip


@OPERATIONS.add(
    "道路の区間をGeoJSONで書き出す", "vision.export", "GET sections.geojson", "section export",
    answer=Answer(media_type="application/geo+json"), event="vision.taken_along", step_up=True, trace=lambda asked, file: Trace("sections"),
)  # fmt: skip
def take_sections(asked: Nothing, actor: Actor) -> Download:
    """With class, trend and day of each."""
    return Download(
        "sections.geojson", "application/geo+json; charset=utf-8", exports.road_sections().encode()
    )


@OPERATIONS.add(
    "修繕の順番をCSVで書き出す", "vision.export", "GET priorities.csv", "priorities-export", answer=Answer(media_type="text/csv"),
    event="vision.taken_along", step_up=True, trace=lambda asked, file: Trace("priorities"),
)  # fmt: skip
def take_priorities(asked: Nothing, actor: Actor) -> Download:
    """With the steps of each sum."""
    return Download(
        "priorities.csv", "text/csv; charset=utf-8", ("\ufeff" + exports.priority_table()).encode()
    )
