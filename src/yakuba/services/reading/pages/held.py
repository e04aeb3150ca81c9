"""Values that were held, with their reasons; and who holds what, since when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, Search, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.services.reading.models import Question
from yakuba.services.reading.operations import let_go
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.pages.confirm import label_of
from yakuba.services.reading.queries import questions as queries


def _held() -> QuerySet[Question]:
    rows = queries.in_order(queries.waiting(Question.State.HELD))
    return rows.select_related("case__procedure", "sheet", "held_by")


def _ago(moment: datetime | None) -> Cell:
    return ago(moment) if moment else Cell("―")


HELD = Listing(
    "reading.held",
    "保留した値",
    "値",
    columns=(
        Column(
            "item",
            "項目",
            lambda row: Cell(
                label_of(row), url=reverse("reading:question", args=[row.pk]), about=row.case.receipt_number
            ),
            ("field", "case__receipt_number"),
        ),
        Column("receipt", "受付番号", lambda row: row.case.receipt_number, ("case__receipt_number",)),
        Column(
            "procedure",
            "手続",
            lambda row: row.case.procedure.title,
            ("case__procedure__title", "case__receipt_number"),
        ),
        Column("reason", "保留の理由", lambda row: row.hold_reason, ("hold_reason",)),
        Column("by", "だれが", lambda row: str(row.held_by or "―"), ("held_by__display_name", "pk")),
        Column("since", "いつから", lambda row: _ago(row.held_at), ("held_at", "pk")),
    ),
    rows=_held,
    nothing=Nothing(
        "保留した値はありません",
        "確認の画面で保留にした値が、ここに並びます。",
        ("束の一覧へ", reverse_lazy("reading:batches")),
    ),
    search=Search(
        lambda rows, text: rows.filter(
            Q(case__receipt_number__contains=text) | Q(hold_reason__icontains=text)
        ),
        label="受付番号か理由",
    ),
    trail=READING,
)


@permission_required("reading.confirm")
def held(request: HttpRequest) -> HttpResponseBase:
    """The values that were held, with their reasons."""
    return respond(request, HELD)


def _who(row: Question) -> Any:
    return row.held_by if row.state == Question.State.HELD else row.leased_to


def _since(row: Question) -> Any:
    return row.held_at if row.state == Question.State.HELD else row.leased_since


HOLDING = Listing(
    "reading.holding",
    "だれが持っている値か",
    "値",
    columns=(
        Column(
            "item", "項目", lambda row: Cell(label_of(row), about=row.case.receipt_number), ("field", "pk")
        ),
        Column("receipt", "受付番号", lambda row: row.case.receipt_number, ("case__receipt_number",)),
        Column("who", "だれが", lambda row: str(_who(row) or "―")),
        Column("since", "いつから", lambda row: _ago(_since(row)), ("leased_since", "pk")),
        Column(
            "state",
            "いま",
            lambda row: (
                status("waiting", "保留")
                if row.state == Question.State.HELD
                else status("person", f"見ている（{timezone.localtime(row.leased_until):%H:%M}まで）")
            ),
        ),
    ),
    rows=lambda: queries.in_hand().select_related("case__procedure", "leased_to", "held_by"),
    nothing=Nothing(
        "だれも持っていません",
        "確認の画面を開いている人と、保留にした人の値が、ここに並びます。3分たつと、ほかの人に出ます。",
        ("確認を始める", reverse_lazy("reading:confirm")),
    ),
    filters=(
        Filter(
            "state",
            "いま",
            lambda: [("open", "見ている"), ("held", "保留")],
            lambda rows, wanted: rows.filter(state=wanted),
        ),
    ),
    bulk=(Bulk("放して、ほかの人に出す", let_go, "question_id"),),
    trail=READING,
    remembered=False,
)


@permission_required("reading.confirm")
def holding(request: HttpRequest) -> HttpResponseBase:
    """Who holds what, since when; anybody who confirms may free it."""
    return respond(request, HOLDING)
