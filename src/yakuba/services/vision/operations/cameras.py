"""Cameras, spaces, and counts."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Trace, Work
from yakuba.kernel.operations.finding import one
from yakuba.services.vision.actions import again, cameras
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import Camera, ParkingSpace
from yakuba.services.vision.operations.table import OPERATIONS
from yakuba.services.vision.queries import counts


class VisionCameraIn(BaseModel):
    """A camera."""

    name: str = Field(min_length=1, max_length=60, description="名前")
    purpose: Purpose = Field(description="目的")
    latitude: float | None = Field(None, ge=-90, le=90, description="緯度")
    longitude: float | None = Field(None, ge=-180, le=180, description="経度")
    entity_id: str = Field("", max_length=256, description="都市OSの実体（駐車場）")
    line: str = Field("", max_length=60, description="数える線（%で「x,y x,y」）")
    height_m: float | None = Field(None, description="車載カメラの道路からの高さ（m）")
    pitch: float | None = Field(None, description="車載カメラの下向きの角度（度）")
    focal: float | None = Field(None, gt=0, le=10, description="焦点距離（写真の幅に対する比）")


class OneVisionCamera(BaseModel):
    """A camera."""

    camera_id: int = Field(description="カメラの番号")


class VisionCameraChange(VisionCameraIn, OneVisionCamera):
    """A camera as it is from now on."""


class SpacesIn(OneVisionCamera):
    """All spaces of a camera."""

    text: str = Field(max_length=60_000, description="駐車ます（1行に「番号: x,y x,y x,y x,y」、%）")


class VisionCameraOut(BaseModel):
    """A camera with how many spaces it has."""

    id: int
    name: str
    purpose: str
    purpose_label: str
    latitude: float | None
    longitude: float | None
    entity_id: str
    line: str
    spaces: int


class VisionHourOut(BaseModel):
    """An hour. people, bicycles, vehicles: mean of a picture, null where nothing was counted; forward, back: over the line in films."""

    begin: str
    pictures: int
    people: float | None
    bicycles: float | None
    vehicles: float | None
    forward: int
    back: int
    watched: bool


def camera_facts(row: Camera) -> dict[str, Any]:
    """As a program sees it."""
    names = ("name", "purpose", "latitude", "longitude", "entity_id")
    return {name: getattr(row, name) for name in names} | {
        "id": row.pk,
        "purpose_label": row.get_purpose_display(),  # type: ignore[attr-defined]
        "line": cameras.written(row.line) if row.line else "",
        "spaces": ParkingSpace.objects.filter(camera=row).count(),
    }


def _given(asked: VisionCameraIn) -> dict[str, Any]:
    return asked.model_dump(exclude={"camera_id", "line"}) | {"line": cameras.read_line(asked.line)}


def _so_far(row: Camera) -> tuple[int, int, bool]:
    work = work_of(again.JOB, f"camera-{row.pk}")
    return work.done, work.total, work.is_live


COLUMNS = {
    "id": "番号",
    "name": "名前",
    "purpose_label": "目的",
    "spaces": "ます",
    "entity_id": "都市OSの実体",
}
CAMERA = Answer(VisionCameraOut, camera_facts, COLUMNS)


@OPERATIONS.add(
    "カメラの一覧",
    "vision.view",
    "GET cameras",
    "camera list",
    answer=Answer(list[VisionCameraOut], columns=COLUMNS),
)
def list_cameras(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By name."""
    return [camera_facts(row) for row in asked.of(Camera.objects.order_by("name"))]


@OPERATIONS.add(
    "カメラを登録する", "vision.set", "POST cameras", "camera add", answer=CAMERA, status=201, event="vision.camera_set",
    trace=lambda asked, row: Trace(f"camera:{row.pk}"),
)  # fmt: skip
def add_camera(asked: VisionCameraIn, actor: Actor) -> Camera:
    """In a car park, at a trap, over a street, or on a car."""
    return cameras.set_camera(_given(asked))


@OPERATIONS.add(
    "カメラを直す", "vision.set", "POST cameras/{camera_id}", "camera set", answer=CAMERA, event="vision.camera_set",
    trace=lambda asked, row: Trace(f"camera:{row.pk}"),
)  # fmt: skip
def set_camera(asked: VisionCameraChange, actor: Actor) -> Camera:
    """All of it anew."""
    return cameras.set_camera(_given(asked), one(Camera.objects.all(), asked.camera_id))


@OPERATIONS.add(
    "駐車ますを描く", "vision.set", "POST cameras/{camera_id}/spaces", "camera spaces", answer=CAMERA, event="vision.spaces_set",
    trace=lambda asked, row: Trace(f"camera:{row.pk}"),
)  # fmt: skip
def set_spaces(asked: SpacesIn, actor: Actor) -> Camera:
    """All spaces of a camera, anew."""
    row = one(Camera.objects.all(), asked.camera_id)
    cameras.set_spaces(row, asked.text)
    return row


@OPERATIONS.add(
    "写真をもう一度比べる", "vision.review", "POST cameras/{camera_id}/again", "camera again", answer=CAMERA, event="vision.compared_again",
    trace=lambda asked, row: Trace(f"camera:{row.pk}"), work=Work("もう一度比べる", progress=_so_far),
)  # fmt: skip
def compare_again(asked: OneVisionCamera, actor: Actor) -> Camera:
    """What waits for a person, with the empty pictures that are known now."""
    return again.begin(one(Camera.objects.all(), asked.camera_id))


@OPERATIONS.add(
    "時間ごとの数", "vision.view", "GET counts", "counts",
    answer=Answer(list[VisionHourOut], columns={"begin": "時間", "pictures": "写真", "people": "人", "bicycles": "自転車", "vehicles": "車", "forward": "行き", "back": "帰り"}, notes=lambda facts: counts.MEASURED),
)  # fmt: skip
def list_counts(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By the clock's hour; what these numbers are stands beside them."""
    return [vars(each) | {"begin": each.begin.isoformat()} for each in asked.of(counts.hours())]
