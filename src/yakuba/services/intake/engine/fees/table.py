"""A file of fees → `Table`, with every fault at its line.

手数料表: やくば市の手数料
コード: fees
条例: やくば市手数料条例
出典: 例規集
確認日: 2026-12-01
手数料:
  - {名: 住民票の写し, 手続: resident-record, 単位: 通, 額: 300, 始まり: 2026-04-01, 終わり: 2027-03-31, 根拠: 別表第1の3}
減免:
  - {名: 生活保護を受けている, 根拠: 条例5条1号, 手続: [resident-record]}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.kernel.refusals import Conflict, Invalid

MOST_YEN, MOST_COPIES, MOST_ROWS, LONGEST = 1_000_000, 999, 300, 200
CODE = re.compile(r"[a-z][a-z0-9-]{1,59}")
NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Fee:
    """What something costs in a period, both days included. procedure: its code, empty for every procedure."""

    name: str
    procedure: str
    unit: str
    yen: int
    first: date
    last: date
    basis: str
    line: int = 0

    def holds(self, procedure: str, day: date) -> bool:
        """Whether it is taken for that procedure on that day."""
        return self.procedure in ("", procedure) and self.first <= day <= self.last


@dataclass(frozen=True)
class Exemption:
    """Why somebody pays nothing. procedures: codes, empty for every procedure."""

    name: str
    basis: str
    procedures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A town's fees."""

    code: str
    title: str
    ordinance: str
    source: str
    checked_on: date | None
    fees: tuple[Fee, ...]
    exemptions: tuple[Exemption, ...] = ()

    def on(self, procedure: str, day: date) -> tuple[Fee, ...]:
        """What may be taken for a procedure on a day."""
        return tuple(one for one in self.fees if one.holds(procedure, day))

    def exempting(self, procedure: str) -> tuple[Exemption, ...]:
        """Why nothing may be taken for it."""
        return tuple(one for one in self.exemptions if not one.procedures or procedure in one.procedures)


@dataclass(frozen=True)
class Due:
    """What is to be paid: yen, 0 where somebody is exempt."""

    fee: Fee
    copies: int
    exemption: str
    yen: int


def due(table: Table, procedure: str, name: str, copies: int, exemption: str, day: date) -> Due:
    """What somebody owes. Raises Conflict where the table has no fee of that name that day, Invalid for copies and reasons that
    are none."""
    fee = next((one for one in table.on(procedure, day) if one.name == name), None)
    if fee is None:
        raise Conflict(
            f"{day.isoformat()} に取る「{name}」の手数料は、手数料表にありません。表を確かめてください。"
        )
    if not 1 <= copies <= MOST_COPIES:
        raise Invalid(f"枚数は1から{MOST_COPIES}までで書いてください。")
    if exemption and exemption not in [one.name for one in table.exempting(procedure)]:
        raise Invalid(f"減免「{exemption}」は、手数料表のこの手続にありません。")
    return Due(fee, copies, exemption, 0 if exemption else fee.yen * copies)


def parse_table(text: str) -> Table:
    """The table that a file describes. Raises DefinitionRefused with everything that is wrong in it."""
    faults = Faults()
    table = _table(parse(text), faults)
    if faults.found:
        raise DefinitionRefused(faults.found)
    return table


def _table(node: Node, faults: Faults) -> Table:
    top = Section(node, "", faults, ("手数料表", "コード", "条例", "出典", "確認日", "手数料"), ("減免",))
    code = top.text("コード")
    if code and not CODE.fullmatch(code):
        top.fault("コード", "「コード」は英小文字で始め、英小文字と数字とハイフンで書いてください。")
    rows = list(top.rows("手数料"))
    if len(rows) > MOST_ROWS:
        top.fault("手数料", f"「手数料」は{MOST_ROWS}行までです。")
    fees = tuple(_fee(one, faults) for one in rows[:MOST_ROWS])
    _overlaps(fees, faults)
    exemptions = tuple(_exemption(one, faults) for one in list(top.rows("減免"))[:MOST_ROWS])
    return Table(
        code,
        top.text("手数料表")[:LONGEST],
        top.text("条例")[:LONGEST],
        top.text("出典")[:LONGEST],
        _day(top, "確認日", None),
        fees,
        exemptions,
    )


def _fee(node: Node, faults: Faults) -> Fee:
    part = Section(node, "手数料", faults, ("名", "額", "始まり", "根拠"), ("手続", "単位", "終わり"))
    first, last = _day(part, "始まり", NEVER) or NEVER, _day(part, "終わり", NEVER) or NEVER
    if first > last:
        part.fault("終わり", "「終わり」が「始まり」より前です。")
    return Fee(
        part.text("名")[:LONGEST],
        part.text("手続"),
        part.text("単位") or "件",
        part.whole("額", 0, 0, MOST_YEN),
        first,
        last,
        part.text("根拠")[:LONGEST],
        node.line,
    )


def _exemption(node: Node, faults: Faults) -> Exemption:
    part = Section(node, "減免", faults, ("名", "根拠"), ("手続",))
    procedures = tuple(text for _, text in part.texts("手続"))
    return Exemption(part.text("名")[:LONGEST], part.text("根拠")[:LONGEST], procedures)


def _overlaps(fees: Sequence[Fee], faults: Faults) -> None:
    """The same thing must not cost two sums on one day."""
    for at, one in enumerate(fees):
        for other in fees[:at]:
            near = one.name == other.name and (
                one.procedure == other.procedure or not one.procedure or not other.procedure
            )
            if near and one.first <= other.last and other.first <= one.last:
                faults.add(
                    one.line,
                    f"手数料「{one.name}」",
                    f"{other.line}行目と期間が重なっています。どちらの額か分かりません。",
                )


def _day(part: Section, key: str, default: date | None) -> date | None:
    text = part.text(key)
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        part.fault(key, f"「{key}」は 2026-04-01 のように書いてください。")
        return default
