"""Bodies by class on a day: 47 prefectures and 1,741 municipalities, without the wards of designated cities. Pure Python.

A class has effective dates (地方自治法第252条の19第1項, 第252条の22第1項 name the orders that set them): of 54 中核市 that E09's source
counts, eight more became one since. The days are from general knowledge and checked by the counts in the sources alone (20, 23, 54,
718, 926): `data/README.md`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from yakuba.kernel.maps.places import places
from yakuba.services.surveys.contracts import Body, BodyClass

HERE = Path(__file__).parent
ORDER = tuple(BodyClass)
MUNICIPAL = ORDER[1:]


@cache
def changes() -> tuple[tuple[str, date, BodyClass], ...]:
    """(code, first day, class) from the bundled table, in the order of the days."""
    with (HERE / "data" / "classes.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (row["code"], date.fromisoformat(row["from"]), BodyClass(row["class"]))
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda row: row[1]))


@cache
def register(day: date) -> Mapping[str, Body]:
    """Every body by its code, with its class on that day and without population."""
    latest = {code: kind for code, since, kind in changes() if since <= day}
    found = {}
    for code, place in places().items():
        if place.at is None:
            kind = BodyClass.PREFECTURE
        elif _is_ward_of_city(place.name):
            continue
        else:
            kind = latest.get(code) or _plain_class(code, place.name)
        found[code] = Body(code, place.name, place.prefecture, kind)
    return found


def _is_ward_of_city(name: str) -> bool:
    return name.endswith("区") and "市" in name


def _plain_class(code: str, name: str) -> BodyClass:
    if name.endswith("区"):
        return BodyClass.WARD
    return BodyClass.CITY if name.endswith("市") else BodyClass.TOWN


def counts(day: date) -> dict[BodyClass, int]:
    """How many bodies of each class there are on that day."""
    kinds = [body.kind for body in register(day).values()]
    return {kind: kinds.count(kind) for kind in ORDER}
