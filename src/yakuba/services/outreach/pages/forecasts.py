"""Forecasts of numbers, and what follows for staff."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.outreach.actions import forecasts as actions
from yakuba.services.outreach.engine.forecasts import METHODS, NAIVE, Needs, staff_of
from yakuba.services.outreach.forms.forecasts import SeriesForm, StaffingForm
from yakuba.services.outreach.models import NumberSeries, Worked
from yakuba.services.outreach.operations import forecasts as operations
from yakuba.services.outreach.pages.tables import ABOVE, STATES, state_of
from yakuba.services.outreach.queries import charts

SERIES = Listing(
    "outreach.series",
    "数の予測",
    "数",
    columns=(
        Column("name", "数", lambda row: Cell(row.name, url=reverse("outreach:series", args=[row.pk])), ("name", "pk")),
        Column("length", "期間", lambda row: f"{len(row.values)}期"),
        Column("method", "方法", lambda row: METHODS.get(row.result.get("chosen", ""), "―")),
        Column("state", "状態", state_of, ("state", "pk")),
    ),
    rows=lambda: NumberSeries.objects.order_by("-pk"),
    nothing=Nothing("数はまだありません", "月ごとか年度ごとの数（CSVかExcel）を入れると、先を予測します。", ("数を入れる", reverse_lazy("outreach:load_series"))),
    actions=(("数を入れる", reverse_lazy("outreach:load_series")),),
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("outreach.forecast")
def series_list(request: HttpRequest) -> HttpResponseBase:
    """All series."""
    return respond(request, SERIES)


@permission_required("outreach.forecast")
def load_series(request: HttpRequest) -> HttpResponse:
    """A series is taken in; a worker forecasts it."""
    form = SeriesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        file = given.pop("file")
        with told_in(form):
            row = operations.load_series(
                person_of(request), file=Upload(str(file.name), cast(BinaryIO, file.file)), **given
            )
            return redirect("outreach:series", row.pk)
    return render(request, "outreach/load_series.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("outreach.forecast")
def series(request: HttpRequest, number_series_id: int) -> HttpResponse:
    """One series: what comes next, how wrong each method was, and how many people it takes."""
    row = get_object_or_404(NumberSeries.objects, pk=number_series_id)
    form = StaffingForm(request.GET or None, steps=row.steps)
    plans, need = [], None
    if row.result and form.is_bound and form.is_valid():
        with told_in(form):
            plans = operations.staffing(person_of(request), number_series_id=row.pk, **form.cleaned_data)
            need = _need(row, form)
    context = {
        "series": row, "state": STATES[Worked.State(row.state)], "work": work_of(actions.JOB, row.job_key), "form": form, "plans": plans, "need": need,
        "chart": charts.forecast(actions.series_of(row).names, row.values, row.result, row.unit) if row.result else None,
        "sizes": sorted(((METHODS[name], size, name == row.result["chosen"]) for name, size in row.result.get("sizes", {}).items()), key=lambda one: one[1]),
        "rows": _rows(row.result), "chosen": METHODS.get(row.result.get("chosen", "")), "naive": METHODS[NAIVE], "same": row.result.get("chosen") == NAIVE,
    }  # fmt: skip
    return render(request, "outreach/series.html", context, status=422 if form.errors else 200)


def _need(row: NumberSeries, form: forms.Form) -> list[float]:
    """People for the forecast, its low and its high end."""
    given = form.cleaned_data
    needs = Needs(given["minutes"], given["hours"], given["wage"], given["overtime"])
    return [staff_of(one, needs) for one in row.result["lines"][row.result["chosen"]][given["step"] - 1]]


def _rows(result: dict[str, Any]) -> list[tuple[str, list[float], float]]:
    """Period, forecast with its ends, the naive one."""
    if not result:
        return []
    return [
        (period, line, naive[0])
        for period, line, naive in zip(result["periods"], result["lines"][result["chosen"]], result["lines"][NAIVE], strict=True)
    ]  # fmt: skip
