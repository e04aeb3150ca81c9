"""Indicators with their targets: planned and measured over the years."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.reform.forms.register import IndicatorForm, IndicatorValueForm
from yakuba.services.reform.models import Indicator, IndicatorValue
from yakuba.services.reform.operations import register as operations
from yakuba.services.reform.queries import register as queries
from yakuba.services.reform.queries.initiatives import fiscal_year


def _value(number: Any, unit: str) -> str:
    return "―" if number is None else f"{wording.grouped(number, 0 if number == int(number) else 2)}{unit}"


class _Listed:
    """An indicator with its newest measured year."""

    def __init__(self, row: Indicator) -> None:
        self.row, self.pk, self.name = row, row.pk, row.name
        measured = [one for one in queries.track_years(row) if one.actual is not None]
        self.last = measured[-1] if measured else None


def _last(one: _Listed) -> Any:
    if one.last is None:
        return "まだ"
    told = [Cell(_value(one.last.actual, one.row.unit)), Cell(f"{one.last.year}年度", small=True)]
    if one.last.behind is not None:
        told.insert(
            0, status("warning", "計画に届かない") if one.last.behind else status("success", "計画どおり")
        )
    return told


LISTED = Listing(
    "reform.indicators",
    "指標",
    "指標",
    columns=(
        Column("name", "指標", lambda one: Cell(one.name, url=reverse("reform:indicator", args=[one.pk])), ("name",)),
        Column("start", "始め", lambda one: f"{one.row.start_year}年度 {_value(one.row.start, one.row.unit)}"),
        Column("target", "目標", lambda one: f"{one.row.target_year}年度 {_value(one.row.target, one.row.unit)}"),
        Column("last", "新しい実績", _last),
    ),
    rows=list,
    each=lambda rows: [_Listed(row) for row in rows],
    nothing=Nothing("指標はまだありません", "目標と毎年の実績を登録すると、計画の線と比べられます。", ("指標を登録する", reverse_lazy("reform:new_indicator"))),
    actions=(("指標を登録する", reverse_lazy("reform:new_indicator")),),
    trail=(("効果の登録簿", reverse_lazy("reform:register")),),
    remembered=False,
)  # fmt: skip


@permission_required("reform.view")
def indicators(request: HttpRequest) -> HttpResponseBase:
    """All of them."""
    from dataclasses import replace

    listing = replace(LISTED, rows=lambda: Indicator.objects.all())
    return respond(
        request,
        listing,
        "reform/indicators.html",
        lambda wanted: {"manages": allowed(request.user, "reform.manage")},
    )


@permission_required("reform.manage")
def new_indicator(request: HttpRequest) -> HttpResponse:
    """An indicator with its target."""
    form = IndicatorForm(request.POST or None)

    def add() -> HttpResponse:
        made = operations.set_indicator(person_of(request), **form.given)
        messages.success(request, "指標を登録しました。")
        return redirect("reform:indicator", made.pk)

    return form_page(request, form, add, "reform/new_indicator.html", {})


@permission_required("reform.view")
def indicator(request: HttpRequest, indicator_id: int) -> HttpResponse:
    """One of them: the line, what was measured with its source, and the form for a further year."""
    row = get_object_or_404(Indicator.objects, pk=indicator_id)
    form = IndicatorValueForm(request.POST or None, initial={"year": fiscal_year() - 1})
    if request.method == "POST":
        require(request.user, "reform.manage")

    def state() -> HttpResponse:
        operations.set_value(person_of(request), indicator_id=row.pk, **form.cleaned_data)
        messages.success(request, "実績を登録しました。")
        return redirect("reform:indicator", row.pk)

    found = queries.track_years(row)
    stated = (
        IndicatorValue.objects.filter(indicator=row)
        .select_related("entered_by")
        .order_by("-year", "-entered_at")
    )
    context = {
        "row": row,
        "found": found,
        "stated": stated[:100],
        "chart": queries.track_chart(row, found),
        "manages": allowed(request.user, "reform.manage"),
    }
    return form_page(request, form, state, "reform/indicator.html", context)


national = button(
    operations.national_tracks,
    lambda added: reverse("reform:indicators"),
    lambda added: f"国の目標を{added}つ加えました。" if added else "国の目標は、もうすべてあります。",
)
