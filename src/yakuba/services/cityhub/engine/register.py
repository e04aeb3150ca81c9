"""The device register as a table: a row for each thing that a device measures; a device's own columns stand in each of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.reading import Row
from yakuba.services.cityhub.engine.device_readings import number as number_in
from yakuba.services.cityhub.engine.entities import FORBIDDEN_NAMES
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import require_identifier

HEAD = (
    "機器番号",
    "名前",
    "実体",
    "型",
    "属性",
    "送る名前",
    "単位",
    "最小",
    "最大",
    "場所",
    "緯度",
    "経度",
    "メモ",
)
REQUIRED = ("機器番号", "名前", "実体", "型", "属性")
LENGTHS = {"名前": 80, "単位": 40, "場所": 120, "メモ": 300, "送る名前": 256}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
CODE_WORDS = "機器番号は、半角の英数字で始め、英数字と . _ - だけの60文字までにしてください。"


@dataclass(frozen=True)
class GivenMeasure:
    """What a device measures, as somebody wrote it. sent: the name under which it sends it."""

    attribute: str
    sent: str
    unit: str = ""
    least: float | None = None
    most: float | None = None


@dataclass
class GivenDevice:
    """A device as somebody wrote it."""

    code: str
    name: str
    entity_id: str
    entity_type: str
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    note: str = ""
    measures: list[GivenMeasure] = field(default_factory=list)
    line: int = 0

    @property
    def own(self) -> tuple[object, ...]:
        """What must be the same in each of its rows."""
        return (
            self.name,
            self.entity_id,
            self.entity_type,
            self.place,
            self.latitude,
            self.longitude,
            self.note,
        )


def faults_of(device: GivenDevice) -> list[Problem]:
    """What does not hold of one device, by column."""
    found: list[Problem] = []

    def fault(place: str, reason: str) -> None:
        found.append(Problem(device.line, place, reason))

    if not _CODE.fullmatch(device.code):
        fault("機器番号", CODE_WORDS)
    if not device.name.strip():
        fault("名前", "空です。何の機器かを書いてください。")
    for place, value in (("名前", device.name), ("場所", device.place), ("メモ", device.note)):
        if len(value) > LENGTHS[place]:
            fault(place, f"{LENGTHS[place]}文字までにしてください。")
    for place, value in (("実体", device.entity_id), ("型", device.entity_type)):
        try:
            require_identifier(value, place)
        except NgsiError as error:
            fault(place, error.description)
    if reason := _place_fault(device.latitude, device.longitude):
        fault("緯度", reason)
    found += _measure_faults(device)
    return found


def _place_fault(latitude: float | None, longitude: float | None) -> str:
    if latitude is None or longitude is None:
        return "" if latitude is longitude else "緯度と経度は、両方書くか、両方空にしてください。"
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return "緯度は-90〜90、経度は-180〜180です。逆になっていないか確かめてください。"
    return "緯度も経度も0です。分からなければ空にしてください。" if latitude == longitude == 0 else ""


def _measure_faults(device: GivenDevice) -> list[Problem]:
    found: list[Problem] = []
    attributes: set[str] = set()
    names: set[str] = set()
    for one in device.measures:
        try:
            require_identifier(one.attribute, "属性")
        except NgsiError as error:
            found.append(Problem(device.line, "属性", error.description))
        if one.attribute in FORBIDDEN_NAMES or one.attribute in ("id", "type"):
            found.append(Problem(device.line, "属性", f"{one.attribute} は属性の名前に使えません。"))
        if one.attribute in attributes:
            found.append(
                Problem(device.line, "属性", f"{one.attribute} が二度あります。一つにしてください。")
            )
        if one.sent in names:
            found.append(
                Problem(
                    device.line, "送る名前", f"{one.sent} が二つの属性にあります。別の名前にしてください。"
                )
            )
        for place, value in (("送る名前", one.sent), ("単位", one.unit)):
            if len(value) > LENGTHS[place]:
                found.append(Problem(device.line, place, f"{LENGTHS[place]}文字までにしてください。"))
        if one.least is not None and one.most is not None and one.least > one.most:
            found.append(Problem(device.line, "最小", "最小が最大より大きくなっています。"))
        attributes.add(one.attribute)
        names.add(one.sent)
    return found


def read(rows: Iterable[Row]) -> tuple[list[GivenDevice], list[Problem]]:
    """The devices of a table, and what does not fit by line and column."""
    devices: dict[str, GivenDevice] = {}
    problems: list[Problem] = []
    for row in rows:
        code = row.get("機器番号").strip()
        numbers: dict[str, float | None] = {}
        for column in ("最小", "最大", "緯度", "経度"):
            try:
                numbers[column] = _number(row.get(column))
            except ValueError:
                problems.append(Problem(row.line, column, f"「{row.get(column)}」は数ではありません。"))
                numbers[column] = None
        attribute = row.get("属性").strip()
        measure = GivenMeasure(
            attribute,
            row.get("送る名前").strip() or attribute,
            row.get("単位").strip(),
            numbers["最小"],
            numbers["最大"],
        )
        given = GivenDevice(
            code,
            row.get("名前").strip(),
            row.get("実体").strip(),
            row.get("型").strip(),
            row.get("場所").strip(),
            numbers["緯度"],
            numbers["経度"],
            row.get("メモ").strip(),
            [measure],
            row.line,
        )
        first = devices.get(code)
        if first is None:
            devices[code] = given
            problems += faults_of(given)
            continue
        if first.own != given.own:
            problems.append(
                Problem(
                    row.line,
                    "機器番号",
                    f"{first.line}行目と同じ機器番号なのに、名前・実体・場所などが違います。どちらかを直してください。",
                )
            )
        told = {one.reason for one in _measure_faults(first)}
        first.measures.append(measure)
        problems += [
            Problem(row.line, one.place, one.reason)
            for one in _measure_faults(first)
            if one.reason not in told
        ]
    problems += _two_writers(devices.values())
    return list(devices.values()), list(dict.fromkeys(problems))


def _two_writers(devices: Iterable[GivenDevice]) -> list[Problem]:
    """Two devices that would write the same thing."""
    owners: dict[tuple[str, str, str], GivenDevice] = {}
    found = []
    for one in devices:
        for measure in one.measures:
            other = owners.setdefault((one.entity_id, one.entity_type, measure.attribute), one)
            if other is not one:
                found.append(
                    Problem(one.line, "属性", taken_words(one.entity_id, measure.attribute, other.code))
                )
    return found


def taken_words(entity_id: str, attribute: str, code: str) -> str:
    """That another device writes it."""
    return (
        f"{entity_id} の {attribute} は、機器 {code} が書きます。一つの属性を書けるのは一つの機器だけです。"
    )


def unit_words(entity_id: str, attribute: str, before: str, unit: str) -> str:
    """That what was measured is in another unit."""
    return (
        f"{entity_id} の {attribute} には、単位「{before}」の値がもうあります。「{unit}」に替えると、前の値まで読み違えます。"
        "別の属性の名前にするか、校正の係数で「" + before + "」に直してください。"
    )


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    number = number_in(text)
    if number is None:
        raise ValueError(text)
    return number
