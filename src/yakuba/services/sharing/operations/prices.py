"""Prices of bodies: listed, entered, loaded, compared."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import Problem
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.sharing.actions import prices as actions
from yakuba.services.sharing.engine import benchmark
from yakuba.services.sharing.engine.benchmark import Band, Paid
from yakuba.services.sharing.engine.tables import Read
from yakuba.services.sharing.models import Price
from yakuba.services.sharing.operations.group_tables import (
    LARGEST,
    Loaded,
    SharingLoadedOut,
    loaded_facts,
    taken,
)
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import prices as queries

TABLE = "sharing.prices"


class PriceIn(BaseModel):
    """What a body paid."""

    code: str = Field(min_length=6, max_length=6, description="団体コード")
    population: Annotated[int, Word("--population")] = Field(ge=1, le=20_000_000, description="人口")
    year: Annotated[int, Word("--year")] = Field(ge=1990, le=2200, description="年度（西暦）")
    kind: Annotated[str, Word("--kind")] = Field(min_length=1, max_length=60, description="品目")
    product: str = Field("", max_length=80, description="製品")
    months: Annotated[int, Word("--months")] = Field(ge=1, le=240, description="月数")
    yen: Annotated[int, Word("--yen")] = Field(ge=0, le=10**13, description="金額（円、月数の分の合計）")
    taxed: bool = Field(False, description="税込み")
    tax_rate: int = Field(10, ge=0, le=30, description="税率（％）")
    options: list[str] = Field(default_factory=list, max_length=20, description="オプション")
    custom: bool = Field(False, description="独自改修がある")
    hours: Decimal | None = Field(None, ge=0, le=10**8, description="1年に減った時間")
    source: Annotated[str, Word("--source")] = Field(min_length=1, max_length=200, description="出典")


class OnePrice(BaseModel):
    """A price."""

    price_id: int = Field(description="価格の番号")


class PriceTableIn(BaseModel):
    """A table of prices."""

    file: Upload = Field(description="表（CSV、Excel）")


class ComparedPricesIn(BaseModel):
    """Which prices."""

    kind: str = Field(min_length=1, max_length=60, description="品目")
    year: int | None = Field(None, description="年度（空なら、団体ごとにいちばん新しいもの）")
    option: str = Field("", max_length=60, description="このオプションを含むものだけ")


class SharedPriceOut(BaseModel):
    """A price; per_head: yen of a year without tax for each inhabitant."""

    id: int
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
    options: list[str]
    custom: bool
    hours: float | None
    per_head: float
    source: str


class PlacedPriceOut(BaseModel):
    """A body in its band. distance: in scaled median absolute deviations of the logarithm; outlier: 高い, 低い or empty."""

    band: str
    code: str
    name: str
    per_head: float
    distance: float | None
    outlier: str


class PriceBandOut(BaseModel):
    """A band of population. lower, median, upper: quartiles in yen a head and year, null with fewer than five bodies."""

    band: str
    bodies: int
    lower: float | None
    median: float | None
    upper: float | None
    why: str
    placed: list[PlacedPriceOut]


COLUMNS = {
    "id": "番号",
    "name": "団体",
    "year": "年度",
    "kind": "品目",
    "yen": "金額",
    "per_head": "1人あたり",
}


def price_facts(row: Price) -> dict[str, Any]:
    """As a program sees it."""
    names = ("code", "name", "population", "year", "kind", "product", "months", "yen", "taxed", "tax_rate", "options", "custom", "source")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "id": row.pk, "hours": None if row.hours is None else float(row.hours), "per_head": round(float(row.paid.per_head), 2)
    }  # fmt: skip


def band_facts(found: list[Band]) -> list[dict[str, Any]]:
    """As a program sees it."""
    return [
        {
            "band": band.label, "bodies": len(band.bodies), "why": band.why,
            **dict(zip(("lower", "median", "upper"), band.middle or (None, None, None), strict=True)),
            "placed": [
                {"band": band.label, "code": each.paid.code, "name": each.paid.name, "per_head": float(each.paid.per_head),
                 "distance": each.distance, "outlier": each.outlier}
                for each in band.bodies
            ],
        }
        for band in found
    ]  # fmt: skip


@OPERATIONS.add(
    "価格の一覧", "sharing.prices", "GET prices", command="price list", answer=Answer(list[SharedPriceOut], columns=COLUMNS)
)  # fmt: skip
def list_prices(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What bodies paid."""
    return [price_facts(row) for row in asked.of(queries.prices())]


@OPERATIONS.add(
    "価格を入れる", "sharing.enter_prices", "PUT prices", command="price set", answer=Answer(SharedPriceOut, price_facts, COLUMNS),
    event="sharing.price_set", trace=lambda asked, row: Trace(f"sharedprice:{row.pk}", {"code": row.code, "kind": row.kind}),
)  # fmt: skip
def set_price(asked: PriceIn, actor: Actor) -> Price:
    """New, or changed by body, year, kind and product."""
    known = queries.known_bodies()
    if asked.code not in known:
        raise Invalid(
            f"「{asked.code}」は、今の市区町村の一覧にも、団体の人口の表にもありません。合併した団体なら、合併した先の団体コードで書いてください。"
        )
    given = asked.model_dump() | {"name": known[asked.code], "options": tuple(asked.options)}
    actions.keep([Paid(**given)], actor=actor)
    return Price.objects.get(code=asked.code, year=asked.year, kind=asked.kind, product=asked.product)


@OPERATIONS.add(
    "価格を消す", "sharing.enter_prices", "DELETE prices/{price_id}", command="price remove", event="sharing.price_removed",
    trace=lambda asked, row: Trace(f"sharedprice:{asked.price_id}"),
)  # fmt: skip
def remove_price(asked: OnePrice, actor: Actor) -> None:
    """It was wrong."""
    actions.remove(one(Price.objects.all(), asked.price_id))


def read(data: bytes, renamed: Mapping[str, str]) -> Read:
    """The prices of a file."""
    problems: list[Problem] = []
    required = [each.name for each in benchmark.COLUMNS if each.required]
    found = benchmark.read(rows(data, required, problems, renamed=renamed), queries.known_bodies())
    found.problems[:0] = problems
    return found


@OPERATIONS.add(
    "価格の表を取り込む", "sharing.enter_prices", "POST prices/table", command="price load", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.prices_loaded", trace=lambda asked, found: Trace("sharedprices", {"taken": found.taken}),
)  # fmt: skip
def load_prices(asked: PriceTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    data = asked.file.read(LARGEST)
    found = read(data, renaming_of(data, TABLE, benchmark.COLUMNS))
    return taken(found, lambda: actions.keep(found.rows, actor=actor))


class LookedAtPrices(BaseModel):
    """A table that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    found: Any = None


@OPERATIONS.add(
    "見た価格の表を取り込む", "sharing.enter_prices", event="sharing.prices_loaded",
    trace=lambda asked, found: Trace("sharedprices", {"taken": found.taken}),
)  # fmt: skip
def take_looked_at(asked: LookedAtPrices, actor: Actor) -> Loaded:
    """What a page has shown is taken."""
    return taken(asked.found, lambda: actions.keep(asked.found.rows, actor=actor))


@OPERATIONS.add(
    "価格を比べる", "sharing.prices", "GET prices/compared", command="price compare",
    answer=Answer(list[PriceBandOut], band_facts, {"band": "人口", "bodies": "団体", "lower": "四分位", "median": "中央値", "upper": "四分位（上）", "why": "外れを見ない理由"}),
)  # fmt: skip
def compare(asked: ComparedPricesIn, actor: Actor) -> list[Band]:
    """By band of population, a head and year without tax."""
    return queries.compared(asked.kind, asked.year, asked.option)
