"""Files of the bank and of the terminals' company: taken once, line by line, and laid beside what was recorded."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import DefinitionRefused, Problem
from yakuba.kernel.refusals import Conflict, Invalid, if_valid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.importing import TableKind
from yakuba.kernel.tables.reading import BadRow, Row, rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.values import calendar
from yakuba.kernel.values.characters import narrow
from yakuba.services.intake.actions import fees
from yakuba.services.intake.engine.fees.cash import Way, holds_card_number
from yakuba.services.intake.engine.fees.matching import Matched, Payment, match
from yakuba.services.intake.models import FeeEntry, PaymentLine
from yakuba.services.intake.queries import fees as queries

COLUMNS = (
    Column("日付", required=True),
    Column("額", required=True),
    Column("控え番号"),
    Column("摘要"),
)
TABLES = {
    source: TableKind(f"intake.payments_{source.value}", source.label, COLUMNS)
    for source in PaymentLine.Source
}
MOST_LINES = 50_000
WAYS = {PaymentLine.Source.ACCOUNT: Way.ACCOUNT, PaymentLine.Source.CASHLESS: Way.CASHLESS}


@dataclass(frozen=True)
class Loaded:
    """lines: new ones; known: those that stood here already; matched: of all open lines, those that found their record now."""

    lines: int
    known: int
    matched: int


@dataclass(frozen=True)
class Told:
    """A line of a file."""

    day: date
    yen: int
    slip: str
    note: str


def read(
    data: bytes | BinaryIO, source: str, problems: list[Problem], renamed: Mapping[str, str] | None = None
) -> list[Told]:
    """The lines of a file, by the columns that were chosen for it last. A card's number spoils its line."""
    kind = TABLES[PaymentLine.Source(source)]
    names = renaming_of(data, kind.name, kind.columns) if renamed is None else renamed
    return lines_of(rows(data, kind.required, problems, renamed=names), problems)


def lines_of(given: Iterable[Row], problems: list[Problem]) -> list[Told]:
    """The lines of rows."""
    found = []
    for row in given:
        try:
            found.append(_line(row))
        except BadRow as error:
            problems.append(Problem(row.line, "", str(error)))
    if len(found) > MOST_LINES:
        problems.append(Problem(0, "", f"{MOST_LINES:,}行までです。分けて取り込んでください。"))
    return found


def _line(row: Row) -> Told:
    if any(holds_card_number(text) for text in row.cells.values()):
        raise BadRow("カード番号のような数字があります。カードの番号のない明細を使ってください。")
    day = if_valid(calendar.read_date, row.get("日付"))
    if day is None:
        raise BadRow(f"日付「{row.get('日付')}」が読めません。2026-04-01 や令和8年4月1日のように書きます。")
    text = narrow(row.get("額")).replace(",", "").replace("円", "").replace("\\", "").replace("¥", "").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise BadRow(f"額「{row.get('額')}」が読めません。円の整数で書きます。")
    return Told(day, int(text), row.get("控え番号")[:40], row.get("摘要")[:200])


@transaction.atomic
def load(
    data: bytes | BinaryIO, source: str, *, actor: Actor, renamed: Mapping[str, str] | None = None
) -> Loaded:
    """Take a file over, all of it or nothing; what stands here already is not taken twice. Raises Invalid, DefinitionRefused."""
    if source not in PaymentLine.Source.values:
        raise Invalid("口座の明細かキャッシュレスの明細かを選んでください。")
    problems: list[Problem] = []
    told = read(data, source, problems, renamed)
    if problems:
        raise DefinitionRefused(problems)
    return take(told, source, actor=actor)


@transaction.atomic
def take(told: Iterable[Told], source: str, *, actor: Actor) -> Loaded:
    """Lines that were read. Raises nothing for what is known."""
    fees.book()
    marks: Counter[Told] = Counter()
    new, known_lines = 0, 0
    for one in told:
        marks[one] += 1
        text = f"{source}|{one.day.isoformat()}|{one.yen}|{one.slip}|{one.note}|{marks[one]}"
        mark = hashlib.sha256(text.encode()).hexdigest()
        values = {"source": source, "day": one.day, "yen": one.yen, "slip": one.slip, "note": one.note}
        _, made = PaymentLine.objects.get_or_create(mark=mark, defaults=values | {"loaded_by": known(actor)})
        new, known_lines = new + made, known_lines + (not made)
    found = _match(source)
    record("intake.payments_loaded", subject=f"source:{source}", actor=actor, lines=new, matched=found)
    return Loaded(new, known_lines, found)


def _match(source: str) -> int:
    open_lines, records = _sides(source)
    found = match(open_lines, records)
    for line, entry in found.pairs:
        PaymentLine.objects.filter(pk=line, entry=None).update(entry=entry)
    return len(found.pairs)


def compared(source: str) -> Matched:
    """Both sides as they are now; nothing is written."""
    return match(*_sides(source))


def _sides(source: str) -> tuple[list[Payment], list[Payment]]:
    way = WAYS[PaymentLine.Source(source)]
    open_lines = PaymentLine.objects.filter(source=source, entry=None).order_by("day", "pk")
    taken = PaymentLine.objects.exclude(entry=None).values("entry")
    records = queries.open_payments().filter(way=way).exclude(pk__in=taken)
    return (
        [Payment(one.pk, one.day, one.yen, one.slip) for one in open_lines],
        [Payment(one.pk, one.day, one.yen, one.slip) for one in records],
    )


@transaction.atomic
def match_by_hand(line: PaymentLine, entry: FeeEntry, *, actor: Actor) -> PaymentLine:
    """A person says which record a line is; the sums must be the same. Raises Conflict."""
    fees.book()
    line = PaymentLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if line.entry_id == entry.pk:
        return line
    if line.entry_id is not None or PaymentLine.objects.filter(entry=entry).exists():
        raise Conflict("この明細か記録は、もうほかと結び付いています。")
    if not queries.open_payments().filter(pk=entry.pk, way=WAYS[PaymentLine.Source(line.source)]).exists():
        raise Conflict(
            f"その記録は、{line.get_source_display()}で払われたものではないか、取り消してあります。記録を選び直してください。"
        )
    if line.yen != entry.yen:
        raise Conflict(
            f"額が違います（明細{line.yen:,}円、記録{entry.yen:,}円）。記録が誤りなら、取り消して記録し直してください。"
        )
    line.entry = entry
    line.save(update_fields=["entry"])
    record("intake.payment_matched", subject=f"case:{entry.case_id}", actor=actor, number=entry.number)
    return line
