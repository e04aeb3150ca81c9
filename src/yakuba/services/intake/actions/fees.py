"""Fees of a case: what is due, what was paid, what went back, and what takes a line back. Lines are only added; each belongs to
the first day from today on that is not closed. All that writes waits behind the town's one book."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.intake.engine.fees.cash import LABELS, Way, require_no_card
from yakuba.services.intake.engine.fees.table import due
from yakuba.services.intake.models import (
    DayClosing,
    FeeBook,
    FeeEntry,
    MoneyOrder,
    PaymentLine,
    PostalRequest,
)
from yakuba.services.intake.queries import fees as queries
from yakuba.services.intake.queries import rules

Kind = FeeEntry.Kind
MOST_YEN, LONGEST = 10_000_000, 300
_ONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
BY_HAND = (
    Way.CASH,
    Way.STAMP,
    Way.ACCOUNT,
    Way.CASHLESS,
)  # orders come in envelopes, which are opened by themselves


def book() -> FeeBook:
    """The town's book; whoever writes at the same moment waits here until the transaction around ends."""
    FeeBook.objects.get_or_create()
    row: FeeBook = FeeBook.objects.select_for_update().get()
    return row


@transaction.atomic
def charge(case: Case, item: str, copies: int, exemption: str, once: str, *, actor: Actor) -> FeeEntry:
    """What a case owes by the table of today. Raises Invalid, Conflict."""
    here = book()
    if (written := _written(once, case, Kind.DUE, item=item, copies=copies, exemption=exemption)) is not None:
        return written
    today = timezone.localdate()
    found = due(rules.fees(), case.procedure.code, item, copies, exemption, today)
    return _add(
        here,
        case,
        once,
        actor,
        kind=Kind.DUE,
        item=found.fee.name,
        copies=copies,
        unit=found.fee.yen,
        exemption=exemption,
        basis=found.fee.basis,
        yen=found.yen,
    )


@transaction.atomic
def receive(case: Case, way: str, yen: int, slip: str, once: str, *, actor: Actor) -> FeeEntry:
    """Money for a case, at most what is open. Raises Invalid, Conflict."""
    here = book()
    if (written := _written(once, case, Kind.RECEIVED, way=way, yen=yen, slip=slip.strip())) is not None:
        return written
    if way not in BY_HAND:
        raise Invalid(f"受け取った方法は、{'、'.join(LABELS[one] for one in BY_HAND)}から選んでください。")
    _require_yen(yen)
    _require_slip(way, slip)
    open_ = queries.account(case).open
    if yen > open_:
        raise Conflict(
            f"いただく額は{max(0, open_):,}円です（{yen:,}円は多すぎます）。手数料を先に記録するか、額を直してください。"
        )
    return _add(here, case, once, actor, kind=Kind.RECEIVED, way=way, yen=yen, slip=slip.strip())


@transaction.atomic
def refund(case: Case, way: str, yen: int, reason: str, once: str, *, actor: Actor) -> FeeEntry:
    """Money back, at most what was received. Raises Invalid, Conflict."""
    here = book()
    if (written := _written(once, case, Kind.REFUND, way=way, yen=-yen)) is not None:
        return written
    if way not in BY_HAND:
        raise Invalid("返す方法を選んでください。")
    _require_yen(yen)
    received = queries.account(case).received
    if yen > received:
        raise Conflict(f"返せるのは、受け取った{max(0, received):,}円までです。")
    return _add(here, case, once, actor, kind=Kind.REFUND, way=way, yen=-yen, reason=_reason(reason))


@transaction.atomic
def reverse(entry: FeeEntry, reason: str, once: str, *, actor: Actor) -> FeeEntry:
    """Take a line back by a line of its own; orders that it took lie here again. Raises Invalid, Conflict."""
    here = book()
    case = Case.objects.select_related("procedure").get(pk=entry.case_id)
    if (written := _written(once, case, Kind.REVERSAL, reverses_id=entry.pk)) is not None:
        return written
    if entry.kind == Kind.REVERSAL:
        raise Conflict("取り消しの行は取り消せません。正しい内容を、新しく記録してください。")
    if FeeEntry.objects.filter(reverses=entry).exists():
        raise Conflict("この行は、もう取り消してあります。")
    if entry.kind == Kind.RECEIVED and entry.yen > queries.account(case).received:
        raise Conflict("この受け取りからは、もう返金しています。先に返金の行を取り消してください。")
    row = _add(
        here,
        case,
        once,
        actor,
        kind=Kind.REVERSAL,
        way=entry.way,
        item=entry.item,
        copies=entry.copies,
        unit=entry.unit,
        yen=-entry.yen,
        reason=_reason(reason),
        reverses=entry,
    )
    PaymentLine.objects.filter(entry=entry).update(entry=None)  # it is to be found by the right record
    _lay_back(entry)
    return row


def _lay_back(entry: FeeEntry) -> None:
    """Orders that a line took lie here again, and with them those of their envelope that were to go back and have not gone."""
    request = PostalRequest.objects.filter(orders__entry=entry, sent_on=None).first()
    if request is not None:
        again = Q(entry=entry) | Q(fate=MoneyOrder.Fate.BACK)
        request.orders.filter(again).update(fate=MoneyOrder.Fate.HELD, entry=None)
        request.settled_at = None
        request.save(update_fields=["settled_at"])


def add_order_line(here: FeeBook, case: Case, yen: int, once: str, *, actor: Actor) -> FeeEntry:
    """The line of orders that are taken out of an envelope. here: the book, locked."""
    return _add(here, case, once, actor, kind=Kind.RECEIVED, way=Way.ORDER.value, yen=yen)


def written_before(once: str, case: Case, kind: str) -> FeeEntry | None:
    """The line of a button that was pressed before. Raises Conflict where it wrote something else."""
    return _written(once, case, kind)


def open_day(today: date) -> date:
    """The first day from today on that nobody has closed: what is found later belongs to the next day."""
    day = today
    while DayClosing.objects.filter(day=day).exists():
        day += timedelta(days=1)
    return day


def entry_of(number: int) -> FeeEntry:
    """Raises Missing."""
    row: FeeEntry | None = FeeEntry.objects.select_related("case__procedure").filter(pk=number).first()
    if row is None:
        raise Missing("その手数料の記録はありません。受付の画面から選び直してください。")
    return row


def _add(here: FeeBook, case: Case, once: str, actor: Actor, **values: Any) -> FeeEntry:
    here.last += 1
    here.save(update_fields=["last"])
    row: FeeEntry = FeeEntry.objects.create(
        number=here.last,
        once=once,
        case=case,
        day=open_day(timezone.localdate()),
        said_by=known(actor),
        **values,
    )
    record(
        "intake.fee_written",
        subject=f"case:{case.pk}",
        actor=actor,
        number=row.number,
        kind=str(row.kind),
        way=str(row.way),
        yen=row.yen,
    )
    return row


def require_mark(once: str) -> None:
    """Raises Invalid for what is no mark of a button."""
    if not _ONCE.fullmatch(once):
        raise Invalid("画面を開き直し、もう一度記録してください。")


def _written(once: str, case: Case, kind: str, **said: Any) -> FeeEntry | None:
    """The line of a button that was pressed before. Raises Conflict where it said something else: a page that was gone back to
    and changed must not look as if the change were recorded."""
    require_mark(once)
    row: FeeEntry | None = FeeEntry.objects.filter(once=once).first()
    if row is None:
        return None
    if (
        row.case_id != case.pk
        or row.kind != kind
        or any(getattr(row, key) != one for key, one in said.items())
    ):
        raise Conflict("この印では、もう別のことが記録されています。画面を開き直してください。")
    return row


def _require_yen(yen: int) -> None:
    if not 1 <= yen <= MOST_YEN:
        raise Invalid(f"額は1円から{MOST_YEN:,}円までで書いてください。")


def _require_slip(way: str, slip: str) -> None:
    require_no_card(slip)
    if len(slip) > 40:
        raise Invalid("控え番号は40文字までで書いてください。")
    if way == Way.CASHLESS and not slip.strip():
        raise Invalid("端末の控え（伝票）の番号を書いてください。カードの番号は書きません。")


def _reason(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(f"理由を、{LONGEST}文字以内で書いてください。")
    require_no_number(text)
    return text


def require_no_number(*texts: str) -> None:
    """Raises Invalid where somebody has typed what could be a 個人番号 or the number of a card."""
    for text in texts:
        if likely_in(text):
            raise Invalid("個人番号のような数字があります。個人番号は、ここには書かないでください。")
        require_no_card(text)
