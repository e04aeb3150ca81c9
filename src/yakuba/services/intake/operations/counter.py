"""What can be done with the counter by page, program and command."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import LARGEST_BYTES, decoded
from yakuba.kernel.operations import Answer, Nothing, Upload
from yakuba.kernel.refusals import Missing
from yakuba.services.intake.actions import counter, hand_overs, visits
from yakuba.services.intake.engine.hand_over import LARGEST
from yakuba.services.intake.models import HandOver, HandOverLayout, Submission, Visit
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import counter as queries

COLUMNS = {
    "number": "受付番号",
    "title": "手続",
    "taken_by": "受け付けた職員",
    "signing_label": "署名",
    "at": "日時",
}


class CounterCaseOut(BaseModel):
    """An application that was taken at the counter. signing: paper, drawn or none; at: ISO 8601."""

    case_id: int
    number: str
    procedure: str
    title: str
    taken_by: str
    signing: str
    signing_label: str
    at: str


class HandOverIn(BaseModel):
    """A file of a program on a clerk's machine."""

    layout_code: str = Field(max_length=40, description="受け渡しの決まりのコード")
    file: Upload = Field(description="受け渡すファイル（CSV、JSON、テキスト）")


class HandedOverOut(BaseModel):
    """people: how many the file held."""

    people: int


class HandOverLayoutIn(BaseModel):
    """A layout."""

    file: Upload = Field(description="受け渡しの決まりのファイル（YAML）")


class HandOverLayoutOut(BaseModel):
    """A layout."""

    code: str
    title: str


class OneVisit(BaseModel):
    """A visit."""

    visit_id: int = Field(description="来庁の番号")


class VisitOut(BaseModel):
    """closed: whether it is over."""

    id: int
    closed: bool


def _facts(row: Submission) -> dict[str, Any]:
    return {
        "case_id": row.case_id,
        "number": row.number,
        "procedure": row.case.procedure.code,
        "title": row.case.procedure.title,
        "taken_by": str(row.taken_by or ""),
        "signing": row.signing,
        "signing_label": row.get_signing_display(),
        "at": row.sent_at.isoformat(),
    }


@OPERATIONS.add(
    "今日窓口で受け付けた申請の一覧",
    "intake.counter",
    "GET counter/taken",
    "counter taken",
    answer=Answer(list[CounterCaseOut], columns=COLUMNS),
)
def list_taken(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """What was taken at the counter today, the latest first."""
    return [_facts(row) for row in queries.taken_today()]


@OPERATIONS.add(
    "窓口の来庁を終わる",
    "intake.counter",
    "POST counter/visits/{visit_id}/end",
    "counter end",
    answer=Answer(VisitOut, lambda row: {"id": row.pk, "closed": row.closed_at is not None}),
)
def end_visit(asked: OneVisit, actor: User) -> Visit:
    """The resident goes: what was said is forgotten, and what was not sent is thrown away."""
    visit = visits.find(asked.visit_id, actor=actor)
    counter.end(visit, actor=actor)
    visit.refresh_from_db()
    return visit


@OPERATIONS.add(
    "窓口へデータを受け渡す",
    "intake.counter",
    "POST counter/hand-overs",
    "counter hand-over",
    answer=Answer(HandedOverOut, lambda rows: {"people": len(rows)}),
)
def hand_over(asked: HandOverIn, actor: Actor) -> list[HandOver]:
    """Give what a card reader or another program read to the clerks, who look at it before it goes into a form."""
    layout = HandOverLayout.objects.filter(code=asked.layout_code).first()
    if layout is None:
        raise Missing(f"受け渡しの決まり {asked.layout_code} はありません。")
    return hand_overs.take_in(layout, asked.file.read(LARGEST), actor=actor)


@OPERATIONS.add(
    "窓口への受け渡しの決まりを決める",
    "intake.edit",
    "POST counter/layouts",
    "counter load-layout",
    answer=Answer(HandOverLayoutOut, lambda row: {"code": row.code, "title": row.title}),
)
def load_layout(asked: HandOverLayoutIn, actor: Actor) -> HandOverLayout:
    """Put a layout of hand-overs into use, or another version of it."""
    return hand_overs.set_layout(decoded(asked.file.read(LARGEST_BYTES)), actor=actor)
