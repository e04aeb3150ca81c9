"""Closing a month, making its bills anew, and the bills themselves, of both sides."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.template.loader import render_to_string
from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.operations import Answer, Part, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Forbidden
from yakuba.kernel.tables.files import MEDIA_TYPES, written
from yakuba.services.sharing.actions import closing as actions
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.models import Bill, Closing, ReceivedBill
from yakuba.services.sharing.operations.costs import OneGroup, group_of, month_of
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import costs as queries

ENDINGS = {"xlsx": "xlsx", "utf-8": "csv", "cp932": "csv", "json": "json"}


class CloseIn(OneGroup):
    """A month to be closed."""

    month: str = Field(max_length=12, description="月（2026-04）")
    reason: str = Field(min_length=1, max_length=300, description="理由")


class IssueAgainIn(BaseModel):
    """A closing to be made anew."""

    closing_id: int = Field(description="締めの番号")
    reason: str = Field(min_length=1, max_length=300, description="出し直す理由。請求書に載ります")


class OneClosing(BaseModel):
    """A closing."""

    closing_id: int = Field(description="締めの番号")
    form: Literal["xlsx", "utf-8", "cp932", "json"] = Field("utf-8", description="形式")


class OneBill(BaseModel):
    """A bill."""

    bill_id: int = Field(description="請求書の番号（表の番号）")


class OneReceived(BaseModel):
    """A bill that came."""

    received_bill_id: int = Field(description="届いた請求書の番号（表の番号）")


class SharingApprovalOut(BaseModel):
    """What waits for a second person."""

    id: int
    kind: str
    summary: str


class CostBillOut(BaseModel):
    """A bill; yen. reverses, replaces: numbers of other bills, empty where none; delivered: whether the body has its copy in this
    installation, None where it was not kept."""

    id: int
    number: str
    kind: str
    month: str
    code: str
    name: str
    net: int
    tax: int
    total: int
    reverses: str
    replaces: str
    delivered: bool | None
    issued_at: datetime


class ReceivedCostBillOut(BaseModel):
    """A bill that came; yen with tax."""

    id: int
    number: str
    organiser: str
    title: str
    kind: str
    month: str
    total: int
    received_at: datetime


BILL_COLUMNS = {
    "id": "番号",
    "number": "請求書",
    "kind": "種類",
    "month": "月",
    "name": "団体",
    "total": "合計",
}
RECEIVED_COLUMNS = {
    "id": "番号",
    "number": "請求書",
    "organiser": "請求した団体",
    "month": "月",
    "total": "合計",
}


def approval_facts(row: Any) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk, "kind": row.kind, "summary": row.summary}


def bill_facts(row: Bill) -> dict[str, Any]:
    """As a program sees it."""
    names = (
        "number",
        "kind",
        "code",
        "name",
        "net",
        "tax",
        "total",
        "reverses",
        "replaces",
        "delivered",
        "issued_at",
    )
    return {"id": row.pk, "month": row.closing.month} | {name: getattr(row, name) for name in names}


def received_facts(row: ReceivedBill) -> dict[str, Any]:
    """As a program sees it."""
    names = ("number", "organiser", "title", "kind", "month", "total", "received_at")
    return {"id": row.pk} | {name: getattr(row, name) for name in names}


def bill_of(number: int) -> Bill:
    """Raises Missing."""
    return one(queries.bills(), number)


def received_of(number: int) -> ReceivedBill:
    """Raises Missing."""
    return one(queries.received(), number)


def person_behind(actor: Actor) -> User:
    """Raises Forbidden for who is nobody: a proposal is a person's."""
    if actor is None:
        raise Forbidden("起案には職員の名前が要ります（--user）。")
    return actor


@OPERATIONS.add(
    "月の締めを起案する", "sharing.edit", "POST groups/{cost_group_id}/closing", command="month close", answer=Answer(SharingApprovalOut, approval_facts),
    event="sharing.close_proposed", trace=lambda asked, row: Trace(f"costgroup:{asked.cost_group_id}", {"month": asked.month}),
)  # fmt: skip
def propose_closing(asked: CloseIn, actor: Actor) -> Any:
    """Another person's approval closes the month and issues the bills."""
    return actions.propose(
        group_of(asked.cost_group_id), month_of(asked.month), asked.reason, actor=person_behind(actor)
    )


@OPERATIONS.add(
    "請求をすべて取り消して出し直すことを起案する", "sharing.edit", "POST closings/{closing_id}/again", command="month again",
    answer=Answer(SharingApprovalOut, approval_facts), event="sharing.again_proposed", trace=lambda asked, row: Trace(f"closing:{asked.closing_id}"),
)  # fmt: skip
def propose_again(asked: IssueAgainIn, actor: Actor) -> Any:
    """Of the newest closing alone; the old numbers stay, and the new bills name them."""
    row = one(Closing.objects.all(), asked.closing_id)
    return actions.propose_again(row, asked.reason, actor=person_behind(actor))


@OPERATIONS.add(
    "出した請求書の一覧", "sharing.view", "GET bills", command="bill list", answer=Answer(list[CostBillOut], columns=BILL_COLUMNS)
)  # fmt: skip
def list_bills(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [bill_facts(row) for row in asked.of(queries.bills())]


@OPERATIONS.add(
    "届いた請求書の一覧", "sharing.bills", "GET received", command="bill received", answer=Answer(list[ReceivedCostBillOut], columns=RECEIVED_COLUMNS),
)  # fmt: skip
def list_received(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [received_facts(row) for row in asked.of(queries.received())]


@OPERATIONS.add(
    "締めの請求を表で書き出す", "sharing.view", "GET closings/{closing_id}/bills", command="bill table", step_up=True, answer=Answer(media_type="text/csv"),
    event="sharing.bills_taken", trace=lambda asked, file: Trace(f"closing:{asked.closing_id}"),
)  # fmt: skip
def closing_table(asked: OneClosing, actor: Actor) -> Download:
    """Every line of every bill."""
    row = one(Closing.objects.select_related("group"), asked.closing_id)
    bills = list(row.bills.select_related("closing").order_by("serial"))
    content = written([queries.bill_table(bills)], asked.form)
    return Download(
        f"bills-{row.group.code}-{row.month}.{ENDINGS[asked.form]}", MEDIA_TYPES[asked.form], content
    )


@OPERATIONS.add(
    "請求書のPDF", "sharing.view", "GET bills/{bill_id}/pdf", command="bill pdf", step_up=True, answer=Answer(media_type="application/pdf"),
    event="sharing.bills_taken", trace=lambda asked, file: Trace(f"sharedbill:{asked.bill_id}"),
)  # fmt: skip
def bill_pdf(asked: OneBill, actor: Actor) -> Download:
    """As it was issued."""
    row = bill_of(asked.bill_id)
    return Download(f"{row.number}.pdf", "application/pdf", to_pdf(paper(row)))


@OPERATIONS.add(
    "請求書の明細（CSV）", "sharing.view", "GET bills/{bill_id}/csv", command="bill csv", step_up=True, answer=Answer(media_type="text/csv"),
    event="sharing.bills_taken", trace=lambda asked, file: Trace(f"sharedbill:{asked.bill_id}"),
)  # fmt: skip
def bill_csv(asked: OneBill, actor: Actor) -> Download:
    """Its lines."""
    row = bill_of(asked.bill_id)
    return Download(f"{row.number}.csv", "text/csv", written([queries.bill_table([row])], "utf-8"))


@OPERATIONS.add(
    "届いた請求書のPDF", "sharing.bills", "GET received/{received_bill_id}/pdf", command="bill received-pdf",
    step_up=True, answer=Answer(media_type="application/pdf"), event="sharing.bills_taken",
    trace=lambda asked, file: Trace(f"receivedbill:{asked.received_bill_id}"),
)  # fmt: skip
def received_pdf(asked: OneReceived, actor: Actor) -> Download:
    """As it came."""
    row = received_of(asked.received_bill_id)
    return Download(f"{row.number}.pdf", "application/pdf", to_pdf(paper(row)))


@OPERATIONS.add(
    "届いた請求書の明細（CSV）", "sharing.bills", "GET received/{received_bill_id}/csv", command="bill received-csv",
    step_up=True, answer=Answer(media_type="text/csv"), event="sharing.bills_taken",
    trace=lambda asked, file: Trace(f"receivedbill:{asked.received_bill_id}"),
)  # fmt: skip
def received_csv(asked: OneReceived, actor: Actor) -> Download:
    """Its lines."""
    row = received_of(asked.received_bill_id)
    return Download(f"{row.number}.csv", "text/csv", written([queries.bill_table([row])], "utf-8"))


def told(row: Bill | ReceivedBill) -> dict[str, Any]:
    """What page and paper show of a bill."""
    said = row.content
    of = said if isinstance(row, ReceivedBill) else {name: getattr(row, name) for name in ("reverses", "replaces", "net", "tax", "total")}  # fmt: skip
    lines = [line | {"label": cells.shown_month(line["month"])} for line in said["lines"]]
    day = row.received_at if isinstance(row, ReceivedBill) else row.issued_at
    return {
        "bill": row, "said": said, "lines": lines, "month": cells.shown_month(said["month"]), "issued": day,
        "reverses": of["reverses"], "replaces": of["replaces"], "net": of["net"], "tax": of["tax"], "total": of["total"],
        "corrected": any(line["correction"] for line in said["lines"]),
    }  # fmt: skip


def paper(row: Bill | ReceivedBill) -> str:
    """The bill as HTML for the printer."""
    return render_to_string("sharing/bill_paper.html", told(row))
