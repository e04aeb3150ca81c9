"""A map of values: what is drawn, in which frame, its words and the table beside it. No framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from yakuba.kernel.charts.chart import Numbers, sentence
from yakuba.kernel.charts.drawing import Table
from yakuba.kernel.maps.classes import classes
from yakuba.kernel.maps.content import Content, Mapped
from yakuba.kernel.maps.drawing import PAPER, PHONE, patterns, picture, shows_prefectures
from yakuba.kernel.maps.geojson import Feature, Shape, geometry, write
from yakuba.kernel.maps.places import place, prefecture_shapes
from yakuba.kernel.maps.signs import DASHES, WIDTHS, fill, radii

MOST_DRAWN = 5_000
SOURCE = "都道府県の形：Natural Earth（パブリックドメイン）を簡単にしたもの（領土を示すものではありません）"
PLACES_SOURCE = "市区町村の位置：日本の地方自治体一覧オープンデータ（CC0）"
AREAS_SOURCE = "市区町村の区域：国土数値情報（行政区域データ、国土交通省）を簡単にしたもの"


@dataclass(frozen=True)
class Map(Content):
    """A picture, its name, what it says in a sentence, and the same values as a table."""

    table: Table
    sources: tuple[str, ...]
    left_out: tuple[str, ...] = ()  # labels of rows whose place nobody knows

    @property
    def description(self) -> str:
        """What it shows in a sentence, for who does not see it."""
        ranked = sorted(
            (one for one in self.mapped if one.value is not None), key=lambda one: -(one.value or 0)
        )
        return sentence(
            "地図", self.title, [f"{one.label}は{self.numbers.written(one.value)}。" for one in ranked]
        )

    @property
    def svg(self) -> str:
        """The picture 180 mm wide; empty when there is nothing to show."""
        return picture(self, PAPER) if self.mapped else ""

    @property
    def narrow_svg(self) -> str:
        """The same for a telephone."""
        return picture(self, PHONE) if self.mapped else ""

    @property
    def signs_svg(self) -> str:
        """The patterns alone, for the map that can be moved."""
        return patterns(f"{self.key}l")

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Fill and words of every class, for beside the map that can be moved."""
        listed = [(fill(f"{self.key}l", one.sign), one.words) for one in self.classes.listed]
        unknown = any(one.value is None for one in self.mapped)
        return [*listed, (fill(f"{self.key}l", None), "値なし")] if unknown else listed

    @property
    def live(self) -> dict[str, Any]:
        """What `maps/map.js` draws, when there is something. Shapes of prefectures are named by code: the page fetches them once."""
        listed = []
        for one in self.mapped:
            found = self.class_of(one)
            sign = None if found is None else found.sign
            words = self.numbers.written(one.value) if found else "値なし"
            entry: dict[str, Any] = {"label": one.label, "words": words, "sign": sign}
            if one.shape is prefecture_shapes().get(one.code):
                entry["prefecture"] = one.code
            else:
                entry["geometry"] = geometry(one.shape, places=4)
            listed.append(entry)
        return {
            "title": self.title,
            "key": f"{self.key}l",
            "radii": radii(len(self.mapped)),
            "widths": WIDTHS,
            "dashes": DASHES,
            "behind": shows_prefectures(self),
            "mapped": listed,
        }

    def geojson(self) -> str:
        """The same as a GeoJSON file: label, value and note beside each shape."""
        return write(
            Feature(one.shape, {"label": one.label, "value": one.value, "note": one.note})
            for one in self.mapped
        )


def value_map(
    rows: Iterable[Mapped],
    *,
    title: str,
    unit: str,
    breaks: Sequence[float] = (),
    first: str = "場所",
    left_out: Iterable[Mapped] = (),
    sources: Sequence[str] = (SOURCE,),
) -> Map:
    """A map of points, lines or areas, each with a value in `unit`.

    breaks: where the classes part, else they hold about equally many. first: the heading of the labels; left_out: rows
    whose place is not known, which stand in the table and are told under the picture. Raises ValueError for a label
    given twice, more than 5,000 rows, breaks that do not rise, and what `Numbers` refuses.
    """
    mapped, unplaced = tuple(rows), tuple(left_out)
    every = (*mapped, *unplaced)
    if len(every) > MOST_DRAWN:
        raise ValueError(f"a map of more than {MOST_DRAWN} rows")
    if len({one.label for one in every}) != len(every):
        raise ValueError("two places of a map carry the same label")
    numbers = Numbers([one.value for one in every], unit)
    return Map(
        title,
        mapped,
        numbers,
        classes(Numbers([one.value for one in mapped], unit), breaks),
        _table(every, numbers, first),
        tuple(sources),
        tuple(one.label for one in unplaced),
    )


def _table(rows: Sequence[Mapped], numbers: Numbers, first: str) -> Table:
    noted = any(one.note for one in rows)
    columns = (first, f"値（{numbers.unit}）" if numbers.unit else "値", *(["補足"] if noted else []))
    cells = [(one.label, numbers.bare(one.value), *([one.note or "―"] if noted else [])) for one in rows]
    return Table(columns, tuple(cells))


def body_map(
    values: Mapping[str, float | None],
    *,
    title: str,
    unit: str,
    breaks: Sequence[float] = (),
    areas: Mapping[str, Shape] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Map:
    """A map of bodies by their 全国地方公共団体コード (6 or 5 digits, 2 for a prefecture): prefectures as areas,
    municipalities as the points of their town halls, or as areas where `areas` (by code of 5 digits) has them.

    A code that nobody has is told under the map as 「団体コード 999999」. Raises what `value_map` raises.
    """
    mapped: list[Mapped] = []
    unplaced: list[Mapped] = []
    known, told = areas or {}, notes or {}
    sources: list[str] = []
    for code, value in values.items():
        body = place(code)
        if body is None:
            unplaced.append(Mapped(f"団体コード {code}", value, Shape(), told.get(code, "")))
            continue
        short = body.code[:2] if body.at is None else body.code[:5]
        if body.at is None:
            shape = prefecture_shapes()[short]
            sources.append(SOURCE)
        elif short in known:
            shape = known[short]
            sources.append(AREAS_SOURCE)
        else:
            shape = Shape(points=(body.at,))
            sources.append(PLACES_SOURCE)
        mapped.append(Mapped(body.full_name, value, shape, told.get(code, ""), short))
    drawn = value_map(
        mapped, title=title, unit=unit, breaks=breaks, first="団体", left_out=unplaced, sources=sources
    )
    behind = [SOURCE] if mapped and shows_prefectures(drawn) else []
    return replace(drawn, sources=tuple(dict.fromkeys([*behind, *sources])))
