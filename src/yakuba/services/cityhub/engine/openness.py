"""What may be chosen for open data, and the forms in which it goes out. Nothing here knows more than what was chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import require_identifier

CHOSEN = (
    "code",
    "title",
    "description",
    "entity_type",
    "ids",
    "attributes",
    "placed",
    "detail",
    "days",
    "licence",
    "cycle",
)
MOST_DAYS = 3_660
MOST_ROWS = 200_000  # of a file; the newest are in it
CC_BY = "CC BY 4.0"
LICENCES = {
    CC_BY: "https://creativecommons.org/licenses/by/4.0/deed.ja",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/deed.ja",
}
DETAILS = ("last", "hours", "readings")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
HEADS = {
    "last": ("id", "attribute", "at", "value", "unit"),
    "readings": ("id", "attribute", "at", "value", "unit"),
    "hours": ("id", "attribute", "hour", "mean", "least", "most", "count", "unit"),
}


def faults_of(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What does not hold of a choice, by field."""
    found: list[tuple[str, str]] = []
    if not _CODE.fullmatch(given["code"]):
        found.append(("アドレスの名前", "半角の小文字・数字・ハイフンで、40文字までにしてください。"))
    for name, label, most in (
        ("title", "題名", 80),
        ("description", "説明", 1_000),
        ("licence", "使うときの条件", 120),
        ("cycle", "更新の間隔", 60),
    ):
        if not given[name].strip():
            found.append((label, "空です。データを使う人のために書いてください。"))
        elif len(given[name]) > most:
            found.append((label, f"{most}文字までにしてください。"))
    if not given["attributes"]:
        found.append(("属性", "一つ以上選んでください。選ばなかった属性は公開しません。"))
    listed = [("実体の型", given["entity_type"])]
    listed += [("属性", one) for one in given["attributes"]] + [("実体の id", one) for one in given["ids"]]
    for label, value in listed:
        try:
            require_identifier(value, label)
        except NgsiError as error:
            found.append((label, error.description))
    if given["detail"] not in DETAILS:
        found.append(("細かさ", "一覧から選んでください。"))
    if given["detail"] != "last" and not 1 <= given["days"] <= MOST_DAYS:
        found.append(("何日前まで", f"1から{MOST_DAYS:,}までの日数にしてください。"))
    return found


@dataclass(frozen=True)
class Spot:
    """An entity with its chosen values. values: attribute → (value, unit, moment as ISO 8601); geometry: GeoJSON or None."""

    id: str
    geometry: Mapping[str, Any] | None
    values: Mapping[str, tuple[float | None, str, str]]


def geojson(spots: Iterable[Spot]) -> dict[str, Any]:
    """A FeatureCollection (RFC 7946) of the last values."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": one.id,
                "geometry": one.geometry,
                "properties": {"id": one.id}
                | {name: value for name, (value, _, _) in one.values.items()}
                | {f"{name}_unit": unit for name, (_, unit, _) in one.values.items() if unit}
                | {f"{name}_at": at for name, (_, _, at) in one.values.items() if at},
            }
            for one in spots
        ],
    }


@dataclass(frozen=True)
class Entry:
    """A data set in the catalogue. issued: ISO 8601; page, csv, geojson: addresses."""

    code: str
    title: str
    description: str
    licence: str
    cycle: str
    issued: str
    page: str
    csv: str
    geojson: str


def catalogue(title: str, publisher: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """The catalogue as JSON-LD with the terms of DCAT 3 (W3C), for programs that gather open data."""
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@type": "dcat:Catalog",
        "dct:title": title,
        "dct:language": "ja",
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": publisher},
        "dcat:dataset": [_dataset(one, publisher) for one in entries],
    }


def _dataset(one: Entry, publisher: str) -> dict[str, Any]:
    files = (("CSV", "text/csv", one.csv), ("GeoJSON", "application/geo+json", one.geojson))
    return {
        "@type": "dcat:Dataset",
        "dct:identifier": one.code,
        "dct:title": one.title,
        "dct:description": one.description,
        "dct:issued": one.issued,
        "dct:accrualPeriodicity": one.cycle,
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": publisher},
        "dcat:landingPage": one.page,
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": name,
                "dcat:mediaType": kind,
                "dcat:downloadURL": address,
                "dct:license": LICENCES.get(one.licence, one.licence),
            }
            for name, kind, address in files
        ],
    }
