"""Finished sheets, found again by person and year, as a picture."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.queries import procedures
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.protection.pages import way_to_open
from yakuba.services.reading.models import Sheet
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.queries import found as queries


def _receipt(row: Any) -> Cell:
    about = f"{row.page}ページ目"
    return Cell(row.case.receipt_number, url=reverse("reading:found_sheet", args=[row.pk]), about=about)


SHEETS = Listing(
    "reading.sheets",
    "用紙をさがす",
    "用紙",
    columns=(
        Column("receipt", "受付番号", _receipt, ("case__receipt_number", "page")),
        Column("name", "氏名", lambda row: row.name),
        Column("procedure", "手続", lambda row: row.case.procedure.title, ("case__procedure__title", "pk")),
        Column("page", "ページ", lambda row: row.page, number=True),
        Column(
            "year",
            "年度",
            lambda row: queries.year_label(queries.fiscal_year(row.case.created_at)),
            ("case__created_at", "pk"),
        ),
    ),
    rows=queries.placed,
    nothing=Nothing("読み取りの済んだ用紙はありません", "受付に入った用紙が、ここに並びます。"),
    search=Search(
        queries.by_person, help="氏名、フリガナ、受付番号、登録番号", event="reading.sheets_searched"
    ),
    filters=(
        Filter("year", "年度", queries.years, queries.of_year),
        Filter(
            "procedure",
            "手続",
            lambda: procedures().values_list("code", "title"),
            lambda rows, code: rows.filter(case__procedure__code=code),
        ),
    ),
    each=lambda rows: queries.with_names(list(rows)),
    trail=READING,
    remembered=False,
)


@permission_required("reading.view")
def sheets(request: HttpRequest) -> HttpResponseBase:
    """The sheets of finished applications. What was looked for is recorded."""
    return respond(request, SHEETS)


@permission_required("reading.view")
def found_sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One sheet as a picture, as this person may see it. Opening it is recorded."""
    rows = Sheet.objects.select_related("case__procedure", "form", "image")
    row = get_object_or_404(rows, pk=sheet_id, case__isnull=False)
    if way := way_to_open(request, KIND, row.case_id):
        return way
    record("reading.sheet_viewed", subject=f"sheet:{row.pk}", actor=person_of(request))
    others = queries.placed().filter(case=row.case_id).order_by("page")
    return render(request, "reading/found_sheet.html", {"sheet": row, "others": others})
