"""Files of readings: the watched folders with what came in them, and JSON by hand."""

from __future__ import annotations

import io

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.actions import taking
from yakuba.services.cityhub.actions.reading_files import town_folder
from yakuba.services.cityhub.forms import JsonFileForm, ReadingFolderForm
from yakuba.services.cityhub.models import ReadingFile, ReadingFolder
from yakuba.services.cityhub.operations import files as operations

SIGNS = {"coming": "waiting", "taking": "running", "taken": "success", "refused": "error"}
LARGEST = 20_000_000  # bytes of a file by hand
FIRST = 200  # characters of what is told in a cell


def _result(row: ReadingFile) -> Cell:
    if row.state == ReadingFile.State.TAKEN and row.faults:
        return status("warning", f"{row.readings:,}件を入れ、{row.faults:,}か所は入れていない")
    if row.state == ReadingFile.State.TAKEN:
        return status("success", f"{row.readings:,}件を入れた")
    return status(SIGNS[row.state], row.get_state_display())


def _told(row: ReadingFile) -> Cell:
    first, _, rest = row.message.partition("\n")
    return Cell(first[:FIRST], behind=rest)


FILES = Listing(
    "cityhub.files",
    "届いた測定値のファイル",
    "ファイル",
    columns=(
        Column("name", "ファイル", lambda row: row.name, ("name", "pk")),
        Column("folder", "フォルダ", lambda row: row.folder.name, ("folder__name", "pk")),
        Column("state", "結果", _result, ("state", "pk")),
        Column("told", "直すところ", _told),
        Column("came", "届いた", lambda row: ago(row.came_at), ("came_at", "pk")),
    ),
    rows=lambda: ReadingFile.objects.select_related("folder").order_by("-came_at", "-pk"),
    nothing=Nothing(
        "まだ何も届いていません", "フォルダにCSV、Excel、JSONを置くと、ひとりでに取り込み、ここに並びます。"
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="ファイル名"),
    filters=(
        Filter(
            "state", "結果", lambda: ReadingFile.State.choices, lambda rows, state: rows.filter(state=state)
        ),
    ),
    sort="-came",
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def files(request: HttpRequest) -> HttpResponseBase:
    """What came, and the folders."""
    root = settings.YAKUBA.arrival_root
    return respond(
        request,
        FILES,
        "cityhub/files.html",
        lambda wanted: {
            "folders": ReadingFolder.objects.order_by("name"),
            "form": ReadingFolderForm(),
            "where": f"{root}/{town_folder()}" if root else "",
            "manages": allowed(request.user, "cityhub.manage"),
        },
    )


@require_POST
@permission_required("cityhub.manage")
def add_folder(request: HttpRequest) -> HttpResponse:
    """Watch a folder."""
    form = ReadingFolderForm(request.POST)
    if form.is_valid():
        row = operations.add_folder(person_of(request), name=form.cleaned_data["name"])
        messages.success(request, f"フォルダ「{row.name}」を見始めました。")
    else:
        messages.error(request, "フォルダの名前を書いてください。")
    return redirect("cityhub:files")


@require_POST
@permission_required("cityhub.manage")
def switch_folder(request: HttpRequest, reading_folder_id: int) -> HttpResponse:
    """Watch it, or leave it alone."""
    row = get_object_or_404(ReadingFolder.objects, pk=reading_folder_id)
    active = request.POST.get("active") == "1"
    operations.switch_folder(person_of(request), folder_id=row.pk, active=active)
    messages.success(request, f"フォルダ「{row.name}」を{'また見ます' if active else '見るのをやめました'}。")
    return redirect("cityhub:files")


@permission_required("cityhub.write")
def load_json(request: HttpRequest) -> HttpResponse:
    """JSON by hand: all of it, or every fault with its line."""
    form = JsonFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with told_in(form):
            if file.size > LARGEST:
                form.add_error(
                    "file", f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。分けてください。"
                )
            else:
                number = taking.take_file(io.BytesIO(file.read()), {}, actor=person_of(request))
                messages.success(request, f"{number}件の測定値を入れました。")
                return redirect("cityhub:index")
    return render(request, "cityhub/load_json.html", {"form": form}, status=422 if form.errors else 200)
