"""Cover sheets of piles."""

from __future__ import annotations

import datetime
from typing import Any

from django.template.loader import render_to_string
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.reading.actions import covers as actions
from yakuba.services.reading.models import Batch, Cover
from yakuba.services.reading.operations.asked import OneBatch
from yakuba.services.reading.operations.table import OPERATIONS
from yakuba.services.reading.queries import covers as queries
from yakuba.services.reading.queries.forms import form_in_use


class CoverOut(BaseModel):
    """A cover. used: in how many batches it was met."""

    id: int
    title: str
    form: str
    day: datetime.date
    count: int
    used: int


class CoverIn(BaseModel):
    """What a cover says."""

    title: str = Field(max_length=120, description="束の名前")
    count: int = Field(ge=1, le=actions.MOST, description="表紙のあとに続く枚数（白紙を除く）")
    day: datetime.date | None = Field(None, description="受け付けた日。省くと今日")
    form: str = Field("", max_length=60, description="様式のコード。省くと決めない")


class OneCover(BaseModel):
    """A cover."""

    cover_id: int = Field(description="表紙の番号")


class CountSeenOut(BaseModel):
    """A batch whose number of sheets a person has seen."""

    batch: int
    count_seen: bool


COLUMNS = {"id": "番号", "title": "束", "day": "日付", "count": "枚数", "used": "読み取った回数"}


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "form": row.form.code if row.form else "",
        "day": row.day,
        "count": row.count,
        "used": row.batches.count(),
    }


@OPERATIONS.add(
    "表紙", "reading.view", "GET covers", "covers", answer=Answer(list[CoverOut], columns=COLUMNS)
)
def list_covers(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The covers, newest first."""
    return [_facts(row) for row in queries.covers()[:200]]


@OPERATIONS.add(
    "表紙を作る",
    "reading.upload",
    "POST covers",
    "cover",
    answer=Answer(CoverOut, _facts, COLUMNS),
    status=201,
    event="reading.cover_made",
    trace=lambda asked, row: Trace(f"cover:{row.pk}", {"count": row.count}),
)
def make_cover(asked: CoverIn, actor: Actor) -> Cover:
    """Make a cover, to be printed."""
    form = form_in_use(asked.form) if asked.form else None
    if asked.form and form is None:
        raise Missing(f"使用中の様式「{asked.form}」はありません。")
    day = asked.day or datetime.date.today()
    return actions.make(asked.title, form, day, asked.count, actor=actor)


@OPERATIONS.add(
    "表紙を印刷する",
    "reading.view",
    "GET covers/{cover_id}/pdf",
    "cover-pdf",
    answer=Answer(media_type="application/pdf"),
)
def print_cover(asked: OneCover, actor: Actor) -> Download:
    """The cover as a PDF of one page."""
    from yakuba.services.reading.engine.covers import drawn

    row = one(Cover.objects.select_related("form"), asked.cover_id)
    path, side = drawn(row.token)
    context = {"cover": row, "path": path, "side": side, "municipality": current_municipality()}
    content = to_pdf(render_to_string("reading/cover_print.html", context))
    return Download(f"cover-{row.pk}.pdf", "application/pdf", content)


@OPERATIONS.add(
    "枚数の違いを確かめたことにする",
    "reading.upload",
    "POST batches/{batch_id}/count-seen",
    "count-seen",
    answer=Answer(CountSeenOut, lambda row: {"batch": row.pk, "count_seen": row.count_seen}),
    event="reading.count_seen",
    trace=lambda asked, row: Trace(f"batch:{row.pk}"),
)
def see_count(asked: OneBatch, actor: Actor) -> Batch:
    """Note that a person has seen why the number of sheets differs from the cover's."""
    return actions.settle(one(Batch.objects.all(), asked.batch_id))
