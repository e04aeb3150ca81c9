"""Tables of road sections, and GeoJSON of them → sections with what is known of each; faults by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.kernel.definitions import Problem
from yakuba.kernel.maps.geojson import Feature
from yakuba.kernel.refusals import attempt
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.kernel.values import calendar
from yakuba.services.vision.engine.positions import is_nowhere

REQUIRED = ("番号", "緯度", "経度")
LONGEST_CODE, LONGEST_NAME = 40, 120
PAIR = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)[\s,]+(-?[0-9]+(?:\.[0-9]+)?)\s*")
NAMES = {"code": ("番号", "code", "id"), "name": ("路線名", "名前", "name"), "traffic": ("交通量", "traffic"), "repaired": ("修繕日", "repaired")}  # fmt: skip


@dataclass(frozen=True)
class GivenSection:
    """A section as a file has it. line: (longitude, latitude) of two places or more; traffic: vehicles a day."""

    code: str
    name: str
    line: tuple[tuple[float, float], ...]
    traffic: int | None
    repaired: date | None


def of_features(features: Iterable[Feature]) -> tuple[list[GivenSection], list[Problem]]:
    """Of the lines of a GeoJSON file; a line of several parts becomes as many sections, `<code>-1`, `<code>-2`."""
    found: list[GivenSection] = []
    faults: list[Problem] = []
    for number, feature in enumerate(features, 1):
        said = {key: _first(feature.properties, names) for key, names in NAMES.items()}
        if not feature.shape.lines:
            faults.append(
                Problem(number, "", "線ではありません。道路の区間は線（LineString）で書いてください。")
            )
            continue
        for part, line in enumerate(feature.shape.lines, 1):
            code = said["code"] if len(feature.shape.lines) == 1 else f"{said['code']}-{part}"
            try:
                found.append(_section(code, said["name"], line, said["traffic"], said["repaired"]))
            except BadRow as error:
                faults.append(Problem(number, "", str(error)))
    return found, [*faults, *_twice(found)]


def _first(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(properties[one]).strip() for one in names if properties.get(one) not in (None, "")), "")


def of_rows(rows: Iterable[Row]) -> tuple[list[GivenSection], list[Problem]]:
    """Of a table with a row for each place of a section, in their order; what else is known stands in the first row of each."""
    lines: dict[str, list[tuple[float, float]]] = {}
    heads: dict[str, Row] = {}
    faults: list[Problem] = []
    for row in rows:
        code = row.get("番号")
        try:
            place = _place(row.get("緯度"), row.get("経度"))
        except BadRow as error:
            faults.append(Problem(row.line, "", str(error)))
            continue
        heads.setdefault(code, row)
        lines.setdefault(code, []).append(place)
    found = []
    for code, line in lines.items():
        head = heads[code]
        try:
            found.append(
                _section(
                    code, head.get("路線名", "名前"), tuple(line), head.get("交通量"), head.get("修繕日")
                )
            )
        except BadRow as error:
            faults.append(Problem(head.line, "", str(error)))
    return found, sorted(faults, key=lambda one: one.line)


def _place(latitude: str, longitude: str) -> tuple[float, float]:
    found = PAIR.fullmatch(f"{longitude} {latitude}")
    if found is None:
        raise BadRow("緯度と経度は、34.402 のような数で書いてください。")
    east, north = float(found[1]), float(found[2])
    if not (abs(north) <= 90 and abs(east) <= 180) or is_nowhere(north, east):
        raise BadRow("緯度か経度が範囲の外か、0です。列の取り違えがないか確かめてください。")
    return east, north


def _section(
    code: str, name: str, line: tuple[tuple[float, float], ...], traffic: str, repaired: str
) -> GivenSection:
    if not 0 < len(code) <= LONGEST_CODE:
        raise BadRow(f"番号は1〜{LONGEST_CODE}文字で書いてください。")
    if len(set(line)) < 2:
        raise BadRow(f"区間 {code} には、違う場所の点が2つ以上要ります。")
    number = None
    if traffic:
        plain = traffic.replace(",", "").removesuffix(".0")
        if not plain.isdecimal() or len(plain) > 7:
            raise BadRow(f"区間 {code} の交通量「{traffic[:20]}」は、1日の台数を数で書いてください。")
        number = int(plain)
    day = None
    if repaired:
        day, refusal = attempt(calendar.read_date, repaired)
        if day is None:
            raise BadRow(f"区間 {code} の修繕日：{refusal}")
    return GivenSection(code, name[:LONGEST_NAME], line, number, day)


def _twice(found: Iterable[GivenSection]) -> list[Problem]:
    seen: set[str] = set()
    faults = []
    for one in found:
        if one.code in seen:
            faults.append(
                Problem(0, "", f"番号 {one.code} が2回あります。区間ごとに別の番号にしてください。")
            )
        seen.add(one.code)
    return faults
