"""Batches: upload, list, one batch with its progress."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.services.reading.actions import uploads
from yakuba.services.reading.forms import BatchFilter, UploadForm
from yakuba.services.reading.models import Batch, BatchFile
from yakuba.services.reading.queries import batches as queries
from yakuba.services.reading.queries.problems import incomplete_cases, problem_sheets
from yakuba.services.reading.queries.questions import types_waiting

PAGE_SIZE = 20
FILTER = "reading_batches"


@permission_required("reading.view")
def batches(request: HttpRequest) -> HttpResponse:
    """The list of batches; its filter is remembered for the visit."""
    chosen = _remembered(request)
    form = BatchFilter(chosen)
    values = form.cleaned_data if form.is_valid() else {}
    rows = queries.listed_batches(values.get("text", ""), values.get("state", ""))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": form,
        "narrowed": any(values.values()),
        "query": urlencode(chosen),
    }
    return render(request, "reading/batches.html", context)


def _remembered(request: HttpRequest) -> dict[str, str]:
    if {"text", "state"} & request.GET.keys():
        chosen = {key: request.GET.get(key, "").strip() for key in ("text", "state")}
        request.session[FILTER] = chosen
        return chosen
    return request.session.get(FILTER) or {"text": "", "state": ""}


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
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch: progress, files, cases, and the way to what waits."""
    row = get_object_or_404(Batch.objects.select_related("created_by"), pk=batch_id)
    cases = Paginator(queries.cases_of(row).select_related("procedure").order_by("receipt_number"), 50)
    progress = queries.progress_of(row)
    context = {
        "batch": row,
        "here": f"?batch={row.pk}",
        "progress": progress,
        "work": queries.work_of(row),
        "trusted_share": progress.auto / progress.fields if progress.fields else None,
        "statistics": queries.statistics_of(row),
        "files": row.files.order_by("pk"),
        "problems": problem_sheets(row.pk)[:5],
        "incomplete": incomplete_cases(row.pk)[:5],
        "failed": queries.failed_files(row),
        "cases": cases.get_page(request.GET.get("page")),
        "types": types_waiting(row.pk),
    }
    return render(request, "reading/batch.html", context)


@require_POST
@permission_required("reading.upload")
def force(request: HttpRequest, file_id: int) -> HttpResponse:
    """Read a file although the same one was taken before."""
    file = get_object_or_404(BatchFile, pk=file_id)
    uploads.force_file(file, actor=person_of(request))
    messages.success(request, f"「{file.name}」をもう一度読み取ります。")
    return redirect("reading:batch", file.batch_id)


@require_POST
@permission_required("reading.upload")
def settle(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a refused file off the list of failures."""
    file = get_object_or_404(BatchFile, pk=file_id)
    uploads.settle_file(file, actor=person_of(request))
    messages.success(request, f"「{file.name}」を片づけました。")
    return redirect("reading:batch", file.batch_id)
