"""Fees of a case, envelopes that came by post, closed days, files of payments."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Rows
from yakuba.kernel.operations.finding import one
from yakuba.services.intake.actions import fees as actions
from yakuba.services.intake.models import FeeEntry
from yakuba.services.intake.operations.acting import OneAskedCase, case_of
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import fees as queries

ENTRY_COLUMNS = {
    "number": "番号",
    "day": "締めの日",
    "receipt_number": "受付番号",
    "kind_label": "種類",
    "item": "名目",
    "way_label": "方法",
    "yen": "額",
}
ONCE = Field(
    min_length=16, max_length=64, description="二重に書かないための印（16文字以上、書くたびに変える）"
)
WayWord = Literal["cash", "stamp", "account", "cashless"]
WAY = Field(description="cash（現金）、stamp（証紙）、account（口座）、cashless（キャッシュレス）")


class ChargeIn(OneAskedCase):
    """What is owed."""

    item: str = Field(min_length=1, max_length=200, description="手数料の名（手数料表のとおり）")
    copies: int = Field(1, ge=1, le=999, description="枚数")
    exemption: str = Field("", max_length=200, description="減免の理由（手数料表のとおり）")
    once: str = ONCE


class ReceiveIn(OneAskedCase):
    """Money that came. No card's number."""

    way: WayWord = WAY
    yen: int = Field(ge=1, le=10_000_000, description="額（円）")
    slip: str = Field("", max_length=40, description="端末の控え番号、振込の番号")
    once: str = ONCE


class RefundIn(OneAskedCase):
    """Money that goes back."""

    way: WayWord = WAY
    yen: int = Field(ge=1, le=10_000_000, description="額（円）")
    reason: str = Field(min_length=1, max_length=300, description="返す理由")
    once: str = ONCE


class ReverseFeeIn(BaseModel):
    """A line that is taken back."""

    fee_entry_id: int = Field(description="手数料の記録の番号（表の番号）")
    reason: str = Field(min_length=1, max_length=300, description="取り消す理由")
    once: str = ONCE


class FeeEntryOut(BaseModel):
    """A line. yen: negative for what went back or takes a line back; reverses: number of the line that it takes back, 0 for none."""

    id: int
    number: int
    case_id: int
    receipt_number: str
    day: date
    kind: str
    kind_label: str
    way: str
    way_label: str
    item: str
    copies: int
    exemption: str
    yen: int
    slip: str
    reason: str
    reverses: int


class FeeAccountOut(BaseModel):
    """A case's, in yen. open: still to be paid, negative where something is to be given back."""

    due: int
    received: int
    open: int
    entries: list[FeeEntryOut]


class FeeChoiceOut(BaseModel):
    """What may be taken today. procedure: empty for every one; last: empty where it does not end."""

    name: str
    procedure: str
    unit: str
    yen: int
    first: date
    last: str
    basis: str


def entry_facts(row: FeeEntry) -> dict[str, Any]:
    """A line for programs."""
    return {
        "id": row.pk,
        "number": row.number,
        "case_id": row.case_id,
        "receipt_number": row.case.receipt_number,
        "day": row.day,
        "kind": row.kind,
        "kind_label": row.get_kind_display(),
        "way": row.way,
        "way_label": row.get_way_display() if row.way else "",
        "item": row.item,
        "copies": row.copies,
        "exemption": row.exemption,
        "yen": row.yen,
        "slip": row.slip,
        "reason": row.reason,
        "reverses": row.reverses.number if row.reverses else 0,
    }


def _account(found: queries.Account) -> dict[str, Any]:
    return {
        "due": found.due,
        "received": found.received,
        "open": found.open,
        "entries": [entry_facts(row) for row in found.entries],
    }


AN_ENTRY = Answer(FeeEntryOut, entry_facts, ENTRY_COLUMNS)


@OPERATIONS.add(
    "今日の手数料の一覧",
    "intake.view",
    "GET fees/choices",
    "fees choices",
    answer=Answer(
        list[FeeChoiceOut],
        columns={"name": "名", "procedure": "手続", "unit": "単位", "yen": "額", "basis": "根拠"},
    ),
)
def list_fee_choices(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """All fees in force today."""
    from django.utils import timezone

    today, never = timezone.localdate(), date.max
    return [
        {
            "name": each.name, "procedure": each.procedure, "unit": each.unit, "yen": each.yen, "first": each.first,
            "last": "" if each.last == never else each.last.isoformat(), "basis": each.basis,
        }
        for each in queries.rules.fees().fees
        if each.first <= today <= each.last
    ]  # fmt: skip


@OPERATIONS.add(
    "受付の手数料を見る",
    "intake.fees",
    "GET cases/{case_id}/fees",
    "fees show",
    answer=Answer(FeeAccountOut, _account, tables=lambda found: [Rows(found["entries"], ENTRY_COLUMNS)]),
)
def show_fees(asked: OneAskedCase, actor: Actor) -> queries.Account:
    """What a case owes and has paid."""
    return queries.account(case_of(asked.case_id))


@OPERATIONS.add(
    "手数料を記録する", "intake.fees", "POST cases/{case_id}/fees/due", "fees charge", answer=AN_ENTRY
)
def charge_fee(asked: ChargeIn, actor: Actor) -> FeeEntry:
    """What a case owes by today's table."""
    case = case_of(asked.case_id)
    return actions.charge(case, asked.item, asked.copies, asked.exemption, asked.once, actor=actor)


@OPERATIONS.add(
    "手数料を受け取る", "intake.fees", "POST cases/{case_id}/fees/received", "fees receive", answer=AN_ENTRY
)
def receive_fee(asked: ReceiveIn, actor: Actor) -> FeeEntry:
    """Money for a case, at most what is open."""
    return actions.receive(case_of(asked.case_id), asked.way, asked.yen, asked.slip, asked.once, actor=actor)


@OPERATIONS.add(
    "手数料を返す", "intake.fees", "POST cases/{case_id}/fees/refund", "fees refund", answer=AN_ENTRY
)
def refund_fee(asked: RefundIn, actor: Actor) -> FeeEntry:
    """Money back, at most what was received."""
    return actions.refund(case_of(asked.case_id), asked.way, asked.yen, asked.reason, asked.once, actor=actor)


@OPERATIONS.add(
    "手数料の行を取り消す", "intake.fees", "POST fees/{fee_entry_id}/reverse", "fees reverse", answer=AN_ENTRY
)
def reverse_fee(asked: ReverseFeeIn, actor: Actor) -> FeeEntry:
    """Take a line back by a line of its own."""
    return actions.reverse(actions.entry_of(asked.fee_entry_id), asked.reason, asked.once, actor=actor)


@OPERATIONS.add(
    "手数料の記録の一覧",
    "intake.fees",
    "GET fees",
    "fees list",
    answer=Answer(list[FeeEntryOut], columns=ENTRY_COLUMNS),
)
def list_fees(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """All lines, the newest first."""
    rows = FeeEntry.objects.select_related("case", "reverses").order_by("-number")
    return [entry_facts(row) for row in asked.of(rows)]


def entry(number: int) -> FeeEntry:
    """Raises Missing."""
    return one(FeeEntry.objects.select_related("case"), number)
