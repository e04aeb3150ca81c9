"""The register of effects as open data: its columns, its schema, and its rows. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.services.reform.contracts import Means
from yakuba.services.reform.engine.comparison import BANDS, UNKNOWN_BAND, band

VERSION = 1
KINDS = {"measured": "測った値", "estimated": "見積もり"}
ABOUT = (
    "減った時間 = 件数 ×（前 − 後）− 件数 × 直しの割合 × 直す時間 − 保守。前と後がどちらも測った値のときだけ「測った値」です。"
    "測った値と見積もりは、別の数字で、足しません。"
)


@dataclass(frozen=True)
class Registered:
    """A published effect. before, after: minutes of a case; saved: hours a year; kind: measured or estimated."""

    number: int
    code: str
    body: str
    population: int
    counted_on: date
    title: str
    means: str
    year: int
    cases: Decimal
    before: Decimal
    before_kind: str
    after: Decimal
    after_kind: str
    saved: Decimal
    kind: str
    source: str
    version: int
    published_on: date | None

    @property
    def band(self) -> str:
        """Of the population."""
        return band(self.population)

    @property
    def means_label(self) -> str:
        """In words."""
        return Means(self.means).label

    @property
    def kind_label(self) -> str:
        """In words."""
        return KINDS[self.kind]


# name in JSON, heading in CSV, type in the schema, what it is
FIELDS: tuple[tuple[str, str, str, str], ...] = (
    ("code", "団体コード", "string", "全国地方公共団体コード（6けた）"),
    ("body", "団体名", "string", "団体の名前"),
    ("population", "人口", "integer", "団体の人口"),
    ("counted_on", "いつの人口", "string", "人口の日（ISO 8601）"),
    ("band", "人口区分", "string", "人口の区分"),
    ("title", "取組", "string", "取組の名前"),
    ("means", "手段", "string", "robots、reading、matching、answers、person のどれか"),
    ("year", "始めた年度", "integer", "年度（西暦）"),
    ("cases", "件数/年", "number", "1年の件数"),
    ("before", "前（分/件）", "number", "前の1件あたりの分"),
    ("before_kind", "前は", "string", "measured（測った値）か estimated（見積もり）"),
    ("after", "後（分/件）", "number", "後の1件あたりの分"),
    ("after_kind", "後は", "string", "measured か estimated"),
    ("saved", "減った時間（1年）", "number", "1年の時間"),
    ("kind", "区分", "string", "前も後も測った値なら measured、ほかは estimated"),
    ("source", "根拠", "string", "いつ、何件を、どう測ったか"),
    ("version", "版", "integer", "同じ取組の何度目の公表か"),
    ("published_on", "公表した日", "string", "ISO 8601"),
)
HEAD = tuple(heading for _, heading, _, _ in FIELDS)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "業務改革の効果の登録簿",
    "type": "object",
    "required": ["title", "licence", "version", "about", "effects"],
    "properties": {
        "title": {"type": "string"},
        "licence": {"type": "string", "description": "使うときの条件"},
        "version": {"const": VERSION},
        "about": {"type": "string", "description": "数え方"},
        "effects": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [name for name, *_ in FIELDS],
                "properties": {name: {"type": kind, "description": told} for name, _, kind, told in FIELDS},
                "additionalProperties": False,
            },
        },
    },
}


def row(one: Registered, *, words: bool = False) -> list[Any]:
    """The values in the order of the fields. words: as a table says them."""
    told = [getattr(one, name) for name, *_ in FIELDS]
    values = [float(value) if isinstance(value, Decimal) else value for value in told]
    if words:
        labels = {
            "means": one.means_label,
            "kind": one.kind_label,
            "before_kind": KINDS[one.before_kind],
            "after_kind": KINDS[one.after_kind],
        }
        return [labels.get(name, value) for (name, *_), value in zip(FIELDS, values, strict=True)]
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def document(rows: Iterable[Registered], title: str, licence: str) -> dict[str, Any]:
    """What the JSON file holds; `SCHEMA` describes it."""
    names = [name for name, *_ in FIELDS]
    effects = [dict(zip(names, row(one), strict=True)) for one in rows]
    return {"title": title, "licence": licence, "version": VERSION, "about": ABOUT, "effects": effects}


@dataclass(frozen=True)
class OfBand:
    """Effects of one population band. Hours a year, measured and estimated apart."""

    band: str
    bodies: int
    effects: int
    measured: Decimal
    estimated: Decimal


def by_band(rows: Sequence[Registered]) -> list[OfBand]:
    """Each band that has any, from the smallest."""
    found = []
    for name in (*(name for name, _, _ in BANDS), UNKNOWN_BAND):
        inside = [one for one in rows if one.band == name]
        hours = {kind: sum((one.saved for one in inside if one.kind == kind), Decimal(0)) for kind in KINDS}
        if inside:
            bodies = len({one.code for one in inside})
            found.append(OfBand(name, bodies, len(inside), hours["measured"], hours["estimated"]))
    return found
