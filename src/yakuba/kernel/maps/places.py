"""Where a body is that is known by its 全国地方公共団体コード: prefectures as areas, municipalities as points. No framework."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from yakuba.kernel.maps.geojson import Position, Shape, read
from yakuba.kernel.values.municipality_codes import check_digit, is_code

HERE = Path(__file__).parent
PREFECTURE_SHAPES = "maps/prefectures.geojson"  # under static/, where a page gets it


@dataclass(frozen=True)
class Place:
    """A body. code: 6 digits; a prefecture's ends in 000 and a check digit. at: its town hall, None for a prefecture."""

    code: str
    prefecture: str
    name: str
    at: Position | None = None

    @property
    def full_name(self) -> str:
        """With its prefecture: 27 names of towns stand for more than one town."""
        return self.prefecture if self.at is None else self.prefecture + self.name


@cache
def places() -> Mapping[str, Place]:
    """Every body that is known, by its code of 6 digits: 47 prefectures, then municipalities and wards."""
    with (HERE / "data" / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    towns = {
        row["code"]: Place(
            row["code"], row["prefecture"], row["name"], (float(row["longitude"]), float(row["latitude"]))
        )
        for row in rows
    }
    names = {row["code"][:2]: row["prefecture"] for row in rows}
    prefectures = {
        (code := f"{number}000" + check_digit(f"{number}000")): Place(code, name, name)
        for number, name in sorted(names.items())
    }
    return prefectures | towns


def place(code: str) -> Place | None:
    """The body of a code of 6 digits, of 5 without the check digit, or of 2 (or 1) for a prefecture; None where none
    has it, or where the check digit is wrong. Six digits that lost their leading 0 are not
    guessed here: the same five digits may be the code of another body."""
    digits = code.strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    if len(digits) <= 2:
        digits = digits.zfill(2) + "000"
    if len(digits) == 5:
        digits += check_digit(digits)
    return places().get(digits) if is_code(digits) else None


@cache
def prefecture_shapes() -> Mapping[str, Shape]:
    """The areas of the 47 prefectures by the first two digits of their code, from the bundled file."""
    content = (HERE / "static" / PREFECTURE_SHAPES).read_bytes()
    return {feature.properties["code"]: feature.shape for feature in read(content)}
