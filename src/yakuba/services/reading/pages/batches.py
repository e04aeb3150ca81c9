"""Batches: upload, list, one batch with its progress."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.listing import BY_STATUS, status_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.lists.shown import Part
from yakuba.kernel.operations.pages import button
from yakuba.services.reading import operations
from yakuba.services.reading.actions import uploads
from yakuba.services.reading.forms import UploadForm
from yakuba.services.reading.models import Batch, BatchFile
from yakuba.services.reading.queries import batches as queries
from yakuba.services.reading.queries.covers import counted
from yakuba.services.reading.queries.problems import incomplete_cases, problem_sheets
from yakuba.services.reading.queries.questions import types_waiting


def _state(batch: Any) -> Cell:
    if batch.waiting or batch.splitting:
        return status("running", "読み取り中")
    if batch.problems or batch.open:
        return status("person", "確認待ち")
    if batch.parted and not batch.sheet_count:
        return status("success", "表紙で分けました")
    return status("success", "済み") if batch.sheet_count else status("warning", "読めるファイルなし")


READING = (("帳票読取", reverse_lazy("reading:batches")),)


def _way(name: str, batch: Any, number: int) -> Cell:
    return Cell(number, url=f"{reverse(name)}?batch={batch.pk}" if number else "")


BATCHES = Listing(
    "reading.batches",
    "束の一覧",
    "束",
    columns=(
        Column(
            "name", "束", lambda row: Cell(row.name, url=reverse("reading:batch", args=[row.pk])), ("name",)
        ),
        Column("state", "状態", _state),
        Column("sheets", "用紙", lambda row: row.sheet_count, ("sheet_count",), number=True),
        Column(
            "open", "確認待ち", lambda row: _way("reading:confirm", row, row.open), ("open",), number=True
        ),
        Column(
            "problems",
            "困っている用紙",
            lambda row: _way("reading:problems", row, row.problems),
            ("problems",),
            number=True,
        ),
        Column(
            "created",
            "取り込み",
            lambda row: (ago(row.created_at), Cell(str(row.created_by or ""), small=True)),
            ("created_at",),
        ),
    ),
    rows=queries.listed_batches,
    nothing=Nothing(
        "まだ何も取り込んでいません",
        "スキャンした申請書を取り込むと、ここに束として並びます。",
        ("申請書を取り込む", reverse_lazy("reading:upload")),
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="名前"),
    filters=(Filter("state", "状態", queries.STATES.items, queries.in_state),),
    page_size=20,
)


@permission_required("reading.view")
def batches(request: HttpRequest) -> HttpResponseBase:
    """The list of batches."""
    return respond(request, BATCHES, "reading/batches.html")


@permission_required("reading.upload")
def upload(request: HttpRequest) -> HttpResponse:
    """Take files in; what became of each stands on the batch's page."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        taken = form.cleaned_data
        files = [(file.name or "", file) for file in taken["scans"]]
        batch = uploads.upload(files, actor=person_of(request), name=taken["name"], force=taken["force"])
        _tell(request, batch)
        return redirect("reading:batch", batch.pk)
    return render(request, "reading/upload.html", {"form": form}, status=422 if form.errors else 200)


def _tell(request: HttpRequest, batch: Batch) -> None:
    states = list(batch.files.values_list("state", flat=True))
    refused = states.count(BatchFile.State.REFUSED)
    known = states.count(BatchFile.State.KNOWN)
    taken = len(states) - refused - known
    if taken:
        messages.success(request, f"{taken}個のファイルを受け取りました。読み取りを始めます。")
    if known:
        messages.info(request, f"{known}個は取り込み済みの同じファイルなので、読み取りません。")
    if refused:
        rest = "ほかのファイルの読み取りは続けます。" if taken else "直してからもう一度取り込んでください。"
        messages.warning(
            request, f"{refused}個のファイルは受け取れませんでした。理由は下の表にあります。{rest}"
        )


@permission_required("reading.view")
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """One batch: progress, files, cases, and the way to what waits."""
    row = get_object_or_404(Batch.objects.select_related("created_by", "cover"), pk=batch_id)
    progress = queries.progress_of(row)
    context = {
        "batch": row,
        "here": f"?batch={row.pk}",
        "progress": progress,
        "work": queries.work_of(row),
        "trusted_share": progress.auto / progress.fields if progress.fields else None,
        "statistics": queries.statistics_of(row),
        "files": Part(FILES, row.files.order_by("pk"), request.user),
        "problems": problem_sheets(row.pk)[:5],
        "incomplete": incomplete_cases(row.pk)[:5],
        "failed": queries.failed_files(row),
        "types": types_waiting(row.pk),
        "counted": counted(row),
    }
    return respond(request, _cases(row), "reading/batch.html", lambda wanted: context)


FILE_STATES = {
    "refused": ("error", "受け取れません"),
    "known": ("info", "取り込み済み"),
    "splitting": ("running", "ページに分けています"),
    "failed": ("error", "分けられません"),
}


def _explained(file: BatchFile) -> list[Cell]:
    told = [Cell(file.message)]
    if file.state == BatchFile.State.KNOWN:
        told.append(_send("それでも読み取る", "force", file))
    elif file.state == BatchFile.State.REFUSED and not file.settled:
        told.append(_send("片づけた", "settle", file))
    return told


def _send(label: str, name: str, file: BatchFile) -> Cell:
    url = reverse(f"reading:{name}", args=[file.pk])
    return Cell(label, url=url, about=file.name, button=True, sends=True)


FILES = Listing(
    "reading.files",
    "この束のファイル",
    "ファイル",
    columns=(
        Column("name", "ファイル", lambda file: file.name),
        Column(
            "state", "結果", lambda file: status(*FILE_STATES.get(file.state, ("success", "受け取りました")))
        ),
        Column("pages", "ページ", lambda file: file.pages or None, number=True),
        Column("message", "説明", _explained),
    ),
    rows=lambda: BatchFile.objects.none(),
    nothing=Nothing("ファイルはありません"),
)


def _cases(row: Batch) -> Listing:
    """The cases of a batch."""
    return Listing(
        "reading.cases",
        "この束の受付",
        "受付",
        columns=(
            Column(
                "receipt",
                "受付番号",
                lambda case: Cell(case.receipt_number, url=reverse("ledger:case", args=[case.pk])),
                ("receipt_number",),
            ),
            Column("procedure", "手続", lambda case: case.procedure.title, ("procedure__title",)),
            Column("status", "状態", status_of, ("status",)),
        ),
        rows=lambda: queries.cases_of(row).select_related("procedure"),
        nothing=Nothing(
            "この束の受付はありません",
            "用紙を読み取ると、ここに受付が並びます。受け取れないファイルと困っている用紙は、受付になりません。",
        ),
        search=Search(lambda rows, text: rows.filter(receipt_number__contains=text), label="受付番号"),
        filters=(BY_STATUS,),
        sort="receipt",
        remembered=False,
    )


force = button(
    operations.force_file,
    lambda file: reverse("reading:batch", args=[file.batch_id]),
    lambda file: f"「{file.name}」をもう一度読み取ります。",
)


@require_POST
@permission_required("reading.upload")
def settle(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a refused file off the list of failures."""
    file = get_object_or_404(BatchFile, pk=file_id)
    uploads.settle_file(file, actor=person_of(request))
    messages.success(request, f"「{file.name}」を片づけました。")
    return redirect("reading:batch", file.batch_id)
