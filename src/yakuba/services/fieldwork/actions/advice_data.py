"""Fields, weather and soil taken in: whole tables or nothing, every fault by its line."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.maps import geojson
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.values import calendar
from yakuba.services.fieldwork.engine.advice.measures import DAILY, SOIL, MeasureKind
from yakuba.services.fieldwork.models import FarmField, FieldWeather, SoilSample

MOST_FIELDS, MOST_ROWS = 2_000, 400_000
MOST_CORNERS = 200
FIRST = date(1990, 1, 1)
FIELD_WORDS = ("圃場", "作物", "農家", "播種日", "気象の地点")


def save_field(field_id: int | None, given: Mapping[str, Any], *, actor: Actor) -> FarmField:
    """A field with all that is known of it (None: a new one). given: names of `FarmField`; outline: GeoJSON text, or corners. Raises
    Invalid, Missing, Conflict."""
    name = str(given["name"]).strip()
    for place, text in (("圃場", name), ("作物", str(given["crop"]).strip())):
        if not text:
            raise Invalid("空です。書いてください。", place=place)
    sown = given.get("sown_on")
    if sown is not None and not FIRST <= sown <= timezone.localdate():
        raise Invalid("播種・移植の日を確かめてください。", place="播種・移植の日")
    outline = given.get("outline")
    corners = _corners(outline) if isinstance(outline, str) else outline
    with transaction.atomic():
        if FarmField.objects.filter(name=name).exclude(pk=field_id).exists():
            raise Conflict(f"圃場「{name}」がもうあります。別の名前にしてください。")
        row = _held(field_id) if field_id is not None else FarmField()
        if field_id is None and FarmField.objects.count() >= MOST_FIELDS:
            raise Conflict(f"圃場は{MOST_FIELDS:,}までです。")
        row.name, row.crop, row.sown_on = name, str(given["crop"]).strip(), sown
        for word in ("farmer", "station", "entity_id", "attribute"):
            setattr(row, word, str(given.get(word) or "").strip())
        row.outline = corners or row.outline
        row.save()
        record("fieldwork.field_set", subject=f"field:{row.pk}", actor=actor)
    return row


def _corners(text: str) -> list[list[float]]:
    if not text.strip():
        return []
    found = geojson.read(text.encode(), largest=1_000_000, most_positions=MOST_CORNERS)
    areas = [one for each in found for one in each.shape.areas]
    if len(areas) != 1:
        raise Invalid("区域（Polygon）を一つだけ入れてください。", place="区域")
    return [[round(east, 7), round(north, 7)] for east, north in areas[0][0]]


@transaction.atomic
def remove_field(field_id: int, *, actor: Actor) -> FarmField:
    """Away with it, its soil and its indices. Raises Missing."""
    row = _held(field_id)
    record("fieldwork.field_removed", subject=f"field:{row.pk}", actor=actor)
    key = row.pk
    row.delete()
    row.pk = key
    return row


def _held(field_id: int) -> FarmField:
    row: FarmField | None = FarmField.objects.select_for_update().filter(pk=field_id).first()
    if row is None:
        raise Missing(f"{field_id}番の圃場がありません。番号を確かめてください。")
    return row


@transaction.atomic
def load_fields(text: str, *, actor: Actor) -> int:
    """Fields of a GeoJSON file, by name; one that is there already is changed. Properties: 圃場, 作物, 農家, 播種日, 気象の地点.
    Raises Invalid, and then takes nothing."""
    found = geojson.read(text.encode())
    problems, taken = [], 0
    for number, one in enumerate(found, 1):
        said = {word: str(one.properties.get(word) or "").strip() for word in FIELD_WORDS}
        sown = _read(said["播種日"])
        areas = one.shape.areas
        reason = ""
        if not said["圃場"] or not said["作物"]:
            reason = "properties に「圃場」と「作物」を書いてください。"
        elif len(areas) != 1 or len(areas[0][0]) > MOST_CORNERS:
            reason = f"区域（Polygon）を一つ、角は{MOST_CORNERS}までにしてください。"
        elif said["播種日"] and sown is None:
            reason = f"播種日「{said['播種日']}」が読めません。"
        if reason:
            problems.append(Problem(number, "地物", reason))
            continue
        row = FarmField.objects.filter(name=said["圃場"]).first()
        corners = [[round(east, 7), round(north, 7)] for east, north in areas[0][0]]
        given = {
            "name": said["圃場"],
            "crop": said["作物"],
            "sown_on": sown or (row.sown_on if row else None),
            "farmer": said["農家"] or (row.farmer if row else ""),
            "station": said["気象の地点"] or (row.station if row else ""),
            "entity_id": row.entity_id if row else "",
            "attribute": row.attribute if row else "",
            "outline": corners,
        }
        try:
            save_field(row.pk if row else None, given, actor=actor)
            taken += 1
        except (Invalid, Conflict) as refusal:
            problems.append(Problem(number, "地物", str(refusal)))
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    return taken


def load_weather(file: BinaryIO, renamed: Mapping[str, str], *, actor: Actor) -> int:
    """Days of stations out of a table; a day that is there already is replaced. Raises Invalid with every fault by line."""
    problems: list[Problem] = []
    listed = list(rows(file, ("地点", "日"), problems, renamed=renamed))
    found, faults = checked_weather(listed)
    _refuse([*problems, *faults])
    with transaction.atomic():
        FieldWeather.objects.bulk_create(
            found,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["municipality", "station", "day"],
            update_fields=["mean", "high", "low", "rain"],
        )
        record("fieldwork.weather_loaded", actor=actor, days=len(found))
    return len(found)


def checked_weather(listed: Iterable[Row]) -> tuple[list[FieldWeather], list[Problem]]:
    """The days that can be taken, and what is told of the others. A day is said once."""
    found: dict[tuple[str, date], FieldWeather] = {}
    problems: list[Problem] = []
    for row in listed:
        day = _day(row.get("日"), row.line, problems)
        station = row.get("地点").strip()
        values = _values(row, DAILY, problems)
        if day is None or values is None:
            continue
        if not station or len(station) > 60:
            problems.append(Problem(row.line, "地点", "60文字までの名前を書いてください。"))
        elif not values:
            problems.append(Problem(row.line, "", f"{'、'.join(DAILY)}のどれも空です。"))
        elif (station, day) in found:
            problems.append(Problem(row.line, "日", f"「{station}」の{day}が二行あります。"))
        elif _upside_down(values):
            problems.append(Problem(row.line, "最高気温", "最低、平均、最高の順に大きくなっていません。"))
        else:
            named = {DAILY[word].name: value for word, value in values.items()}
            found[station, day] = FieldWeather(station=station, day=day, **named)
        if len(found) > MOST_ROWS:
            problems.append(Problem(row.line, "", f"{MOST_ROWS:,}行までです。期間を分けてください。"))
            break
    return list(found.values()), problems


def _upside_down(values: Mapping[str, float]) -> bool:
    rising = [values[word] for word in ("最低気温", "平均気温", "最高気温") if word in values]
    return any(low > high for low, high in itertools.pairwise(rising))


def load_soil(file: BinaryIO, renamed: Mapping[str, str], *, actor: Actor) -> int:
    """Soil tests out of a table, by the name of the field. Raises Invalid with every fault by line."""
    problems: list[Problem] = []
    listed = list(rows(file, ("圃場", "採った日"), problems, renamed=renamed))
    found, faults = checked_soil(listed)
    _refuse([*problems, *faults])
    with transaction.atomic():
        for field, day, values in found:
            SoilSample.objects.update_or_create(field=field, day=day, defaults={"values": values})
        record("fieldwork.soil_loaded", actor=actor, samples=len(found))
    return len(found)


def checked_soil(
    listed: Iterable[Row],
) -> tuple[list[tuple[FarmField, date, dict[str, float]]], list[Problem]]:
    """The tests that can be taken, and what is told of the others."""
    known = {row.name: row for row in FarmField.objects.all()}
    found: list[tuple[FarmField, date, dict[str, float]]] = []
    problems: list[Problem] = []
    seen: set[tuple[str, date]] = set()
    for row in listed:
        day = _day(row.get("採った日"), row.line, problems)
        name = row.get("圃場").strip()
        values = _values(row, SOIL, problems)
        if day is None or values is None:
            continue
        if name not in known:
            problems.append(Problem(row.line, "圃場", f"圃場「{name}」がありません。先に登録してください。"))
        elif not values:
            problems.append(Problem(row.line, "", f"{'、'.join(SOIL)}のどれも空です。"))
        elif (name, day) in seen:
            problems.append(Problem(row.line, "採った日", f"「{name}」の{day}が二行あります。"))
        else:
            seen.add((name, day))
            found.append((known[name], day, values))
    return found, problems


def _refuse(problems: list[Problem]) -> None:
    if problems:
        ordered = sorted(problems, key=lambda one: one.line)
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=ordered)


def _day(text: str, line: int, problems: list[Problem]) -> date | None:
    day = _read(text)
    if day is None:
        problems.append(Problem(line, "日", f"日「{text}」が読めません。2026-06-01 のように書いてください。"))
    elif not FIRST <= day <= timezone.localdate():
        problems.append(Problem(line, "日", f"{day}は、1990年より前か、今日よりあとです。"))
        return None
    return day


def _read(text: str) -> date | None:
    """None for what is no day."""
    try:
        return calendar.read_date(text) if text else None
    except ValueError:
        return None


def _values(row: Row, kinds: Mapping[str, MeasureKind], problems: list[Problem]) -> dict[str, float] | None:
    """None where one of them cannot be taken, which is told."""
    found, good = {}, True
    for word, kind in kinds.items():
        text = row.get(word).replace(",", "").strip()
        if not text:
            continue
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not kind.low <= value <= kind.high:
            limits = f"{kind.low:g}から{kind.high:g}{kind.unit}までの数"
            problems.append(Problem(row.line, word, f"「{text[:20]}」は{limits}ではありません。"))
            good = False
        else:
            found[word] = value
    return found if good else None


def outline_text(row: FarmField) -> str:
    """The outline as it is shown to be changed."""
    if not row.outline:
        return ""
    ring = [*row.outline, row.outline[0]]
    feature = {"type": "Polygon", "coordinates": [ring]}
    return json.dumps({"type": "Feature", "properties": {}, "geometry": feature})
