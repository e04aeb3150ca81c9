"""Analyses: begin one, look at its pictures, say what is right."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.actions import judging, starting
from yakuba.services.vision.contracts import Purpose, View
from yakuba.services.vision.models import Analysis, Camera, Picture
from yakuba.services.vision.operations.table import OPERATIONS
from yakuba.services.vision.queries import exports, pictures

MISSING = "ファイルがありません。名前と場所を確かめてください。"


class AnalysisIn(BaseModel):
    """What is looked at."""

    title: str = Field(min_length=1, max_length=120, description="件名")
    purpose: Purpose = Field(description="目的（road、traffic、parking、trap、general）")
    files: list[Upload] = Field(description="写真、ZIP、動画")
    track: Upload | None = Field(None, description="軌跡（GPX、CSV）")
    camera_id: int | None = Field(None, description="カメラの番号")
    view: View = Field(View.AHEAD, description="写真の向き（ahead 前、down 真下）")
    every: float = Field(10.0, description="動画の間隔")
    by: Literal["metres", "seconds"] = Field("metres", description="間隔の単位")
    began_at: datetime | None = Field(None, description="動画の始まりの日時")
    time_offset: int = Field(0, ge=-86_400, le=86_400, description="軌跡の時計がカメラより進んでいる秒数")
    nobody_seen: bool = Field(False, description="人も車も写っていないことを確かめた")


class OneAnalysis(BaseModel):
    """An analysis."""

    analysis_id: int = Field(description="解析の番号")


class AnalysesIn(Part):
    """Which analyses."""

    purpose: str = Field("", max_length=10, description="この目的だけ")


class PicturesIn(Part):
    """Pictures of an analysis."""

    analysis_id: int = Field(description="解析の番号")


class OneVisionPicture(BaseModel):
    """A picture."""

    vision_picture_id: int = Field(description="画像の番号")


class JudgementIn(OneVisionPicture):
    """What a person says of it."""

    truth: str = Field("", max_length=20, description="正しい結果（空なら、分からない）")
    seconds: float = Field(0, ge=0, le=3_600, description="見ていた秒数")
    species: str = Field("", max_length=10, description="わなの写真の動物の種類（目撃に入れるとき）")
    number: int = Field(1, ge=1, le=100, description="頭数")


class VisionAnalysisOut(BaseModel):
    """An analysis. state: working, done, stopped."""

    id: int
    title: str
    purpose: str
    purpose_label: str
    state: str
    state_label: str
    pictures: int
    refused: int
    asking: int
    said: list[str]
    reason: str
    created_at: str


class VisionPictureOut(BaseModel):
    """A picture and what was found on it. share: of the road's cells with a crack, or how much a trap's picture differs."""

    id: int
    name: str
    state: str
    reason: str
    warnings: list[str]
    taken_at: str
    latitude: float | None
    longitude: float | None
    section: str
    result: str
    answer: str
    share: float | None
    sure: float | None
    people: int | None
    bicycles: int | None
    vehicles: int | None
    spaces: int | None
    taken: int | None
    asks: bool
    verdict: str
    truth: str


def analysis_facts(row: Analysis) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    counted = pictures.facts(row)
    return {
        "id": row.pk, "title": row.title, "purpose": row.purpose, "purpose_label": row.get_purpose_display(), "state": row.state,
        "state_label": row.get_state_display(), "pictures": counted.pictures, "refused": counted.refused,
        "asking": Picture.objects.filter(analysis=row, asks=True).count(), "said": row.said, "reason": row.reason,
        "created_at": timezone.localtime(row.created_at).isoformat(),
    }  # fmt: skip


def picture_facts(row: Picture) -> dict[str, Any]:
    """As a program sees it."""
    names = ("name", "state", "reason", "warnings", "latitude", "longitude", "answer", "share", "sure", "people", "bicycles", "vehicles", "spaces", "taken", "asks", "verdict", "truth")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "id": row.pk,
        "taken_at": timezone.localtime(row.taken_at).isoformat() if row.taken_at else "",
        "section": row.section.code if row.section else "",
        "result": pictures.result(row),
    }


def _so_far(row: Analysis) -> tuple[int, int, bool]:
    work = work_of(starting.JOB, row.job_key)
    return work.done, work.total, work.is_live


COLUMNS = {"id": "番号", "title": "件名", "purpose_label": "目的", "state_label": "状態", "pictures": "写真", "refused": "開けない", "asking": "判断待ち"}  # fmt: skip
PICTURE_COLUMNS = {
    "id": "番号",
    "name": "名前",
    "result": "結果",
    "section": "区間",
    "asks": "判断待ち",
    "reason": "わけ",
}
ANALYSIS = Answer(VisionAnalysisOut, analysis_facts, COLUMNS, fault=lambda facts: facts["reason"])
PICTURE = Answer(VisionPictureOut, picture_facts, PICTURE_COLUMNS)


@OPERATIONS.add(
    "画像を解析する", "vision.begin", "POST analyses", "look", answer=ANALYSIS, status=201, event="vision.begun",
    trace=lambda asked, row: Trace(f"analysis:{row.pk}", {"purpose": row.purpose, "files": len(asked.files)}),
    work=Work("画像の解析", progress=_so_far),
)  # fmt: skip
def begin(asked: AnalysisIn, actor: Actor) -> Analysis:
    """Pictures, archives and films of one purpose; what is not opened is told with its name."""
    camera = one(Camera.objects.all(), asked.camera_id) if asked.camera_id is not None else None
    began = asked.began_at
    if began is not None and timezone.is_naive(began):
        began = timezone.make_aware(began)
    new = starting.NewAnalysis(
        asked.title,
        asked.purpose,
        camera,
        asked.view,
        asked.every,
        asked.by,
        began,
        asked.time_offset,
        asked.nobody_seen,
    )
    given = [_stream(one) for one in asked.files]
    return starting.start(new, given, _stream(asked.track) if asked.track else None, actor=actor)


def _stream(upload: Upload) -> starting.Given:
    if upload.stream is None:
        raise Invalid(MISSING, place=upload.name)
    return upload.name, upload.stream


@OPERATIONS.add(
    "解析の一覧",
    "vision.view",
    "GET analyses",
    "list",
    answer=Answer(list[VisionAnalysisOut], columns=COLUMNS),
)
def list_analyses(asked: AnalysesIn, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    rows = pictures.analyses()
    return [
        analysis_facts(row) for row in asked.of(rows.filter(purpose=asked.purpose) if asked.purpose else rows)
    ]


@OPERATIONS.add("解析の結果", "vision.view", "GET analyses/{analysis_id}", "show", answer=ANALYSIS)
def show(asked: OneAnalysis, actor: Actor) -> Analysis:
    """How far it is, and what came out."""
    return one(Analysis.objects.all(), asked.analysis_id)


@OPERATIONS.add(
    "解析の写真", "vision.view", "GET analyses/{analysis_id}/pictures", "pictures", answer=Answer(list[VisionPictureOut], columns=PICTURE_COLUMNS)
)  # fmt: skip
def list_pictures(asked: PicturesIn, actor: Actor) -> list[dict[str, Any]]:
    """What was found on each."""
    row = one(Analysis.objects.all(), asked.analysis_id)
    return [picture_facts(each) for each in asked.of(pictures.pictures(row.pk))]


@OPERATIONS.add(
    "判断を待つ写真", "vision.review", "GET queue", "queue", answer=Answer(list[VisionPictureOut], columns=PICTURE_COLUMNS)
)  # fmt: skip
def list_queue(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The oldest first."""
    return [picture_facts(row) for row in asked.of(pictures.asking())]


@OPERATIONS.add(
    "写真の結果を判断する", "vision.review", "POST pictures/{vision_picture_id}/judge", "judge", answer=PICTURE, event="vision.judged",
    trace=lambda asked, row: Trace(f"picture:{row.pk}", {"verdict": row.verdict, "sighting": bool(asked.species)}),
)  # fmt: skip
def judge(asked: JudgementIn, actor: Actor) -> Picture:
    """The last word counts; with nothing said, another person is asked."""
    seen = judging.Seen(asked.species, asked.number) if asked.species else None
    return judging.judge(asked.vision_picture_id, asked.truth, asked.seconds, seen, actor=actor)


@OPERATIONS.add(
    "解析の写真をGeoJSONで書き出す", "vision.export", "GET analyses/{analysis_id}/pictures.geojson", "export",
    answer=Answer(media_type="application/geo+json"), event="vision.taken_along", step_up=True,
    trace=lambda asked, file: Trace(f"analysis:{asked.analysis_id}"),
)  # fmt: skip
def take_pictures(asked: OneAnalysis, actor: Actor) -> Download:
    """Places and results, no pictures."""
    row = one(Analysis.objects.all(), asked.analysis_id)
    return Download(
        f"pictures-{row.pk}.geojson", "application/geo+json; charset=utf-8", exports.pictures(row).encode()
    )
