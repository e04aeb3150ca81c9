"""Tables of warnings, shelters and closed roads, read line by line. No framework."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

EARLIEST = 2000  # year
_LOOSE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
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
STATES = {"閉鎖": "closed", "開設": "open", "満員": "full"}
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
    """The fields of a row; a heading that is not among the cells, and an empty 状態, give none, so that they change nothing of
    what is there. zone: of moments that name none. Raises Unfit."""
    found: dict[str, Any] = {}
    for head, (field, needed) in HEADS[sort].items():
        text = cells.get(head, "").strip()
        if needed and not text:
            raise Unfit(head, "空です。書いてください。")
        if head in cells and (text or field != "state"):
            found[field] = _read(head, field, text, zone)
    if (found.get("latitude") is None) != (found.get("longitude") is None):
        raise Unfit("緯度", "緯度と経度は、両方書くか、両方空にしてください。")
    began = found.get("issued_at") or found.get("began_at")
    if began and found.get("ended_at") and found["ended_at"] < began:
        raise Unfit("解除の日時", "始まりより前の日時です。どちらかを直してください。")
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
        moment = datetime.fromisoformat(_padded(text))
    except ValueError:
        raise Unfit(
            head, f"「{text}」を日時として読めません。2026-07-01 13:00 のように書いてください。"
        ) from None
    if moment.year < EARLIEST:
        raise Unfit(head, f"「{text}」は古すぎます。{EARLIEST}年からの日時を書いてください。")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _padded(text: str) -> str:
    """As spreadsheets write it, 2026/7/1 9:05, with two digits each; other texts as they are."""
    found = _LOOSE.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return text
    year, month, day, hour, minute, second = (int(one or 0) for one in found.groups())
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def _number(head: str, text: str, most: float) -> float | None:
    if not text:
        return None
    try:
        number = float(unicodedata.normalize("NFKC", text))
    except ValueError:
        number = math.nan
    if not abs(number) <= most:
        raise Unfit(head, f"「{text}」は、{-most:g}から{most:g}までの数にしてください。")
    return number


def _whole(head: str, text: str, most: int) -> int | None:
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 10 and int(plain) <= most):
        raise Unfit(head, f"「{text}」は、0から{most}までの整数にしてください。")
    return int(plain)
