"""Values that were held, with their reasons."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.services.reading.models import Question
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.pages.confirm import label_of
from yakuba.services.reading.queries import questions as queries


def _held() -> QuerySet[Question]:
    rows = queries.in_order(queries.waiting(Question.State.HELD))
    return rows.select_related("case__procedure", "sheet")


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
