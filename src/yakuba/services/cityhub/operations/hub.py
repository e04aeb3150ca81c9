"""What can be done with the hub, each declared once for pages, API and command line."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, FromFile, Nothing, Part, Trace, Upload
from yakuba.services.cityhub.actions import taking, watching
from yakuba.services.cityhub.models import Alarm, Series, WatchRules
from yakuba.services.cityhub.operations.table import LARGEST, OPERATIONS
from yakuba.services.cityhub.queries import looking, watched

SERIES = {
    "id": "番号",
    "entity": "実体",
    "attribute": "属性",
    "number": "最後の値",
    "unit": "単位",
    "at": "時刻",
}
ALARMS = {
    "id": "番号",
    "sentence": "知らせ",
    "began_at": "始まり",
    "ended_at": "終わり",
    "acknowledged_at": "確認",
}


class SeriesIn(Part):
    """Which series."""

    text: str = Field("", max_length=256, description="実体の id にこの語があるものだけ")


class SeriesOut(BaseModel):
    """A series with its newest reading. at: ISO 8601, empty where there is none."""

    id: int
    entity: str
    type: str
    attribute: str
    number: float | None
    unit: str
    at: str


class AlarmsIn(Part):
    """Which alarms."""

    state: Literal["", "waiting", "open"] = Field("", description="waiting：確認していない、open：続いている")


class AcknowledgeIn(BaseModel):
    """An alarm, and what is done about it."""

    alarm_id: int = Field(description="警報の番号")
    remark: str = Field(max_length=300, description="したこと")


class AlarmOut(BaseModel):
    """An alarm. Moments are ISO 8601, empty where they have not come."""

    id: int
    rule: str
    sentence: str
    number: float | None
    began_at: str
    ended_at: str
    acknowledged_at: str
    remark: str


class WatchRulesIn(BaseModel):
    """The rules that watch."""

    text: Annotated[str, FromFile()] = Field(max_length=200_000, description="見張りの決まりのYAMLファイル")
    version: int | None = Field(None, ge=0, description="直す前の版。もう別の版になっていれば登録しません")


class WatchRulesOut(BaseModel):
    """A version of the rules."""

    version: int
    text: str


def _series(row: Series) -> dict[str, Any]:
    at = looking.moment(row.last_at)
    return {
        "id": row.pk,
        "entity": row.entity_id,
        "type": row.entity_type,
        "attribute": row.attribute,
        "number": row.last_number,
        "unit": row.unit,
        "at": at.isoformat() if at else "",
    }


def _moment(value: Any) -> str:
    return value.isoformat() if value else ""


def _alarm(row: Alarm) -> dict[str, Any]:
    return {
        "id": row.pk,
        "rule": row.rule,
        "sentence": row.sentence,
        "number": row.number,
        "began_at": _moment(row.began_at),
        "ended_at": _moment(row.ended_at),
        "acknowledged_at": _moment(row.acknowledged_at),
        "remark": row.remark,
    }


def _rules(row: WatchRules) -> dict[str, Any]:
    return {"version": row.version, "text": row.text}


@OPERATIONS.add(
    "測定の系列と最後の値",
    "cityhub.view",
    "GET series",
    command="series",
    answer=Answer(list[SeriesOut], columns=SERIES),
)
def list_series(asked: SeriesIn, actor: Actor) -> list[dict[str, Any]]:
    """Series with their newest readings, those that changed last first."""
    return [_series(row) for row in asked.of(looking.series(asked.text))]


@OPERATIONS.add(
    "警報の一覧",
    "cityhub.view",
    "GET alarms",
    command="alarms",
    answer=Answer(list[AlarmOut], columns=ALARMS),
)
def list_alarms(asked: AlarmsIn, actor: Actor) -> list[dict[str, Any]]:
    """Alarms, the newest first."""
    return [_alarm(row) for row in asked.of(watched.alarms(asked.state))]


@OPERATIONS.add(
    "警報を確認する",
    "cityhub.acknowledge",
    "POST alarms/{alarm_id}/acknowledge",
    command="acknowledge",
    answer=Answer(AlarmOut, _alarm, ALARMS),
    event="cityhub.acknowledged",
    trace=lambda asked, row: Trace(f"alarm:{row.pk}"),
)
def acknowledge(asked: AcknowledgeIn, actor: Actor) -> Alarm:
    """Say that an alarm was seen and what is done; nobody else is told from then on. 409 where somebody has done so."""
    return watching.acknowledge(asked.alarm_id, asked.remark, actor=actor)  # type: ignore[no-any-return]


@OPERATIONS.add(
    "見張りの決まり",
    "cityhub.manage",
    "GET rules",
    command="rules",
    answer=Answer(WatchRulesOut),
)
def show_rules(asked: Nothing, actor: Actor) -> dict[str, Any]:
    """The rules that hold; version 0 where there are none."""
    now = watched.rules()
    return {"version": now.version, "text": now.text}


@OPERATIONS.add(
    "見張りの決まりを登録する",
    "cityhub.manage",
    "POST rules",
    command="set-rules",
    answer=Answer(WatchRulesOut, _rules),
)
def set_rules(asked: WatchRulesIn, actor: Actor) -> WatchRules:
    """Let these rules hold from now on; 422 with every fault by its line, 409 where another version holds by now."""
    return watching.set_rules(asked.text, actor=actor, before=asked.version)


class ReadingsIn(BaseModel):
    """Readings in a table."""

    file: Upload = Field(
        description="測定値のCSV（列 id,type,attribute,at,value,unit）か、同じ名前を持つJSONの配列"
    )


class ReadingsOut(BaseModel):
    """How many were taken."""

    readings: int


@OPERATIONS.add(
    "測定値をファイルから入れる",
    "cityhub.write",
    "POST readings",
    command="load",
    answer=Answer(ReadingsOut),
)
def load(asked: ReadingsIn, actor: Actor) -> dict[str, Any]:
    """Take all readings of a table, or none: 422 with every fault by its line."""
    return {"readings": taking.take_file(BytesIO(asked.file.read(LARGEST)), {}, actor=actor)}
