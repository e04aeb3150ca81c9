"""What staff do with what came, declared once for pages, API and command line."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.exchange import arriving
from yakuba.kernel.exchange.models import Arrival
from yakuba.kernel.operations import Answer, Nothing, Operations, Trace

OPERATIONS = Operations("exchange")
COLUMNS = {"delivered_id": "番号", "label": "種類", "came_at": "届いた日時", "reason": "理由"}


class OneArrival(BaseModel):
    """What came from the outside and waits for a person."""

    delivered_id: int = Field(description="届いたものの番号（一覧の「番号」）")


class AgainIn(OneArrival):
    """How it is tried again."""

    leave_out: bool = Field(False, description="開けない書類を除いて受け付ける")


class PutAsideIn(OneArrival):
    """What the applicant is told."""

    sentence: str = Field(max_length=arriving.LONGEST, description="申請した人に伝えること")


class ExchangeArrivalOut(BaseModel):
    """What came and could not be taken up. came_at: ISO 8601."""

    delivered_id: int
    label: str
    came_at: str
    reason: str
    state: str


def _facts(row: Arrival) -> dict[str, Any]:
    known = arriving.deliveries()
    return {
        "delivered_id": row.pk,
        "label": known[row.kind].label if row.kind in known else row.kind,
        "came_at": row.came_at.isoformat(),
        "reason": row.reason,
        "state": row.state,
    }


ONE = Answer(ExchangeArrivalOut, _facts, COLUMNS)


@OPERATIONS.add(
    "受け付けられなかったものの一覧",
    "exchange.view",
    "GET arrivals",
    "arrivals",
    answer=Answer(list[ExchangeArrivalOut], columns=COLUMNS),
)
def list_arrivals(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """What came from the outside and waits for a person."""
    return [_facts(row) for row in Arrival.objects.filter(state=Arrival.State.STUCK).order_by("number")]


@OPERATIONS.add(
    "もう一度受け付ける",
    "exchange.settle",
    "POST arrivals/{delivered_id}/again",
    "again",
    answer=ONE,
    event="exchange.tried_again",
    trace=lambda asked, row: Trace(f"arrival:{asked.delivered_id}"),
)
def try_again(asked: AgainIn, actor: Actor) -> Arrival:
    """Let it be taken up once more, in a moment."""
    return arriving.again(asked.delivered_id, leave_out=asked.leave_out)


@OPERATIONS.add(
    "受け付けずに片付ける",
    "exchange.settle",
    "POST arrivals/{delivered_id}/put-aside",
    "put-aside",
    answer=ONE,
    event="exchange.put_aside",
    trace=lambda asked, row: Trace(f"arrival:{asked.delivered_id}"),
)
def put_aside_arrival(asked: PutAsideIn, actor: Actor) -> Arrival:
    """A person has dealt with it in another way."""
    return arriving.put_aside(asked.delivered_id, asked.sentence)
