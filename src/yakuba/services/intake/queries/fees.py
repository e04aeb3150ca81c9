"""Fees of a case and of a day, envelopes that wait, and what a file of payments leaves open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.values import calendar
from yakuba.services.intake.engine.fees import orders
from yakuba.services.intake.engine.fees.cash import LABELS, Way
from yakuba.services.intake.engine.fees.table import Due, Fee
from yakuba.services.intake.models import (
    DayClosing,
    DayDraft,
    FeeEntry,
    MoneyOrder,
    PaymentLine,
    PostalRequest,
)
from yakuba.services.intake.queries import rules

MOST_SHOWN = 200
Kind = FeeEntry.Kind


@dataclass(frozen=True)
class Account:
    """A case's, in yen. due: after what was taken back; received: less what went back; open: what is still to be paid, negative
    where something is to be given back."""

    entries: tuple[FeeEntry, ...]
    due: int
    received: int

    @property
    def open(self) -> int:
        """What is still to be paid."""
        return self.due - self.received

    @property
    def back(self) -> int:
        """What is to be given back."""
        return max(0, -self.open)


@dataclass(frozen=True)
class Day:
    """A day's book. lines: way, label and sum of each; entries: all of the day; digest: another one for another book."""

    day: date
    entries: tuple[FeeEntry, ...]
    recorded: dict[Way, int]
    orders: tuple[tuple[int, int], ...]
    digest: str
    closing: DayClosing | None
    waiting: bool

    @property
    def total(self) -> int:
        """Of all ways."""
        return sum(self.recorded.values())

    @property
    def lines(self) -> list[tuple[str, str, int]]:
        """(way, label, yen) of each way."""
        return [(way.value, LABELS[way], self.recorded[way]) for way in Way]


def account(case: Case) -> Account:
    """What a case owes and has paid."""
    rows = tuple(
        FeeEntry.objects.filter(case=case)
        .select_related("said_by", "reverses", "reversed_by")
        .order_by("number")
    )
    due = sum(one.yen for one in rows if not one.way)
    return Account(rows, due, sum(one.yen for one in rows if one.way))


def choices(procedure: str, day: date) -> tuple[Fee, ...]:
    """What may be taken for a procedure on a day."""
    return rules.fees().on(procedure, day)


def exemptions(procedure: str) -> list[str]:
    """Why nothing may be taken for it."""
    return [one.name for one in rules.fees().exempting(procedure)]


def day_of(day: date) -> Day:
    """A day's book."""
    rows = tuple(
        FeeEntry.objects.filter(day=day)
        .select_related("case__procedure", "said_by", "reverses")
        .order_by("number")
    )
    recorded = {way: sum(one.yen for one in rows if one.way == way) for way in Way}
    closing = DayClosing.objects.select_related("counted_by", "closed_by").filter(day=day).first()
    return Day(day, rows, recorded, _orders_of(rows), digest_of(rows), closing, _waits(day))


def digest_of(rows: Sequence[FeeEntry]) -> str:
    """A mark of what stands in a day's book."""
    text = json.dumps([[one.number, one.yen, one.way] for one in rows])
    return hashlib.sha256(text.encode()).hexdigest()


def _orders_of(rows: Sequence[FeeEntry]) -> tuple[tuple[int, int], ...]:
    """(value, how many) of the orders that were taken that day and not taken back."""
    taken = [one.pk for one in rows if one.way == Way.ORDER and one.kind == Kind.RECEIVED]
    values = list(MoneyOrder.objects.filter(entry__in=taken).values_list("yen", flat=True))
    return tuple((value, values.count(value)) for value in orders.VALUES if value in values)


def _waits(day: date) -> bool:
    drafts = DayDraft.objects.filter(day=day, done=False).values_list("pk", flat=True)
    subjects = [f"daydraft:{pk}" for pk in drafts]
    waiting = Approval.objects.filter(kind="intake.day", subject__in=subjects, state=Proposal.State.PROPOSED)
    return bool(waiting.exists())


def days() -> list[tuple[date, int, DayClosing | None]]:
    """(day, yen, closing) of days with money, the latest first."""
    closed = {one.day: one for one in DayClosing.objects.select_related("closed_by")[:MOST_SHOWN]}
    sums = FeeEntry.objects.exclude(way="").values("day").annotate(yen=Sum("yen")).order_by("-day")
    found = {row["day"]: int(row["yen"]) for row in sums[:MOST_SHOWN]}
    return [(day, found.get(day, 0), closed.get(day)) for day in sorted({*found, *closed}, reverse=True)]


def first_open_day(before: date) -> date | None:
    """The earliest day before that one on which something was written and which nobody has closed."""
    closed = DayClosing.objects.values("day")
    rows = FeeEntry.objects.filter(day__lt=before).exclude(day__in=closed).order_by("day")
    return rows.values_list("day", flat=True).first()


def closings() -> QuerySet[DayClosing]:
    """Closed days, the latest first."""
    return DayClosing.objects.select_related("counted_by", "closed_by").order_by("-day")


def requests() -> QuerySet[PostalRequest]:
    """Envelopes, those that wait first."""
    rows = PostalRequest.objects.select_related("case__procedure", "taken_by").prefetch_related("orders")
    return rows.order_by("sent_on", "due_on", "pk")


def near_end(today: date) -> list[MoneyOrder]:
    """Orders that lie here and end soon or have ended."""
    rows = MoneyOrder.objects.filter(request__sent_on=None).exclude(fate=MoneyOrder.Fate.KEPT)
    held = rows.select_related("request__case")
    return [one for one in held if today >= one.last_day - orders.NEAR]


def unmatched_lines() -> list[PaymentLine]:
    """Lines of files for which no record was found."""
    return list(PaymentLine.objects.filter(entry=None).order_by("day", "pk")[:MOST_SHOWN])


def unmatched_records() -> list[FeeEntry]:
    """Records of payments by account or terminal that no file has told; up to the last day that a file tells."""
    last = PaymentLine.objects.order_by("-day").values_list("day", flat=True).first()
    if last is None:
        return []
    found = PaymentLine.objects.exclude(entry=None).values("entry")
    rows = open_payments().filter(day__lte=last).exclude(pk__in=found)
    return list(rows.select_related("case")[:MOST_SHOWN])


def open_payments() -> QuerySet[FeeEntry]:
    """Records of what was paid by account or terminal and not taken back."""
    rows = FeeEntry.objects.filter(way__in=[Way.ACCOUNT, Way.CASHLESS], reversed_by=None)
    return rows.filter(kind__in=[Kind.RECEIVED, Kind.REFUND]).order_by("number")


def dues(procedure: str, day: date) -> list[Due]:
    """Each fee once, as what one copy costs."""
    return [Due(one, 1, "", one.yen) for one in choices(procedure, day)]


def entry_table(day: Day) -> Table:
    """All entries of a day, as a spreadsheet."""
    return Table(
        f"手数料{day.day.isoformat()}",
        (
            "番号",
            "時刻",
            "受付番号",
            "手続",
            "種類",
            "名目",
            "枚数",
            "方法",
            "額（円）",
            "控え番号",
            "減免",
            "理由",
            "職員",
        ),
        [_row(one) for one in day.entries],
    )


def total_table(closing: DayClosing) -> Table:
    """A closed day by way, as a spreadsheet."""
    lines = closing.content["lines"]
    return Table(
        f"日計{closing.day.isoformat()}",
        ("方法", "記録（円）", "数えた額（円）", "差（円）", "理由"),
        [
            (one["label"], one["recorded"], one["counted"], one["counted"] - one["recorded"], one["reason"])
            for one in lines
        ],
    )


def _row(one: FeeEntry) -> tuple[Any, ...]:
    return (
        one.number,
        timezone.localtime(one.said_at).strftime("%H:%M"),
        one.case.receipt_number,
        one.case.procedure.title,
        one.get_kind_display(),
        one.item,
        one.copies,
        one.get_way_display() if one.way else "",
        one.yen,
        one.slip,
        one.exemption,
        one.reason,
        str(one.said_by or ""),
    )


def day_label(day: date) -> str:
    """As staff read it."""
    return calendar.written(day)


def returned(row: PostalRequest) -> list[MoneyOrder]:
    """The return list of an envelope."""
    return [one for one in row.orders.all() if one.fate == MoneyOrder.Fate.BACK]  # type: ignore[attr-defined]


def engine_orders(rows: Iterable[MoneyOrder]) -> list[orders.Order]:
    """For the engine."""
    return [one.order for one in rows]
