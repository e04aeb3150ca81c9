"""Tables of warnings, shelters and closed roads, read line by line. No framework."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from yakuba.services.cityhub.engine.moments import read_moment

LONGEST = {
    "name": 60, "area": 120, "source": 60, "address": 160, "road": 80, "part": 160, "reason": 200,
}  # fmt: skip


class DisasterSort(StrEnum):
    """What a table is of."""

    WARNINGS = "warnings"
    SHELTERS = "shelters"
    CLOSURES = "closures"


# heading → (field, whether it must be there)
HEADS: dict[DisasterSort, dict[str, tuple[str, bool]]] = {
    DisasterSort.WARNINGS: {
        "名前": ("name", True),
        "区域": ("area", True),
        "警戒レベル相当": ("level", False),
        "発表者": ("source", True),
        "発表の日時": ("issued_at", True),
        "解除の日時": ("ended_at", False),
    },
    DisasterSort.SHELTERS: {
        "名前": ("name", True),
        "住所": ("address", False),
        "緯度": ("latitude", False),
        "経度": ("longitude", False),
        "定員": ("capacity", False),
        "いまの人数": ("people", False),
        "状態": ("state", False),
    },
    DisasterSort.CLOSURES: {
        "路線": ("road", True),
        "区間": ("part", True),
        "わけ": ("reason", False),
        "緯度": ("latitude", False),
        "経度": ("longitude", False),
        "始まりの日時": ("began_at", True),
        "解除の日時": ("ended_at", False),
    },
}
STATES = {"閉鎖": "closed", "開設": "open", "満員": "full", "": "closed"}
KEYS = {
    DisasterSort.WARNINGS: ("name", "area", "issued_at"),
    DisasterSort.SHELTERS: ("name",),
    DisasterSort.CLOSURES: ("road", "part", "began_at"),
}


class Unfit(ValueError):
    """A cell that cannot be taken: heading and reason."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place


def read_row(sort: DisasterSort, cells: Mapping[str, str], zone: Any) -> dict[str, Any]:
    """The fields of a row. zone: of moments that name none. Raises Unfit."""
    found: dict[str, Any] = {}
    for head, (field, needed) in HEADS[sort].items():
        text = cells.get(head, "").strip()
        if needed and not text:
            raise Unfit(head, "空です。書いてください。")
        found[field] = _read(head, field, text, zone)
    if "latitude" in found and (found["latitude"] is None) != (found["longitude"] is None):
        raise Unfit("緯度", "緯度と経度は、両方書くか、両方空にしてください。")
    return found


def _read(head: str, field: str, text: str, zone: Any) -> Any:
    if field.endswith("_at"):
        return _moment(head, text, zone)
    if field == "state":
        if text not in STATES:
            raise Unfit(head, f"「{text}」は書けません。開設・満員・閉鎖のどれかにしてください。")
        return STATES[text]
    if field in ("latitude", "longitude"):
        return _number(head, text, 90.0 if field == "latitude" else 180.0)
    if field in ("capacity", "people", "level"):
        return _whole(head, text, 5 if field == "level" else 1_000_000)
    if len(text) > LONGEST[field]:
        raise Unfit(head, f"{LONGEST[field]}文字以内にしてください。")
    return text


def _moment(head: str, text: str, zone: Any) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        given = read_moment(text)
        if given is None:
            raise Unfit(
                head, f"「{text}」を日時として読めません。2026-07-01 13:00 のように書いてください。"
            ) from None
        return datetime.fromtimestamp(given, zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _number(head: str, text: str, most: float) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= most:
        raise Unfit(head, f"「{text}」は、{-most:g}から{most:g}までの数にしてください。")
    return number


def _whole(head: str, text: str, most: int) -> int | None:
    if not text:
        return None
    plain = text.replace(",", "")
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 10 and int(plain) <= most):
        raise Unfit(head, f"「{text}」は、0から{most}までの整数にしてください。")
    return int(plain)
