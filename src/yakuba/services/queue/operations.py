"""What can be done with 番号札, each declared once for pages, API and command line."""

from __future__ import annotations

import secrets
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Operations
from yakuba.kernel.refusals import Missing
from yakuba.services.queue import actions, queries
from yakuba.services.queue.models import Category, Ticket

OPERATIONS = Operations("queue")
COLUMNS = {
    "label": "番号",
    "category": "区分",
    "state_label": "状態",
    "window": "窓口",
    "issued_at": "出した日時",
}
LINE_COLUMNS = {"letter": "記号", "title": "区分", "waiting": "待ち", "forecast": "見込み"}
TIME_COLUMNS = {
    "letter": "記号",
    "title": "区分",
    "services": "応対",
    "waited": "待ち（分）",
    "took": "応対（分）",
}


class TicketOut(BaseModel):
    """A ticket. state: waiting, called, done, absent or over; times are ISO 8601 or empty."""

    id: int
    label: str
    category: str
    state: str
    state_label: str
    window: str
    issued_at: str
    called_at: str


class QueueLineOut(BaseModel):
    """A category now. forecast: minutes for whoever takes a ticket now, empty where it cannot be said."""

    letter: str
    title: str
    waiting: int
    forecast: str


class QueueTimesOut(BaseModel):
    """A category over a month: measured services, and medians in minutes, null where there are none."""

    letter: str
    title: str
    services: int
    waited: float | None
    took: float | None
    absent: int


class QueueCategoryOut(BaseModel):
    """open: whether tickets are given."""

    letter: str
    title: str
    open: bool


class OneTicket(BaseModel):
    """A ticket."""

    ticket_id: int = Field(description="番号札の番号（一覧の id）")


class IssueIn(BaseModel):
    """For which category."""

    letter: str = Field(max_length=2, description="区分の記号")


class PassOnIn(OneTicket):
    """To which category."""

    letter: str = Field(max_length=2, description="回す先の区分の記号")


class NextIn(BaseModel):
    """Whom the clerk has called so far."""

    seen: int = Field(0, description="いま呼んでいる番号札の id（なければ0）。ちがうときは、呼びません")


class CategoryIn(BaseModel):
    """A category."""

    letter: str = Field(max_length=2, description="記号（AからZ）")
    title: str = Field(max_length=40, description="区分の名前")
    note: str = Field("", max_length=100, description="説明")
    is_open: bool = Field(True, description="番号札を出すか")


def facts(row: Ticket) -> dict[str, Any]:
    """A ticket for programs."""
    return {
        "id": row.pk,
        "label": row.label,
        "category": str(row.category),
        "state": row.state,
        "state_label": row.get_state_display(),
        "window": row.window,
        "issued_at": row.issued_at.isoformat(),
        "called_at": row.called_at.isoformat() if row.called_at else "",
    }


TICKET = Answer(TicketOut, facts, COLUMNS)
CATEGORY = Answer(QueueCategoryOut, lambda row: {"letter": row.letter, "title": row.title, "open": row.open})


@OPERATIONS.add(
    "待っている番号札の一覧",
    "queue.call",
    "GET tickets",
    "list",
    answer=Answer(list[TicketOut], columns=COLUMNS),
)
def list_tickets(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Who waits, in the order in which they are called."""
    return [facts(row) for row in queries.waiting()]


@OPERATIONS.add(
    "区分ごとの待ち",
    "queue.call",
    "GET lines",
    "lines",
    answer=Answer(list[QueueLineOut], columns=LINE_COLUMNS),
)
def list_lines(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """How many wait for what, and how long it will take."""
    return [
        {
            "letter": one.category.letter,
            "title": one.category.title,
            "waiting": one.waiting,
            "forecast": one.forecast.shown() if one.forecast else "",
        }
        for one in queries.lines()
    ]


@OPERATIONS.add(
    "窓口の時間", "queue.call", "GET times", "times", answer=Answer(list[QueueTimesOut], columns=TIME_COLUMNS)
)
def list_times(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """How long was waited, and how long it took from the call to the end, by category."""
    return [
        {
            "letter": one.category.letter,
            "title": one.category.title,
            "services": one.services,
            "waited": one.waited,
            "took": one.took,
            "absent": one.absent,
        }
        for one in queries.times()
    ]


@OPERATIONS.add("番号札を出す", "queue.call", "POST tickets", "issue", answer=TICKET)
def issue(asked: IssueIn, actor: Actor) -> Ticket:
    """One more ticket of a category."""
    return actions.issue(asked.letter, secrets.token_urlsafe(18), actor=actor)


@OPERATIONS.add("次の番号を呼ぶ", "queue.call", "POST next", "next", answer=TICKET)
def call_next(asked: NextIn, actor: User) -> Ticket:
    """End what is called, and call whoever waits longest; 404 where nobody waits."""
    row = actions.call_next(asked.seen, actor=actor)
    if row is None:
        raise Missing("待っている番号札はありません。")
    return row


@OPERATIONS.add("番号を指して呼ぶ", "queue.call", "POST tickets/{ticket_id}/call", "call", answer=TICKET)
def call_one(asked: OneTicket, actor: User) -> Ticket:
    """Call this one: somebody who came back."""
    return actions.call_one(asked.ticket_id, actor=actor)


@OPERATIONS.add("もう一度呼ぶ", "queue.call", "POST tickets/{ticket_id}/again", "again", answer=TICKET)
def call_again(asked: OneTicket, actor: User) -> Ticket:
    """Tell it once more on the display."""
    return actions.call_again(asked.ticket_id, actor=actor)


@OPERATIONS.add("番号札を済みにする", "queue.call", "POST tickets/{ticket_id}/done", "done", answer=TICKET)
def done(asked: OneTicket, actor: User) -> Ticket:
    """Served."""
    return actions.done(asked.ticket_id, actor=actor)


@OPERATIONS.add(
    "番号札をいなかったにする", "queue.call", "POST tickets/{ticket_id}/absent", "absent", answer=TICKET
)
def absent(asked: OneTicket, actor: User) -> Ticket:
    """Nobody came."""
    return actions.absent(asked.ticket_id, actor=actor)


@OPERATIONS.add(
    "番号札をほかの区分に回す", "queue.call", "POST tickets/{ticket_id}/pass", "pass", answer=TICKET
)
def pass_on(asked: PassOnIn, actor: User) -> Ticket:
    """To another category, in the place that the waiting so far gives."""
    return actions.pass_on(asked.ticket_id, asked.letter, actor=actor)


@OPERATIONS.add("窓口区分を決める", "queue.manage", "POST categories", "category", answer=CATEGORY)
def set_category(asked: CategoryIn, actor: Actor) -> Category:
    """A category, new or changed."""
    return actions.set_category(asked.letter, asked.title, asked.note, is_open=asked.is_open, actor=actor)
