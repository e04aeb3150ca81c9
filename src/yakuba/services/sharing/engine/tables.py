"""Tables of a group: populations, use, amounts. Faults by line and column; a row with a fault costs no other row. Pure Python."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from yakuba.kernel.definitions import Problem, plain
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.services.sharing.engine import cells

CODE, NAME, POPULATION, COUNTED_ON, SOURCE = "団体コード", "団体名", "人口", "基準日", "出典"
MONTH, KIND, QUANTITY, ITEM, YEN, NOTE = "月", "利用の種類", "量", "費用の符号", "金額", "内訳"
BODY = (
    Column(CODE, ("全国地方公共団体コード", "自治体コード", "市区町村コード"), required=True),
    Column(NAME, ("自治体名", "市区町村名", "団体")),
)
HEADCOUNTS = (
    *BODY,
    Column(POPULATION, ("総人口", "人口（人）"), required=True),
    Column(COUNTED_ON, ("いつの人口", "人口の日", "時点"), required=True),
    Column(SOURCE, ("根拠", "資料"), required=True),
)
USES = (
    *BODY,
    Column(MONTH, ("利用月", "年月"), required=True),
    Column(KIND, ("種類",), required=True),
    Column(QUANTITY, ("利用量", "件数"), required=True),
)
AMOUNTS = (
    Column(ITEM, ("符号", "費用"), required=True),
    Column(MONTH, ("年月",), required=True),
    Column(YEN, ("額", "税抜き額"), required=True),
    Column(NOTE, ("メモ", "摘要")),
)
T = TypeVar("T")


@dataclass(frozen=True)
class HeadcountRow:
    """A population on a day."""

    code: str
    counted_on: date
    population: int
    source: str


@dataclass(frozen=True)
class UseRow:
    """A use in a month."""

    code: str
    month: str
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class AmountRow:
    """A cost's amount in a month, in yen without tax."""

    item: str
    month: str
    yen: int
    note: str


@dataclass
class Read:
    """What a table says. rows: those without a fault."""

    rows: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Cells:
    """The cells of one row; every fault is kept with its line and column."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        self.row, self.problems, self.faults = row, problems, 0

    def read(self, column: str, read: Callable[[str], T]) -> T | None:
        """The cell as `read` makes it; None with a fault."""
        try:
            return read(self.row.get(column))
        except (BadRow, ValueRefused) as error:
            self.problems.append(Problem(self.row.line, column, str(error)))
            self.faults += 1
            return None

    def fault(self, column: str, text: str) -> None:
        """Something is wrong there."""
        self.problems.append(Problem(self.row.line, column, text))
        self.faults += 1


def code_reader(bodies: Mapping[str, str], whose: str) -> Callable[[str], str]:
    """Codes of these bodies alone: with six digits, or five without the check digit where that is one of them. A code whose leading 0
    a spreadsheet took is known again where it can only be that one."""

    def read(text: str) -> str:
        code = plain(text).replace(" ", "")
        if not code:
            raise BadRow("団体コードが空です。")
        if code in bodies:
            return code
        alike = {one for one in bodies if one[:5] == code or one.lstrip("0") == code}
        if len(alike) == 1:
            return alike.pop()
        raise BadRow(
            f"団体コード「{text.strip()[:20]}」は、{whose}。番号を確かめてください。合併した団体なら、合併した先の団体コードで書いてください。"
        )

    return read


def filled(text: str, what: str, longest: int = 200) -> str:
    """A text that must stand there. Raises BadRow."""
    found = " ".join(text.split())
    if not found:
        raise BadRow(f"{what}が空です。書いてください。")
    if len(found) > longest:
        raise BadRow(f"{what}が長すぎます（{longest}文字まで）。")
    return found


def _people(text: str) -> int:
    found = cells.number(text, POPULATION, units=("人",))
    if found != int(found) or not 0 < found < 20_000_000:
        raise BadRow(
            f"人口「{text.strip()[:30]}」は人口として読めません。8000 のように数だけで書いてください。"
        )
    return int(found)


def _quantity(text: str) -> Decimal:
    found = cells.number(
        text, QUANTITY, units=tuple(one for one in cells.UNITS if one not in ("円", "％", "%"))
    )
    if found < 0:
        raise BadRow(f"量「{text.strip()[:30]}」は0以上の数で書いてください。")
    if found != round(found, 3):
        raise BadRow(f"量「{text.strip()[:30]}」は小数点の下3けたまでで書いてください。")
    return found


def headcounts(rows: Iterable[Row], bodies: Mapping[str, str]) -> Read:
    """Populations of these bodies."""
    found, seen = Read(), set[tuple[str, date]]()
    of = code_reader(bodies, "この取り決めの参加団体ではありません")
    for row in rows:
        one = Cells(row, found.problems)
        code, people = one.read(CODE, of), one.read(POPULATION, _people)
        day = one.read(COUNTED_ON, calendar.read_date)
        source = one.read(SOURCE, lambda text: filled(text, SOURCE))
        if code and day and (code, day) in seen:
            one.fault(CODE, "この団体の同じ日の人口が前の行にもあります。どちらが正しいか確かめてください。")
        if not one.faults and code and people and day and source:
            seen.add((code, day))
            found.rows.append(HeadcountRow(code, day, people, source))
    return found


Periods = Mapping[str, tuple[date, date | None]]


def uses(rows: Iterable[Row], bodies: Mapping[str, str], kinds: Collection[str], periods: Periods) -> Read:
    """Use of these bodies, of the kinds by which some cost is shared. periods: a body's first and last day in the group; use of
    another month would count for nothing, so it is told."""
    found, seen = Read(), set[tuple[str, str, str]]()
    of = code_reader(bodies, "この取り決めの参加団体ではありません")
    for row in rows:
        one = Cells(row, found.problems)
        code, month = one.read(CODE, of), one.read(MONTH, cells.month)
        kind = one.read(KIND, lambda text: filled(text, KIND, 60))
        amount = one.read(QUANTITY, _quantity)
        if kind and kind not in kinds:
            known = "、".join(sorted(kinds)) or "ありません"
            one.fault(KIND, f"「{kind}」で分ける費用がありません。使える種類：{known}。")
        if code and month and code in periods and not _there(periods[code], month):
            one.fault(
                MONTH,
                f"{bodies[code]}は{cells.shown_month(month)}に参加していません。合併した団体なら、合併した先の団体コードで書いてください。",
            )
        if code and month and kind and (code, month, kind) in seen:
            one.fault(CODE, "この団体の同じ月の量が前の行にもあります。どちらが正しいか確かめてください。")
        if not one.faults and code and month and kind and amount is not None:
            seen.add((code, month, kind))
            found.rows.append(UseRow(code, month, kind, amount))
    return found


def _there(period: tuple[date, date | None], month: str) -> bool:
    first, last = cells.days_of(month)
    return period[0] <= last and (period[1] is None or first <= period[1])


def amounts(rows: Iterable[Row], items: Mapping[str, str], closed: str = "") -> Read:
    """Amounts of these costs (code → title; a title will do too). closed: the month closed last; a line of it or before says why."""
    found = Read()
    by_title = {title: code for code, title in items.items()}

    def item(text: str) -> str:
        given = plain(text)
        if given in items or given in by_title:
            return given if given in items else by_title[given]
        raise BadRow(
            f"「{text.strip()[:30]}」という費用はありません。使える符号：{'、'.join(sorted(items)) or 'なし'}。"
        )

    for row in rows:
        one = Cells(row, found.problems)
        code, month, yen = one.read(ITEM, item), one.read(MONTH, cells.month), one.read(YEN, cells.yen)
        note = row.get(NOTE)[:200]
        if month and month <= closed and not note:
            one.fault(NOTE, f"{cells.shown_month(month)}分は締めています。訂正の理由を内訳に書いてください。")
        if not one.faults and code and month and yen is not None:
            found.rows.append(AmountRow(code, month, yen, note))
    return found
