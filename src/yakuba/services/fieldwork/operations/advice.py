"""What can be done about fields and their advice."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, FromFile, Nothing, Pairs, Part, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.services.fieldwork.actions import advice_data, advice_indices
from yakuba.services.fieldwork.engine.advice.judging import Verdict
from yakuba.services.fieldwork.models import FarmerLink, FarmField, IndexRun
from yakuba.services.fieldwork.operations.table import OPERATIONS
from yakuba.services.fieldwork.queries import advice as queries

LARGEST = 20_000_000  # bytes of a table


class FarmFieldIn(BaseModel):
    """A field."""

    name: str = Field(min_length=1, max_length=80, description="圃場")
    crop: str = Field(min_length=1, max_length=60, description="作物")
    sown_on: date | None = Field(None, description="播種・移植の日")
    farmer: str = Field("", max_length=80, description="農家")
    station: str = Field("", max_length=60, description="気象の地点")
    entity_id: str = Field("", max_length=256, description="都市OSの実体")
    attribute: str = Field("", max_length=256, description="都市OSの属性")
    outline: str = Field("", max_length=100_000, description="区域（GeoJSON）")


class OneFarmField(BaseModel):
    """A field."""

    field_id: int = Field(description="圃場の番号")


class FarmFieldChangeIn(FarmFieldIn, OneFarmField):
    """What a field becomes."""


class FarmFieldsIn(BaseModel):
    """Fields on a map."""

    text: Annotated[str, FromFile()] = Field(max_length=10_000_000, description="圃場のGeoJSONファイル")


class FieldTableIn(BaseModel):
    """Weather or soil."""

    file: Upload = Field(description="表のファイル（CSVかExcel）")
    columns: Annotated[dict[str, str], Pairs("見出し=列")] = Field(
        default_factory=dict, description="見出しと列の組"
    )


class FieldIndexIn(BaseModel):
    """A picture, and its bands."""

    survey_id: int = Field(description="都市OSの測量ファイルの番号")
    kind: Literal["NDVI", "VARI"] = Field(description="指数")
    bands: Annotated[list[int], Word("--band")] = Field(
        min_length=2, max_length=3, description="バンドの番号。NDVIは赤、近赤外。VARIは赤、緑、青"
    )


class FarmerLinkIn(BaseModel):
    """A link for a farmer."""

    farmer: str = Field(min_length=1, max_length=80, description="農家")
    days: int = Field(120, ge=1, le=advice_indices.MOST_DAYS, description="開ける日数")


class OneFarmerLink(BaseModel):
    """A link."""

    farmer_link_id: int = Field(description="リンクの番号")


class FarmFieldOut(BaseModel):
    """A field. outline: [longitude, latitude]."""

    id: int
    name: str
    crop: str
    sown_on: str
    farmer: str
    station: str
    outline: list[list[float]]


class FieldVerdictOut(BaseModel):
    """What a rule says. verdict: advised, not, lacking, beyond."""

    code: str
    name: str
    verdict: str
    advice: str
    reasons: list[str]
    source: str


class FieldAdviceOut(BaseModel):
    """What is said of a field on a day. rules: the version that holds; total: degree-days, null where not known."""

    id: int
    field: str
    crop: str
    day: str
    rules: str
    stage: str
    total: float | None
    said: list[FieldVerdictOut]


class FieldIndexRunOut(BaseModel):
    """An index over all fields. fields: name, middle, 10th and 90th of a hundred, share of pixels."""

    id: int
    title: str
    kind: str
    day: str
    state: str
    reason: str
    fields: list[dict[str, Any]]


class FieldRowsOut(BaseModel):
    """How many rows were taken."""

    rows: int


class FarmerLinkOut(BaseModel):
    """A link. key: of its address, empty but for the moment in which it is made."""

    id: int
    farmer: str
    expires_at: str
    revoked: bool
    key: str


def _field(row: FarmField) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("name", "crop", "farmer", "station", "outline")}
    return {"id": row.pk, "sown_on": row.sown_on.isoformat() if row.sown_on else ""} | plain


def _run(row: IndexRun) -> dict[str, Any]:
    row.refresh_from_db()
    fields = [
        {
            "field": each.field.name,
            "middle": each.middle,
            "low": each.low,
            "high": each.high,
            "share": each.share,
        }
        for each in row.fields.select_related("field").order_by("field__name")
    ]
    plain = {name: getattr(row, name) for name in ("title", "kind", "state", "reason")}
    return {"id": row.pk, "day": row.day.isoformat(), "fields": fields} | plain


def _link(row: FarmerLink, key: str = "") -> dict[str, Any]:
    ends = {"expires_at": row.expires_at.isoformat(), "revoked": row.revoked_at is not None}
    return {"id": row.pk, "farmer": row.farmer, "key": key} | ends


def _said(found: queries.FieldAdvice, rules: str, day: date) -> dict[str, Any]:
    said = [
        {
            "code": each.rule.code,
            "name": each.rule.name,
            "verdict": each.verdict.value,
            "advice": each.rule.advice if each.verdict is Verdict.ADVISED else "",
            "reasons": list(each.reasons),
            "source": each.rule.source,
        }
        for each in found.judged
    ]
    return {
        "id": found.field.pk,
        "field": found.field.name,
        "crop": found.field.crop,
        "day": day.isoformat(),
        "rules": rules,
        "stage": found.stage.told,
        "total": found.stage.total,
        "said": said,
    }


FIELD_COLUMNS = {"id": "番号", "name": "圃場", "crop": "作物", "farmer": "農家", "sown_on": "播種"}
A_FIELD = Answer(FarmFieldOut, _field, FIELD_COLUMNS)
A_RUN = Answer(
    FieldIndexRunOut,
    _run,
    {"id": "番号", "title": "画像", "kind": "指数", "state": "状態"},
    fault=lambda facts: facts["reason"],
)
LOADED = Answer(FieldRowsOut, lambda number: {"rows": number})
LINK_COLUMNS = {"id": "番号", "farmer": "農家", "expires_at": "期限"}


def _so_far(job: str) -> Any:
    def progress(row: Any) -> tuple[int, int, bool]:
        work = work_of(job, row.job_key)
        return work.done, work.total, work.is_live

    return progress


@OPERATIONS.add(
    "圃場の一覧", "fieldwork.advice", "GET fields", command="advice fields",
    answer=Answer(list[FarmFieldOut], columns=FIELD_COLUMNS),
)  # fmt: skip
def list_fields(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By name."""
    return [_field(row) for row in asked.of(queries.fields())]


@OPERATIONS.add("圃場を登録する", "fieldwork.advice_data", "POST fields", answer=A_FIELD, status=201)
def add_field(asked: FarmFieldIn, actor: Actor) -> FarmField:
    """A new field."""
    return advice_data.save_field(None, asked.model_dump(), actor=actor)


@OPERATIONS.add("圃場を直す", "fieldwork.advice_data", "POST fields/{field_id}", answer=A_FIELD)
def change_field(asked: FarmFieldChangeIn, actor: Actor) -> FarmField:
    """All of it; an empty outline leaves the one that stands."""
    return advice_data.save_field(asked.field_id, asked.model_dump(exclude={"field_id"}), actor=actor)


@OPERATIONS.add("圃場を消す", "fieldwork.advice_data", "POST fields/{field_id}/remove", answer=A_FIELD)
def remove_field(asked: OneFarmField, actor: Actor) -> FarmField:
    """With its soil and its indices."""
    return advice_data.remove_field(asked.field_id, actor=actor)


@OPERATIONS.add(
    "圃場をGeoJSONから入れる", "fieldwork.advice_data", "POST fields/table", command="advice load-fields", answer=LOADED
)  # fmt: skip
def load_fields(asked: FarmFieldsIn, actor: Actor) -> int:
    """All of them, or every fault with its feature."""
    return advice_data.load_fields(asked.text, actor=actor)


@OPERATIONS.add(
    "気象の表を入れる", "fieldwork.advice_data", "POST fields/weather", command="advice load-weather", answer=LOADED
)  # fmt: skip
def load_weather(asked: FieldTableIn, actor: Actor) -> int:
    """Days of stations: 地点, 日, 平均気温, 最高気温, 最低気温, 雨量."""
    if asked.file.stream is None:
        raise Invalid("ファイルを開けません。名前を確かめてください。", place=asked.file.name)
    return advice_data.load_weather(asked.file.stream, asked.columns, actor=actor)


@OPERATIONS.add(
    "土の表を入れる", "fieldwork.advice_data", "POST fields/soil", command="advice load-soil", answer=LOADED
)  # fmt: skip
def load_soil(asked: FieldTableIn, actor: Actor) -> int:
    """Soil tests: 圃場, 採った日, pH, EC, 可給態窒素, 可給態リン酸, 交換性カリ, 腐植."""
    if asked.file.stream is None:
        raise Invalid("ファイルを開けません。名前を確かめてください。", place=asked.file.name)
    return advice_data.load_soil(asked.file.stream, asked.columns, actor=actor)


@OPERATIONS.add(
    "農作業の助言", "fieldwork.advice", "GET advice", command="advice today",
    answer=Answer(list[FieldAdviceOut], columns={"field": "圃場", "crop": "作物", "stage": "生育段階"}),
)  # fmt: skip
def list_advice(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Of each field today, by the published rules; nothing where no rules are published."""
    held, day = queries.in_force(), queries.today()
    if held is None:
        return []
    row, rules = held
    found = queries.advice(list(asked.of(queries.fields())), rules, day)
    return [_said(each, str(row), day) for each in found]


@OPERATIONS.add(
    "圃場の植生指数の一覧", "fieldwork.advice", "GET field-indices", command="advice indices",
    answer=Answer(list[FieldIndexRunOut], columns=A_RUN.columns),
)  # fmt: skip
def list_field_indices(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The newest 100."""
    return [_run(row) for row in queries.runs()[:100]]


@OPERATIONS.add(
    "圃場の植生指数を計算する", "fieldwork.advice_data", "POST field-indices", command="advice index", status=201, answer=A_RUN,
    work=Work("計算", progress=_so_far(advice_indices.JOB)),
)  # fmt: skip
def begin_field_index(asked: FieldIndexIn, actor: Actor) -> IndexRun:
    """NDVI or VARI of a drone's picture over every field."""
    return advice_indices.begin(asked.survey_id, asked.kind, asked.bands, actor=actor)


@OPERATIONS.add(
    "農家に助言のリンクを作る", "fieldwork.advice_data", "POST farmer-links", command="advice link", status=201,
    answer=Answer(FarmerLinkOut, lambda made: _link(*made), LINK_COLUMNS | {"key": "鍵"}), step_up=True,
)  # fmt: skip
def make_farmer_link(asked: FarmerLinkIn, actor: Actor) -> tuple[FarmerLink, str]:
    """The advice of the farmer's own fields, on a phone. Its key is shown this once; an earlier link ends."""
    return advice_indices.make_link(asked.farmer, asked.days, actor=actor)


@OPERATIONS.add(
    "農家の助言のリンクを止める", "fieldwork.advice_data", "POST farmer-links/{farmer_link_id}/revoke", command="advice unlink",
    answer=Answer(FarmerLinkOut, lambda row: _link(row), LINK_COLUMNS),
)  # fmt: skip
def revoke_farmer_link(asked: OneFarmerLink, actor: Actor) -> FarmerLink:
    """It opens nothing from now on."""
    return advice_indices.revoke_link(asked.farmer_link_id, actor=actor)


def field_of(number: int) -> FarmField:
    """Raises Missing."""
    return one(FarmField.objects.all(), number)
