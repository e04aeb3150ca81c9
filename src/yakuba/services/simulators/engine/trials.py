"""A table of trials, indicators and measured values → what it holds, with faults by line. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Invalid, said_as
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.kernel.values import calendar
from yakuba.kernel.values.widths import WIDTHS
from yakuba.services.simulators.engine.reading import digits

HEAD = (
    "実験", "ねらい", "相手", "始まり", "終わり", "出典", "結果", "指標", "単位", "始めの値", "目標", "目標の年度", "向き", "測った日", "値", "根拠",
)  # fmt: skip
REQUIRED = ("実験", "ねらい", "指標", "単位")
UP, DOWN = "多いほどよい", "少ないほどよい"
LONGEST = {
    "実験": 120,
    "ねらい": 1_000,
    "相手": 300,
    "出典": 300,
    "結果": 2_000,
    "指標": 120,
    "単位": 20,
    "根拠": 300,
}
MOST_ROWS = 5_000
WHOLE_DIGITS = 13
MOST_DIGITS = 15  # what SQLite and spreadsheets keep; of more they would change the last ones
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True)
class GivenTrial:
    """As in `models.Trial`."""

    title: str
    aim: str
    partner: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    source: str = ""
    result: str = ""


@dataclass(frozen=True)
class GivenIndicator:
    """As in `models.Indicator`; rises: None where it is not said."""

    label: str
    unit: str
    baseline: Decimal | None = None
    target: Decimal | None = None
    target_year: int | None = None
    rises: bool | None = None


@dataclass(frozen=True)
class GivenMeasurement:
    """As in `models.Measurement`."""

    measured_on: date
    value: Decimal
    evidence: str


@dataclass
class GivenRegister:
    """trials by title; indicators by (trial, label); measurements by (trial, label, day)."""

    trials: dict[str, GivenTrial] = field(default_factory=dict)
    indicators: dict[tuple[str, str], GivenIndicator] = field(default_factory=dict)
    measurements: dict[tuple[str, str, date], GivenMeasurement] = field(default_factory=dict)


def number(text: str) -> Decimal | None:
    """A number with at most four decimals; None for an empty text. Raises Invalid."""
    if not text.strip():
        return None
    plain = digits(text)
    if plain is None:
        raise Invalid(f"「{text.strip()[:20]}」は数として読めません。単位は書かず、数だけにしてください。")
    value = Decimal(plain)
    if value.adjusted() >= WHOLE_DIGITS:
        raise Invalid(f"「{text.strip()[:20]}」は大きすぎます。{WHOLE_DIGITS}桁までにしてください。")
    if value != round(value, 4):
        raise Invalid(f"「{text.strip()[:20]}」は小数4桁までで書いてください。")
    if len(value.normalize().as_tuple().digits) > MOST_DIGITS:
        raise Invalid(f"「{text.strip()[:20]}」は、小数とあわせて{MOST_DIGITS}桁までで書いてください。")
    return round(value, 4) + 0  # of −0 makes 0


def read_register(rows: Iterable[Row]) -> tuple[GivenRegister, list[Problem]]:
    """The good rows, and every fault by line. A trial or an indicator that stands in several rows must be the same in each, or be left
    empty there."""
    found, faults = GivenRegister(), list[Problem]()
    for at, row in enumerate(rows, start=1):
        if at > MOST_ROWS:
            faults.append(Problem(row.line, "", f"{MOST_ROWS:,}行までにしてください。"))
            break
        try:
            _take(row, found)
        except BadRow as error:
            faults.append(Problem(row.line, row.get("実験")[:40], str(error)))
    return found, faults


def _take(row: Row, found: GivenRegister) -> None:
    title, label = _text(row, "実験", needed=True), _text(row, "指標", needed=True)
    trial = _trial(row, title, found.trials.get(title))
    indicator = _indicator(row, label, found.indicators.get((title, label)))
    measurement = _measurement(row)
    if measurement and (title, label, measurement.measured_on) in found.measurements:
        raise BadRow(f"「{label}」の{calendar.written(measurement.measured_on)}の値が二度あります。")
    found.trials[title] = trial
    found.indicators[title, label] = indicator
    if measurement:
        found.measurements[title, label, measurement.measured_on] = measurement


def _trial(row: Row, title: str, before: GivenTrial | None) -> GivenTrial:
    told = GivenTrial(
        title,
        _text(row, "ねらい", needed=before is None),
        _text(row, "相手"),
        _day(row, "始まり"),
        _day(row, "終わり"),
        _text(row, "出典"),
        _text(row, "結果"),
    )
    _in_order(told)
    return told if before is None else _in_order(_same(before, told, "実験"))


def _in_order(trial: GivenTrial) -> GivenTrial:
    """Raises BadRow where what two rows say together ends before it starts."""
    if trial.starts_on and trial.ends_on and trial.ends_on < trial.starts_on:
        raise BadRow("終わりは、始まりより後の日にしてください。")
    return trial


def _indicator(row: Row, label: str, before: GivenIndicator | None) -> GivenIndicator:
    way = row.get("向き")
    if way not in ("", UP, DOWN):
        raise BadRow(f"向き「{way[:20]}」は「{UP}」か「{DOWN}」と書いてください。")
    told = GivenIndicator(
        label,
        _text(row, "単位", needed=before is None),
        _number(row, "始めの値"),
        _number(row, "目標"),
        year(row.get("目標の年度")),
        way == UP if way else None,
    )
    return told if before is None else _same(before, told, "指標")


def _same(before: Any, told: Any, what: str) -> Any:
    """What was said so far with what this row adds. Raises BadRow where they contradict each other."""
    added = {}
    for one in fields(told):
        new, old = getattr(told, one.name), getattr(before, one.name)
        if new in ("", None) or new == old:
            continue
        if old not in ("", None):
            raise BadRow(f"前の行と{what}の内容が違います（「{str(old)[:20]}」と「{str(new)[:20]}」）。")
        added[one.name] = new
    return replace(before, **added)


def year(text: str) -> int | None:
    """A fiscal year: 2027, 令和9, R9; None for an empty text. Raises BadRow."""
    plain = WIDTHS["半角"](text).strip().removesuffix("年度").removesuffix("年")
    if not plain:
        return None
    found = int(plain) if plain.isdecimal() and len(plain) == 4 else _named_year(plain)
    if not FIRST_YEAR <= found <= LAST_YEAR:
        raise BadRow(f"目標の年度は{FIRST_YEAR}から{LAST_YEAR}までの年度にしてください（いま{found}年度）。")
    return found


def _named_year(plain: str) -> int:
    """Of an era's year: by its first day, or where the era began later in it (令和元), by the last of the calendar's year."""
    try:
        return calendar.read_date(f"{plain}年4月1日").year
    except Invalid:
        pass
    try:
        return calendar.read_date(f"{plain}年12月31日").year
    except Invalid:
        raise BadRow(f"目標の年度「{plain[:20]}」は、2027か令和9のように書いてください。") from None


def _text(row: Row, column: str, *, needed: bool = False) -> str:
    text = row.get(column)
    if needed and not text:
        raise BadRow(f"{column}を書いてください。")
    if len(text) > LONGEST[column]:
        raise BadRow(f"{column}は{LONGEST[column]}文字までにしてください。")
    return text


def _day(row: Row, column: str) -> date | None:
    text = row.get(column)
    if not text:
        return None
    with said_as(partial(BadRow), f"{column}: "):
        return calendar.read_date(text)


def _number(row: Row, column: str) -> Decimal | None:
    with said_as(partial(BadRow), f"{column}: "):
        return number(row.get(column))


def _measurement(row: Row) -> GivenMeasurement | None:
    day, value, evidence = _day(row, "測った日"), _number(row, "値"), _text(row, "根拠")
    if day is None and value is None and not evidence:
        return None
    if day is None or value is None or not evidence:
        raise BadRow("測った日、値、根拠は、三つともそろえて書いてください。")
    return GivenMeasurement(day, value, evidence)
