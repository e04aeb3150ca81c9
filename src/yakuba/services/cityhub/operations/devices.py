"""The device register."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Upload
from yakuba.services.cityhub.actions import devices as actions
from yakuba.services.cityhub.engine.register import GivenDevice, GivenMeasure
from yakuba.services.cityhub.models import Calibration, Device, PutAside
from yakuba.services.cityhub.operations.table import LARGEST, OPERATIONS
from yakuba.services.cityhub.queries import devices as queries


class MeasureIn(BaseModel):
    """What a device measures. sent: the name under which it sends it, empty for the attribute's."""

    attribute: str = Field(max_length=256, description="属性")
    sent: str = Field("", max_length=256, description="機器が送る名前。空なら属性と同じ")
    unit: str = Field("", max_length=40, description="単位")
    least: float | None = Field(None, description="これより小さい値はよける")
    most: float | None = Field(None, description="これより大きい値はよける")


class DeviceIn(BaseModel):
    """A device with all that it measures."""

    code: str = Field(max_length=60, description="機器番号")
    name: str = Field(max_length=80, description="名前")
    entity_id: str = Field(max_length=256, description="実体の id")
    entity_type: str = Field(max_length=256, description="実体の型")
    place: str = Field("", max_length=120, description="場所")
    latitude: float | None = Field(None, description="緯度")
    longitude: float | None = Field(None, description="経度")
    note: str = Field("", max_length=300, description="メモ")
    measures: list[MeasureIn] = Field(default_factory=list, max_length=100, description="測るもの")


class DevicesIn(Part):
    """Which devices."""

    text: str = Field("", max_length=256, description="機器番号、名前、場所か実体にこの語があるものだけ")


class DeviceTableIn(BaseModel):
    """The register as a table."""

    file: Upload = Field(description="機器台帳のCSV（見出しは書き出したものと同じ）")


class OneDevice(BaseModel):
    """A device."""

    device_id: int = Field(description="機器の番号")


class SwitchDeviceIn(OneDevice):
    """Whether a device is used."""

    active: bool = Field(description="使うか")


class CalibrationIn(BaseModel):
    """value = sent × factor + offset, from a moment on."""

    measure_id: int = Field(description="測るものの番号")
    from_at: datetime = Field(description="いつから（2026-04-01T00:00:00+09:00）")
    factor: float = Field(description="係数")
    offset: float = Field(description="ずれ")
    note: str = Field("", max_length=200, description="根拠")


class MeasureOut(BaseModel):
    """What a device measures."""

    id: int
    attribute: str
    sent: str
    unit: str
    least: float | None
    most: float | None


class DeviceOut(BaseModel):
    """A device. heard_at: ISO 8601, empty where nothing has come; lag: seconds from measuring to arrival."""

    id: int
    code: str
    name: str
    entity_id: str
    entity_type: str
    place: str
    latitude: float | None
    longitude: float | None
    note: str
    active: bool
    keyed: bool
    heard_at: str
    lag: float | None
    measures: list[MeasureOut]


class DeviceKeyOut(BaseModel):
    """A new key. It is told once."""

    id: int
    code: str
    key: str


class CalibrationOut(BaseModel):
    """A calibration."""

    id: int
    attribute: str
    from_at: str
    factor: float
    offset: float
    note: str


class DevicesLoadedOut(BaseModel):
    """How many were taken."""

    devices: int


class PutAsideOut(BaseModel):
    """What was put aside."""

    device: str
    name: str
    reason: str
    given: str
    count: int
    last_at: str


DEVICE_COLUMNS = {
    "id": "番号",
    "code": "機器番号",
    "name": "名前",
    "entity_id": "実体",
    "active": "使う",
    "heard_at": "最後に届いた",
}


def device_facts(row: Device) -> dict[str, Any]:
    """As a program sees it."""
    plain = ("code", "name", "entity_id", "entity_type", "place", "latitude", "longitude", "note", "active")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "keyed": bool(row.digest),
        "heard_at": row.heard_at.isoformat() if row.heard_at else "",
        "lag": row.lag,
        "measures": [
            {"id": one.pk}
            | {name: getattr(one, name) for name in ("attribute", "sent", "unit", "least", "most")}
            for one in row.measures.order_by("pk")
        ],
    }


def _calibration(row: Calibration) -> dict[str, Any]:
    return {
        "id": row.pk,
        "attribute": row.measure.attribute,
        "from_at": row.from_at.isoformat(),
        "factor": row.factor,
        "offset": row.offset,
        "note": row.note,
    }


def _aside(row: PutAside) -> dict[str, Any]:
    return {
        "device": row.device.code,
        "name": row.name,
        "reason": row.reason,
        "given": row.given,
        "count": row.count,
        "last_at": row.last_at.isoformat(),
    }


def _keyed(made: tuple[Device, str]) -> dict[str, Any]:
    return {"id": made[0].pk, "code": made[0].code, "key": made[1]}


A_DEVICE = Answer(DeviceOut, device_facts, DEVICE_COLUMNS)


@OPERATIONS.add(
    "機器台帳",
    "cityhub.view",
    "GET devices",
    command="devices",
    answer=Answer(list[DeviceOut], columns=DEVICE_COLUMNS),
)
def list_devices(asked: DevicesIn, actor: Actor) -> list[dict[str, Any]]:
    """The devices by their numbers."""
    rows = queries.devices()
    return [device_facts(row) for row in asked.of(queries.searched(rows, asked.text) if asked.text else rows)]


@OPERATIONS.add("機器を登録する", "cityhub.manage", "POST devices", answer=A_DEVICE)
def set_device(asked: DeviceIn, actor: Actor) -> Device:
    """Enter a device, or change the one of that number; 422 with every fault by its column."""
    given = asked.model_dump(exclude={"measures"})
    measures = [
        GivenMeasure(one.attribute, one.sent or one.attribute, one.unit, one.least, one.most)
        for one in asked.measures
    ]
    return actions.save(GivenDevice(**given, measures=measures), actor=actor)


@OPERATIONS.add(
    "機器台帳をファイルから入れる",
    "cityhub.manage",
    "POST devices/table",
    command="load-devices",
    answer=Answer(DevicesLoadedOut),
)
def load_devices(asked: DeviceTableIn, actor: Actor) -> dict[str, Any]:
    """Take all devices of a table, or none: 422 with every fault by its cell."""
    return {"devices": actions.take_file(BytesIO(asked.file.read(LARGEST)), {}, actor=actor)}


@OPERATIONS.add(
    "機器の鍵を作る",
    "cityhub.manage",
    "POST devices/{device_id}/key",
    command="device-key",
    answer=Answer(DeviceKeyOut, _keyed),
)
def make_device_key(asked: OneDevice, actor: Actor) -> tuple[Device, str]:
    """A new key for the device; the one before opens nothing any more. The answer is the only place where it stands."""
    return actions.new_key(asked.device_id, actor=actor)


@OPERATIONS.add(
    "機器を使う・止める",
    "cityhub.manage",
    "POST devices/{device_id}/active",
    command="switch-device",
    answer=A_DEVICE,
)
def switch_device(asked: SwitchDeviceIn, actor: Actor) -> Device:
    """Let the device's key open its door, or nothing."""
    return actions.switch(asked.device_id, asked.active, actor=actor)


@OPERATIONS.add(
    "機器の校正を登録する",
    "cityhub.manage",
    "POST measures/{measure_id}/calibrations",
    command="calibrate",
    answer=Answer(CalibrationOut, _calibration),
)
def calibrate(asked: CalibrationIn, actor: Actor) -> Calibration:
    """From that moment on value = sent × factor + offset; what was measured since then is reckoned anew."""
    return actions.calibrate(
        asked.measure_id, asked.from_at, asked.factor, asked.offset, asked.note, actor=actor
    )


@OPERATIONS.add(
    "機器のよけた値",
    "cityhub.view",
    "GET put-aside",
    command="put-aside",
    answer=Answer(
        list[PutAsideOut],
        columns={"device": "機器", "name": "名前", "reason": "わけ", "count": "回数", "last_at": "最後"},
    ),
)
def list_put_aside(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What devices sent and nothing was made of, with the reason, the newest first."""
    return [_aside(row) for row in asked.of(queries.put_aside())]
