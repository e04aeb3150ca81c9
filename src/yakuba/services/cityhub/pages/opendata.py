"""Open data as staff see it: what is chosen, what would go out, who approves it."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of, proof
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.engine import openness
from yakuba.services.cityhub.forms import OpenDatasetForm, WhyForm
from yakuba.services.cityhub.models import OpenDataset
from yakuba.services.cityhub.operations import opendata as operations
from yakuba.services.cityhub.queries import opendata as queries

SIGNS = {
    "draft": "waiting",
    "proposed": "waiting",
    "published": "success",
    "replaced": "stopped",
    "withdrawn": "stopped",
}
SHOWN = 20

DATASETS = Listing(
    "cityhub.opendata",
    "オープンデータ",
    "オープンデータ",
    columns=(
        Column(
            "title",
            "題名",
            lambda row: Cell(row.title, url=reverse("cityhub:dataset", args=[row.pk])),
            ("title", "pk"),
        ),
        Column("version", "版", lambda row: row.version, ("version", "pk"), number=True),
        Column("attributes", "出す属性", lambda row: "、".join(row.attributes)),
        Column(
            "state",
            "状態",
            lambda row: status(SIGNS[queries.state_of(row)], queries.state_of(row).label),
            ("state", "pk"),
        ),
    ),
    rows=queries.versions,
    nothing=Nothing(
        "オープンデータはまだありません",
        "出すものを選んで下書きを作り、別の職員が承認すると、だれでも読めるようになります。",
        ("オープンデータを作る", reverse_lazy("cityhub:new_opendata")),
    ),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def opendata(request: HttpRequest) -> HttpResponseBase:
    """All versions."""
    beside = {"public": bool(value("cityhub.open_data")), "town": current_municipality()}
    return respond(request, DATASETS, "cityhub/opendata.html", lambda wanted: beside)


@permission_required("cityhub.manage")
def new_opendata(request: HttpRequest) -> HttpResponse:
    """A data set, or a further version of the one in `?of=`."""
    form = OpenDatasetForm(request.POST or None, initial=_initial(request.GET.get("of", "")))
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = operations.write_opendata(person_of(request), **form.cleaned_data)
            messages.success(
                request,
                "下書きを作りました。出る内容を確かめて、公開を起案してください。まだ公開されていません。",
            )
            return redirect("cityhub:dataset", row.pk)
    context = {"form": form, "types": queries.types()}
    return render(request, "cityhub/new_opendata.html", context, status=422 if form.errors else 200)


def _initial(number: str) -> dict[str, Any]:
    row = (
        OpenDataset.objects.filter(pk=int(number)).first()
        if number.isdecimal() and len(number) < 18
        else None
    )
    if row is None:
        return {}
    plain = {name: getattr(row, name) for name in openness.CHOSEN}
    return plain | {"attributes": "、".join(row.attributes), "ids": "\n".join(row.ids)}


@permission_required("cityhub.view")
def dataset(request: HttpRequest, dataset_id: int) -> HttpResponse:
    """One version: what is chosen, and the first lines that would go out."""
    row = get_object_or_404(OpenDataset.objects, pk=dataset_id)
    state = queries.state_of(row)
    context = {
        "row": row,
        "state": state,
        "head": openness.HEADS[row.detail],
        "lines": list(islice(queries.lines(row, SHOWN), SHOWN)),
        "series": queries.series_of(row).count(),
        "form": WhyForm(),
        "manages": allowed(request.user, "cityhub.manage"),
        "may_propose": state == OpenDataset.State.DRAFT,
        "may_withdraw": state == OpenDataset.State.PUBLISHED,
        "public": bool(value("cityhub.open_data")) and state == OpenDataset.State.PUBLISHED,
        "town": current_municipality(),
    }
    return render(request, "cityhub/dataset.html", context)


@require_POST
@permission_required("cityhub.manage")
def propose_opendata(request: HttpRequest, dataset_id: int) -> HttpResponse:
    """Wait for another person's approval."""
    row = get_object_or_404(OpenDataset.objects, pk=dataset_id)
    form = WhyForm(request.POST)
    if form.is_valid():
        operations.propose_opendata(person_of(request), dataset_id=row.pk, reason=form.cleaned_data["reason"])
        messages.success(request, "公開を起案しました。別の職員が承認すると公開されます。")
    else:
        messages.error(request, "公開するわけを書いてください。")
    return redirect("cityhub:dataset", row.pk)


@require_POST
@permission_required("cityhub.manage")
def withdraw_opendata(request: HttpRequest, dataset_id: int) -> HttpResponse:
    """Published no more, at once."""
    row = get_object_or_404(OpenDataset.objects, pk=dataset_id)
    form = WhyForm(request.POST)
    if form.is_valid():
        operations.withdraw_opendata(
            person_of(request), dataset_id=row.pk, reason=form.cleaned_data["reason"]
        )
        messages.success(request, "取り下げました。公開のページとデータからも外れました。")
    else:
        messages.error(request, "取り下げるわけを書いてください。")
    return redirect("cityhub:dataset", row.pk)


@permission_required("cityhub.manage")
def dataset_file(request: HttpRequest, dataset_id: int, data_form: str) -> HttpResponseBase:
    """What everybody would get, to be carried where this installation is not reached from outside."""
    row = get_object_or_404(OpenDataset.objects, pk=dataset_id)
    if data_form not in ("utf-8", "geojson"):
        raise Http404
    proof.require(request.user)
    record("lists.exported", actor=person_of(request), list="cityhub.opendata", form=data_form, rows=0)
    return file_of(row, data_form)


def file_of(row: OpenDataset, form: str) -> HttpResponseBase:
    """A data set as CSV or GeoJSON."""
    if form == "geojson":
        text = json.dumps(openness.geojson(queries.spots(row)), ensure_ascii=False, indent=1)
        return Download(f"{row.code}.geojson", "application/geo+json; charset=utf-8", text.encode()).answer()
    table = Table(row.title, openness.HEADS[row.detail], queries.lines(row))
    content = files.written([table], form, accept=True)
    return Download(f"{row.code}.csv", "text/csv; charset=utf-8", content).answer()
