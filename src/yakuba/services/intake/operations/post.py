"""Requests by post (郵送請求)."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part
from yakuba.kernel.refusals import Invalid, if_valid
from yakuba.kernel.values import calendar
from yakuba.services.intake.actions import post as actions
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door
from yakuba.services.intake.engine.acting.rules import Part as ActingPart
from yakuba.services.intake.engine.acting.standing import Given
from yakuba.services.intake.engine.fees import orders
from yakuba.services.intake.models import PostalRequest
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import fees as queries

COLUMNS = {
    "id": "番号",
    "receipt_number": "受付番号",
    "title": "手続",
    "arrived_on": "届いた日",
    "due_on": "返す期限",
    "open": "足りない額",
    "sent_on": "返した日",
}


class EnvelopeIn(BaseModel):
    """What came in an envelope."""

    apply_code: str = Field(max_length=60, description="手続のコード")
    arrived_on: date = Field(description="届いた日")
    name: str = Field("", max_length=120, description="本人の氏名")
    stamps: int = Field(0, ge=0, le=100_000, description="返信用の切手（円）")
    envelope: bool = Field(False, description="返信用の封筒がある")
    note: str = Field("", max_length=300, description="ほかに入っていたもの")
    orders: list[str] = Field(
        default_factory=list, max_length=100, description="定額小為替。1枚ずつ 額面:発行日（300:2026-11-01）"
    )
    part: str = Field("", max_length=20, description="立場（決まりがある手続で要ります）")
    documents: list[str] = Field(default_factory=list, max_length=40, description="確かめた書類の名前")
    once: str = Field(min_length=16, max_length=64, description="二重に書かないための印")


class OneRequest(BaseModel):
    """An envelope."""

    postal_request_id: int = Field(description="郵送請求の番号")


class SettleIn(OneRequest):
    """An envelope whose orders are taken."""

    once: str = Field(min_length=16, max_length=64, description="二重に書かないための印")


class MoneyOrderOut(BaseModel):
    """fate: held, kept or back."""

    yen: int
    last_day: date
    fate: str


class PostalRequestOut(BaseModel):
    """open: yen still to be paid; sent_on: empty while it waits; orders: what came."""

    id: int
    case_id: int
    receipt_number: str
    title: str
    arrived_on: date
    due_on: date
    stamps: int
    envelope: bool
    open: int
    sent_on: str
    orders: list[MoneyOrderOut]


class OrderSetIn(BaseModel):
    """A fee."""

    yen: int = Field(ge=0, le=1_000_000, description="手数料（円）")


class OrderSetOut(BaseModel):
    """orders: values that make the fee; rest: yen that no order makes; charge: what the sender pays for them besides."""

    orders: list[int]
    rest: int
    charge: int


def request_facts(row: PostalRequest) -> dict[str, Any]:
    """An envelope for programs."""
    return {
        "id": row.pk,
        "case_id": row.case_id,
        "receipt_number": row.case.receipt_number,
        "title": row.case.procedure.title,
        "arrived_on": row.arrived_on,
        "due_on": row.due_on,
        "stamps": row.stamps,
        "envelope": row.envelope,
        "open": queries.account(row.case).open,
        "sent_on": row.sent_on.isoformat() if row.sent_on else "",
        "orders": [
            {"yen": one.yen, "last_day": one.last_day, "fate": one.fate}
            for one in row.orders.all()  # type: ignore[attr-defined]
        ],
    }


A_REQUEST = Answer(PostalRequestOut, request_facts, COLUMNS)


@OPERATIONS.add(
    "郵送請求の一覧",
    "intake.fees",
    "GET post",
    "post list",
    answer=Answer(list[PostalRequestOut], columns=COLUMNS),
)
def list_requests(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Envelopes, those that wait first."""
    return [request_facts(row) for row in asked.of(queries.requests())]


@OPERATIONS.add(
    "手数料に合う定額小為替の組み合わせ",
    "intake.view",
    "GET post/order-set",
    "post set",
    answer=Answer(
        OrderSetOut,
        lambda found: {"orders": list(found[0]), "rest": found[1], "charge": orders.CHARGE * len(found[0])},
        {"orders": "小為替", "rest": "小為替にならない額", "charge": "発行の料金"},
    ),
)
def show_order_set(asked: OrderSetIn, actor: Actor) -> tuple[tuple[int, ...], int]:
    """The fewest orders that make a fee."""
    return orders.set_for(asked.yen)


@OPERATIONS.add("郵送請求を受け付ける", "intake.fees", "POST post", "post open", answer=A_REQUEST)
def open_envelope(asked: EnvelopeIn, actor: Actor) -> PostalRequest:
    """A case of an envelope, with the orders that were in it."""
    given = None
    if asked.part:
        part = answers.part_named(asked.part)
        if part is None:
            raise Invalid(f"立場は {'、'.join(one.value for one in ActingPart)} から書いてください。")
        given = Given(part, Door.POST, seen=frozenset(asked.documents))
    envelope = actions.Envelope(
        asked.arrived_on,
        asked.name,
        asked.stamps,
        asked.envelope,
        asked.note,
        [_order(text) for text in asked.orders],
    )
    return actions.register(actions.procedure_of(asked.apply_code), envelope, given, asked.once, actor=actor)


@OPERATIONS.add(
    "届いた小為替を分ける",
    "intake.fees",
    "POST post/{postal_request_id}/settle",
    "post settle",
    answer=A_REQUEST,
)
def settle_request(asked: SettleIn, actor: Actor) -> PostalRequest:
    """Take the orders that pay what is due; all others are to go back."""
    row = actions.request_of(asked.postal_request_id)
    actions.settle(row, asked.once, actor=actor)
    return actions.request_of(asked.postal_request_id)


@OPERATIONS.add(
    "郵送請求を返した", "intake.fees", "POST post/{postal_request_id}/sent", "post sent", answer=A_REQUEST
)
def send_request(asked: OneRequest, actor: Actor) -> PostalRequest:
    """The envelope went back today."""
    return actions.send(actions.request_of(asked.postal_request_id), actor=actor)


def _order(text: str) -> tuple[int, date, bool]:
    yen, _, day = text.partition(":")
    found = if_valid(calendar.read_date, day)
    if found is None or not (yen.isascii() and yen.isdigit()):
        raise Invalid(
            f"小為替「{text[:40]}」が読めません。300:2026-11-01 のように、額面と発行日を書いてください。"
        )
    return int(yen), found, False
