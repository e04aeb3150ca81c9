"""「スキャナのフォルダ」: what came in, what could not be read and why, and which folders are watched."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, Wanted, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.reading.forms import ArrivalFolderForm
from yakuba.services.reading.models import Arrival
from yakuba.services.reading.operations import arrivals as declared
from yakuba.services.reading.queries import arrivals as queries

SIGNS = {"coming": "waiting", "taking": "running", "taken": "success", "refused": "error"}


def _file(row: Arrival) -> list[Cell]:
    origin = "　".join(text for text in (row.sender, row.subject) if text)
    return [Cell(row.name), *([Cell(origin, small=True)] if origin else [])]


def _told(row: Arrival) -> list[Cell]:
    told = [Cell(row.message)] if row.message else []
    if row.batch is not None:
        told.append(Cell(row.batch.name, url=reverse("reading:batch", args=[row.batch_id])))
    if row.state == Arrival.State.REFUSED and not row.settled:
        if row.filed:
            told.append(_send("もう一度取り込む", "arrival_retry", row))
        told.append(_send("片づけた", "arrival_settle", row))
    return told


def _send(label: str, name: str, row: Arrival) -> Cell:
    return Cell(label, url=reverse(f"reading:{name}", args=[row.pk]), about=row.name, button=True, sends=True)


ARRIVALS = Listing(
    "reading.arrivals",
    "届いたファイル",
    "ファイル",
    columns=(
        Column("name", "ファイル", _file, ("name",)),
        Column("folder", "フォルダ", lambda row: row.folder.name, ("folder__name", "came_at")),
        Column("state", "結果", lambda row: status(SIGNS[row.state], row.get_state_display()), ("state",)),
        Column("told", "説明", _told),
        Column("came", "届いた", lambda row: ago(row.came_at), ("came_at", "pk")),
    ),
    rows=queries.arrivals,
    nothing=Nothing(
        "まだ何も届いていません",
        "スキャナがフォルダにファイルを置くと、ひとりでに取り込み、ここに並びます。",
        ("フォルダを決める", reverse_lazy("reading:arrival_folders")),
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="ファイル名"),
    filters=(
        Filter("state", "結果", lambda: Arrival.State.choices, lambda rows, state: rows.filter(state=state)),
        Filter(
            "folder",
            "フォルダ",
            queries.folder_names,
            lambda rows, number: rows.filter(folder=number) if number.isdecimal() else rows.none(),
        ),
    ),
    sort="-came",
    page_size=20,
)


@permission_required("reading.view")
def arrivals(request: HttpRequest) -> HttpResponseBase:
    """What came in."""
    return respond(request, ARRIVALS, "reading/arrivals.html", _beside)


def _beside(wanted: Wanted) -> dict[str, Any]:
    return {"folders": queries.folders(), "is_set": settings.YAKUBA.arrival_root is not None}


@permission_required("reading.manage")
def folders(request: HttpRequest) -> HttpResponse:
    """Which folders are watched; POST adds one."""
    form = ArrivalFolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = declared.add_arrival_folder(person_of(request), **form.cleaned_data)
            messages.success(request, f"フォルダ「{row.name}」を見始めました。")
            return redirect("reading:arrival_folders")
    root = settings.YAKUBA.arrival_root
    context = {
        "form": form,
        "folders": queries.folders(),
        "is_set": root is not None,
        "where": f"{root}/{current_municipality().code}" if root else "",
    }
    return render(request, "reading/arrival_folders.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("reading.manage")
def switch(request: HttpRequest, folder_id: int) -> HttpResponse:
    """Watch a folder, or leave it alone."""
    active = request.POST.get("active") == "1"
    row = declared.switch_arrival_folder(person_of(request), folder_id=folder_id, active=active)
    messages.success(request, f"フォルダ「{row.name}」を{'また見ます' if active else '見るのをやめました'}。")
    return redirect("reading:arrival_folders")


retry = button(
    declared.retry_arrival,
    lambda row: "reading:arrivals",
    lambda row: f"「{row.name}」をフォルダに戻しました。まもなく、もう一度取り込みます。",
)
settle = button(
    declared.settle_arrival, lambda row: "reading:arrivals", lambda row: f"「{row.name}」を片づけました。"
)
