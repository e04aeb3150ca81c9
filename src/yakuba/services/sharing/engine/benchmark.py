"""What bodies pay for the same kind of thing, made comparable: a year, a head, without tax. Pure Python and numpy.

Bands of population are of equal width on a log scale (half a decade). A body is an outlier where the logarithm of its price a head
lies more than 3.5 scaled median absolute deviations from the band's median (Iglewicz and Hoaglin 1993); with fewer than five
bodies there is a list and no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import log

from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.engine.tables import (
    BODY,
    CODE,
    NAME,
    POPULATION,
    SOURCE,
    Cells,
    Read,
    code_reader,
    filled,
)

LEAST, FAR, SCALE = 5, 3.5, 1.4826
EDGES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
YEAR, KIND, PRODUCT, TERM, YEN, TAXED, RATE = "年度", "品目", "製品", "月数", "金額", "税込み", "税率"
OPTIONS, CUSTOM, MINUTES = "オプション", "独自改修", "減った時間"
COLUMNS = (
    *BODY,
    Column(POPULATION, ("総人口", "人口（人）"), required=True),
    Column(YEAR, ("契約年度",), required=True),
    Column(KIND, ("種類", "分野"), required=True),
    Column(PRODUCT, ("製品名", "サービス名")),
    Column(TERM, ("契約月数", "期間"), required=True),
    Column(YEN, ("契約額", "契約金額"), required=True),
    Column(TAXED, ("税込", "税")),
    Column(RATE, ("消費税率",)),
    Column(OPTIONS, ("含むもの",)),
    Column(CUSTOM, ("カスタマイズ",)),
    Column(MINUTES, ("削減時間", "効果（時間）")),
    Column(SOURCE, ("根拠", "資料"), required=True),
)


@dataclass(frozen=True)
class Paid:
    """What a body paid. yen: for the whole term; tax_rate: per cent; taxed: whether the yen hold the tax; hours: saved in a year,
    None where nobody measured it."""

    code: str
    name: str
    population: int
    year: int
    kind: str
    product: str
    months: int
    yen: int
    taxed: bool
    tax_rate: int
    options: tuple[str, ...]
    custom: bool
    hours: Decimal | None
    source: str

    @property
    def yearly(self) -> Fraction:
        """Yen of a year without tax."""
        net = Fraction(self.yen * 100, 100 + self.tax_rate) if self.taxed else Fraction(self.yen)
        return net * 12 / self.months

    @property
    def per_head(self) -> Fraction:
        """Yen of a year without tax for each inhabitant."""
        return self.yearly / self.population

    @property
    def per_hour(self) -> Fraction | None:
        """Yen for each hour saved; None where it is not known or nothing was saved."""
        return self.yearly / Fraction(self.hours) if self.hours else None


@dataclass(frozen=True)
class Placed:
    """A body in its band. distance: in scaled deviations, None without a verdict; outlier: 高い, 低い or empty."""

    paid: Paid
    distance: float | None = None
    outlier: str = ""


@dataclass(frozen=True)
class Band:
    """The bodies of a band of population. low, high: persons, high not among them, None for none; middle: (quartile, median,
    quartile) of yen a head and year, None with fewer than five bodies; why: why there is no verdict."""

    low: int
    high: int | None
    bodies: Sequence[Placed]
    middle: tuple[float, float, float] | None
    why: str = ""

    @property
    def label(self) -> str:
        """1万人～3万人."""
        if self.high is None:
            return f"{_people(self.low)}人以上"
        return f"{_people(self.low)}人～{_people(self.high)}人" if self.low else f"{_people(self.high)}人未満"


def _people(number: int) -> str:
    return f"{number // 10_000}万" if number >= 10_000 else f"{number:,}"


def bands(rows: Iterable[Paid]) -> list[Band]:
    """The bands that have bodies, the smallest first; of a body with several rows the newest alone counts."""
    newest: dict[str, Paid] = {}
    for row in sorted(rows, key=lambda one: (one.year, one.yen, one.product)):
        newest[row.code] = row
    found = []
    for low, high in zip((0, *EDGES), (*EDGES, None), strict=True):
        inside = [
            one
            for one in newest.values()
            if one.population >= low and (high is None or one.population < high)
        ]
        if inside:
            found.append(_band(low, high, sorted(inside, key=lambda one: (one.per_head, one.code))))
    return found


def _band(low: int, high: int | None, bodies: Sequence[Paid]) -> Band:
    plain = [Placed(one) for one in bodies]
    if len(bodies) < LEAST:
        why = f"{len(bodies)}団体しかないので、並べるだけにします（{LEAST}団体から比べます）。"
        return Band(low, high, plain, None, why)
    import numpy as np  # takes long; only who compares needs it

    heads = np.array([float(one.per_head) for one in bodies])
    quartile, median, upper = (float(one) for one in np.percentile(heads, [25, 50, 75]))
    if (heads <= 0).any():
        return Band(low, high, plain, (quartile, median, upper), "0円の団体があるので、外れは判断しません。")
    logs = np.log(heads)
    middle = float(np.median(logs))
    spread = SCALE * float(np.median(np.abs(logs - middle)))
    if not spread:
        return Band(
            low, high, plain, (quartile, median, upper), "半分以上の団体が同じ額なので、外れは判断しません。"
        )
    placed = []
    for one in bodies:
        distance = (log(one.per_head) - middle) / spread
        word = "" if abs(distance) <= FAR else ("高い" if distance > 0 else "低い")
        placed.append(Placed(one, distance, word))
    return Band(low, high, placed, (quartile, median, upper))


def _flag(text: str, what: str) -> bool:
    given = cells.bare(text)
    words = {"はい": True, "いいえ": False, "税込": True, "税込み": True, "税抜": False, "税抜き": False, "有": True, "無": False, "あり": True, "なし": False, "": False, "○": True, "×": False}  # fmt: skip
    if given not in words:
        raise BadRow(f"{what}「{text.strip()[:20]}」は「はい」か「いいえ」で書いてください。")
    return words[given]


def _whole(text: str, what: str, low: int, high: int, *units: str) -> int:
    found = cells.number(text, what, units=units)
    if found != int(found) or not low <= found <= high:
        raise BadRow(f"{what}「{text.strip()[:20]}」は{low}から{high}までの整数で書いてください。")
    return int(found)


def _year(text: str) -> int:
    given = cells.bare(text).removesuffix("年度")
    return cells.fiscal_year(cells.month(f"{given}年4月" if not given.isdigit() else f"{given}-04", YEAR))


def read(rows: Iterable[Row], bodies: Mapping[str, str]) -> Read:
    """Prices of a table, of bodies that are known today."""
    found, seen = Read(), set[tuple[str, int, str, str]]()
    of = code_reader(bodies, "今の市区町村の一覧にも、団体の人口の表にもありません")
    for row in rows:
        one = Cells(row, found.problems)
        code = one.read(CODE, of)
        people = one.read(POPULATION, lambda text: _whole(text, POPULATION, 1, 20_000_000, "人"))
        year, kind = one.read(YEAR, _year), one.read(KIND, lambda text: filled(text, KIND, 60))
        months = one.read(TERM, lambda text: _whole(text, TERM, 1, 240, "か月", "ヶ月", "カ月", "月"))
        yen = one.read(YEN, cells.yen)
        taxed, custom = one.read(TAXED, lambda text: _flag(text, TAXED)), one.read(CUSTOM, lambda text: _flag(text, CUSTOM))  # fmt: skip
        rate = one.read(RATE, lambda text: _whole(text, RATE, 0, 30, "％", "%") if text.strip() else 10)
        hours = one.read(
            MINUTES,
            lambda text: cells.number(text, MINUTES, units=("時間",)) if text.strip() else Decimal(-1),
        )
        source = one.read(SOURCE, lambda text: filled(text, SOURCE))
        product = " ".join(row.get(PRODUCT).split())[:80]
        if yen is not None and yen < 0:
            one.fault(YEN, "契約の額は0以上で書いてください。")
        if hours is not None and hours < 0 and row.get(MINUTES).strip():
            one.fault(MINUTES, "減った時間は0以上で書いてください。")
        if code and year and kind and (code, year, kind, product) in seen:
            one.fault(
                CODE, "この団体の同じ年度・品目・製品の行が前にもあります。どちらが正しいか確かめてください。"
            )
        if one.faults or not (code and people and year and kind and months and source) or yen is None:
            continue
        seen.add((code, year, kind, product))
        options = tuple(part.strip()[:60] for part in row.get(OPTIONS).replace("、", ",").split(",") if part.strip())  # fmt: skip
        known = bodies[code] or row.get(NAME)[:60]
        found.rows.append(
            Paid(code, known or code, people, year, kind, product, months, yen, bool(taxed), rate if rate is not None else 10, options,
                 bool(custom), None if hours is None or hours < 0 else hours, source)
        )  # fmt: skip
    return found
