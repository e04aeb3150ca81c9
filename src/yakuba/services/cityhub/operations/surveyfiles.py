"""Drone and survey files: taken in, put on the map, measured, shown to outsiders for a time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import surveyfiles as actions
from yakuba.services.cityhub.actions import surveymeasures, surveyshares
from yakuba.services.cityhub.models import SurveyFile, SurveyMeasure, SurveyShare
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import surveyfiles as queries

Metres = Annotated[float | None, Field(None, ge=0, le=1_000)]


class SurveyIn(BaseModel):
    """A survey file."""

    file: Upload = Field(description="GeoTIFF、LAS、LAZ、点のCSV")
    title: Annotated[str, Word("--title")] = Field(min_length=1, max_length=80, description="題名")
    flown_on: Annotated[date, Word("--flown-on")] = Field(description="撮影・計測した日")
    years: int = Field(5, description="残す年数（1、3、5、10、30）")
    order: Literal["", "north", "east"] = Field(
        "", description="点のCSVの並び。north：X（北）、Y（東）、高さ。east：東、北、高さ"
    )
    note: str = Field("", max_length=300, description="メモ")


class OneSurvey(BaseModel):
    """A survey file."""

    survey_id: int = Field(description="測量ファイルの番号")


class SurveySystemIn(OneSurvey):
    """Its coordinate system."""

    epsg: int = Field(description="座標系のEPSGコード（平面直角 第9系なら6677）")


class SurveyRegionIn(BaseModel):
    """Where, and what the result is called."""

    title: Annotated[str, Word("--title")] = Field(min_length=1, max_length=80, description="題名")
    region: str = Field("", max_length=100_000, description="区域や線。1行に1点、またはGeoJSON")
    way: Literal["degrees", "plane"] = Field(
        "degrees", description="点の書き方。degrees：緯度, 経度。plane：X（北）, Y（東）"
    )


class SurveyAreaIn(SurveyRegionIn, OneSurvey):
    """An area."""


class SurveyVolumeIn(SurveyRegionIn):
    """A volume between two surfaces."""

    surface_id: int = Field(description="後の面の番号")
    other_id: int = Field(description="前の面の番号")
    stable: str = Field("", max_length=100_000, description="そのあいだに動いていない場所")
    sigma_after: Metres = Field(None, ge=0, le=100, description="後の面の高さの誤差（RMSE、m）")
    sigma_before: Metres = Field(None, ge=0, le=100, description="前の面の高さの誤差（RMSE、m）")
    length: Metres = Field(None, ge=0, le=1_000, description="誤差がそろう長さ（m）")
    bias: Metres = Field(None, ge=0, le=100, description="全体のずれ（m）")


class SurveyProfileIn(SurveyRegionIn):
    """A profile along a line."""

    surface_id: int = Field(description="面の番号")
    other_id: int | None = Field(None, description="くらべる面の番号")


class SurveyTreesIn(SurveyRegionIn):
    """Trees, by the greatest heights above the ground."""

    surface_id: int = Field(description="木の上の面の番号")
    other_id: int = Field(description="地面の面の番号")
    least: float = Field(ge=0.5, le=60, description="数える高さの下限（m）")
    apart: float = Field(ge=0.3, le=30, description="木の間隔の目安（半径、m）")
    smooth: float = Field(0.5, ge=0, le=10, description="ならす長さ（m）")


class OneMeasure(BaseModel):
    """A result."""

    survey_measure_id: int = Field(description="結果の番号")


class SurveyShareIn(OneSurvey):
    """A link for an outsider."""

    for_whom: Annotated[str, Word("--for")] = Field(min_length=1, max_length=120, description="見せる相手")
    reason: Annotated[str, Word("--reason")] = Field(min_length=1, max_length=300, description="見せるわけ")
    days: int = Field(14, ge=1, le=surveyshares.MOST_DAYS, description="見せる日数")
    with_file: bool = Field(False, description="元のファイルも渡すか")


class OneShare(BaseModel):
    """A link."""

    share_id: int = Field(description="リンクの番号")


class SurveySurfaceOut(BaseModel):
    """A surface. cell: m or degrees, by the coordinate system."""

    id: int
    layer: str
    rows: int
    columns: int
    cell: float
    low: float | None
    high: float | None


class SurveyOut(BaseModel):
    """A survey file. state: waiting, done, failed; system: EPSG; trouble: why it is not on the map."""

    id: int
    title: str
    name: str
    sort: str
    state: str
    reason: str
    system: int | None
    trouble: str
    flown_on: str
    kept_until: str
    facts: dict[str, Any]
    outline: list[list[float]]
    surfaces: list[SurveySurfaceOut]


class SurveyMeasureOut(BaseModel):
    """A result. Volumes in m³: independent, correlated, bias and believed are standard deviations."""

    id: int
    sort: str
    title: str
    state: str
    reason: str
    result: dict[str, Any]


class SurveyShareOut(BaseModel):
    """A link. key: of its address, empty but for the moment in which it is made."""

    id: int
    for_whom: str
    with_file: bool
    expires_at: str
    revoked: bool
    opened: int
    key: str


COLUMNS = {
    "id": "番号",
    "title": "題名",
    "sort": "種類",
    "state": "状態",
    "system": "座標系",
    "reason": "読めないわけ",
}
MEASURED = {"id": "番号", "sort": "種類", "title": "題名", "state": "状態", "reason": "出せないわけ"}
SHARED = {"id": "番号", "for_whom": "相手", "expires_at": "期限", "opened": "開かれた回数"}


def _facts(row: SurveyFile) -> dict[str, Any]:
    row.refresh_from_db()
    plain = ("title", "name", "sort", "state", "reason", "facts", "outline")
    surfaces = [
        {"id": each.pk, "cell": each.cell_x}
        | {name: getattr(each, name) for name in ("layer", "rows", "columns", "low", "high")}
        for each in row.surfaces.order_by("pk")
    ]
    return {
        "id": row.pk,
        "system": row.code,
        "trouble": actions.trouble_of(row),
        "flown_on": row.flown_on.isoformat(),
        "kept_until": row.kept_until.isoformat(),
        "surfaces": surfaces,
    } | {name: getattr(row, name) for name in plain}


def _measured(row: SurveyMeasure) -> dict[str, Any]:
    if row.pk and SurveyMeasure.objects.filter(pk=row.pk).exists():
        row.refresh_from_db()
    names = ("sort", "title", "state", "reason", "result")
    return {"id": row.pk} | {name: getattr(row, name) for name in names}


def _shared(row: SurveyShare, key: str = "") -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("for_whom", "with_file", "opened")}
    ends = {"expires_at": row.expires_at.isoformat(), "revoked": row.revoked_at is not None}
    return {"id": row.pk, "key": key} | plain | ends


A_SURVEY = Answer(SurveyOut, _facts, COLUMNS, fault=lambda facts: facts["reason"])
A_MEASURE = Answer(SurveyMeasureOut, _measured, MEASURED, fault=lambda facts: facts["reason"])


def _so_far(job: str) -> Any:
    def progress(row: Any) -> tuple[int, int, bool]:
        work = work_of(job, row.job_key)
        return work.done, work.total, work.is_live

    return progress


READING = Work("読み取り", progress=_so_far(actions.JOB))
RECKONING = Work("計算", progress=_so_far(surveymeasures.JOB))


@OPERATIONS.add(
    "測量ファイルの一覧",
    "cityhub.view",
    "GET surveys",
    command="surveys",
    answer=Answer(list[SurveyOut], columns=COLUMNS),
)
def list_surveys(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Drone and survey files, the newest first."""
    return [_facts(row) for row in asked.of(queries.files())]


@OPERATIONS.add("測量ファイル", "cityhub.view", "GET surveys/{survey_id}", command="survey", answer=A_SURVEY)
def show_survey(asked: OneSurvey, actor: Actor) -> SurveyFile:
    """One, with what was found in it and its surfaces."""
    return one(SurveyFile.objects.all(), asked.survey_id)


@OPERATIONS.add(
    "測量ファイルを入れる",
    "cityhub.survey",
    "POST surveys",
    command="load-survey",
    status=201,
    answer=A_SURVEY,
    work=READING,
)
def load_survey(asked: SurveyIn, actor: Actor) -> SurveyFile:
    """GeoTIFF, LAS, LAZ or points as text; a worker reads it."""
    if asked.file.stream is None:
        raise Invalid("ファイルを開けません。名前を確かめてください。", place=asked.file.name)
    given = asked.model_dump(exclude={"file"})
    return actions.hand_in(asked.file.name, asked.file.stream, **given, actor=actor)


@OPERATIONS.add(
    "測量ファイルの座標系を選ぶ", "cityhub.survey", "POST surveys/{survey_id}/system", command="set-survey-system", answer=A_SURVEY
)  # fmt: skip
def choose_survey_system(asked: SurveySystemIn, actor: Actor) -> SurveyFile:
    """For a file that does not say it itself."""
    return actions.choose_system(asked.survey_id, asked.epsg, actor=actor)


@OPERATIONS.add(
    "測量ファイルを消す", "cityhub.survey", "POST surveys/{survey_id}/remove", command="remove-survey",
    answer=Answer(OneSurvey, lambda row: {"survey_id": row.pk}),
)  # fmt: skip
def remove_survey(asked: OneSurvey, actor: Actor) -> SurveyFile:
    """With its surfaces, results and links."""
    return actions.remove_survey(asked.survey_id, actor=actor)


@OPERATIONS.add(
    "測量ファイルの元のファイル", "cityhub.survey", "GET surveys/{survey_id}/file", command="survey-file",
    answer=Answer(media_type="application/octet-stream"), event="cityhub.survey_given",
    trace=lambda asked, download: Trace(f"survey:{asked.survey_id}"), step_up=True,
)  # fmt: skip
def survey_file(asked: OneSurvey, actor: Actor) -> Download:
    """As it came."""
    row = one(SurveyFile.objects.select_related("file"), asked.survey_id)
    return download_of(row)


def download_of(row: SurveyFile) -> Download:
    """The file as it came, by an ASCII name."""
    ending = "".join(each for each in row.name.rpartition(".")[2] if each.isascii() and each.isalnum())[:8]
    pieces = pieces_of(row.file)
    return Download(f"survey-{row.pk}.{ending or 'bin'}", "application/octet-stream", pieces)


@OPERATIONS.add(
    "面積を測る", "cityhub.survey", "POST surveys/{survey_id}/areas", command="measure-area", status=201, answer=A_MEASURE, work=RECKONING
)  # fmt: skip
def measure_area(asked: SurveyAreaIn, actor: Actor) -> SurveyMeasure:
    """Of a polygon, in the plane and on the ground."""
    return surveymeasures.begin("area", asked.title, asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "体積を測る", "cityhub.survey", "POST survey-volumes", command="measure-volume", status=201, answer=A_MEASURE, work=RECKONING
)  # fmt: skip
def measure_volume(asked: SurveyVolumeIn, actor: Actor) -> SurveyMeasure:
    """Between two surfaces, with its uncertainty in three ways."""
    return surveymeasures.begin("volume", asked.title, asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "断面を見る", "cityhub.survey", "POST survey-profiles", command="measure-profile", status=201, answer=A_MEASURE, work=RECKONING
)  # fmt: skip
def measure_profile(asked: SurveyProfileIn, actor: Actor) -> SurveyMeasure:
    """Heights of one or two surfaces along a line."""
    return surveymeasures.begin("profile", asked.title, asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "木を数える", "cityhub.survey", "POST survey-trees", command="count-trees", status=201, answer=A_MEASURE, work=RECKONING
)  # fmt: skip
def count_trees(asked: SurveyTreesIn, actor: Actor) -> SurveyMeasure:
    """By the greatest heights above the ground; a simple method, with its limits on the page."""
    return surveymeasures.begin("trees", asked.title, asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "測った結果",
    "cityhub.view",
    "GET survey-measures/{survey_measure_id}",
    command="measure",
    answer=A_MEASURE,
)
def show_measure(asked: OneMeasure, actor: Actor) -> SurveyMeasure:
    """A result."""
    return one(SurveyMeasure.objects.all(), asked.survey_measure_id)


@OPERATIONS.add(
    "測った結果を消す", "cityhub.survey", "POST survey-measures/{survey_measure_id}/remove", command="remove-measure",
    answer=Answer(OneMeasure, lambda row: {"survey_measure_id": row.pk}),
)  # fmt: skip
def remove_measure(asked: OneMeasure, actor: Actor) -> SurveyMeasure:
    """The surfaces stay."""
    return surveymeasures.remove_measure(asked.survey_measure_id, actor=actor)


@OPERATIONS.add(
    "測量ファイルを見せるリンクの一覧", "cityhub.survey_share", "GET surveys/{survey_id}/links", command="survey-links",
    answer=Answer(list[SurveyShareOut], columns=SHARED),
)  # fmt: skip
def list_survey_links(asked: OneSurvey, actor: Actor) -> list[dict[str, Any]]:
    """Those that have ended too."""
    return [_shared(row) for row in queries.shares(one(SurveyFile.objects.all(), asked.survey_id))]


@OPERATIONS.add(
    "測量ファイルを見せるリンクを作る", "cityhub.survey_share", "POST surveys/{survey_id}/links", command="share-survey", status=201,
    answer=Answer(SurveyShareOut, lambda made: _shared(*made), SHARED | {"key": "鍵"}), step_up=True,
)  # fmt: skip
def share_survey(asked: SurveyShareIn, actor: Actor) -> tuple[SurveyShare, str]:
    """A link for somebody without an account, which ends by itself. Its key is shown this once."""
    return surveyshares.share(**asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "測量ファイルを見せるリンクを止める", "cityhub.survey_share", "POST survey-links/{share_id}/revoke", command="unshare-survey",
    answer=Answer(SurveyShareOut, lambda row: _shared(row), SHARED),
)  # fmt: skip
def revoke_survey_link(asked: OneShare, actor: Actor) -> SurveyShare:
    """It opens nothing from now on."""
    return surveyshares.revoke(asked.share_id, actor=actor)
