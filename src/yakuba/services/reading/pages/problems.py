"""Sheets in trouble: what is wrong, the picture, and what a person can do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Wanted, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.reading.actions import sheets_decided as actions
from yakuba.services.reading.actions.questions import LONGEST_LOOK
from yakuba.services.reading.forms import AsideForm, ResolveForm
from yakuba.services.reading.models import Batch, Sheet
from yakuba.services.reading.operations import problems as troubled
from yakuba.services.reading.queries import problems as queries
from yakuba.services.reading.queries.batches import failed_files


def _place(row: Sheet) -> Cell:
    picture = reverse("reading:sheet_picture", args=[row.pk]) if row.image_id else ""
    return Cell(row.place_in_file, url=_url(row), picture=picture)


def _url(row: Sheet) -> str:
    return reverse("reading:sheet", args=[row.pk])


def _batch_name(number: str) -> str:
    found = (
        Batch.objects.filter(pk=int(number))
        if number.isascii() and number.isdecimal()
        else Batch.objects.none()
    )
    return found.values_list("name", flat=True).first() or ""


PROBLEMS = Listing(
    "reading.problems",
    "機械が判断できない用紙",
    "用紙",
    columns=(
        Column("sheet", "用紙", _place),
        Column(
            "problem",
            "困りごと",
            lambda row: (status("warning", row.get_problem_display()), Cell(row.message)),
            ("problem", "problem_since"),
        ),
        Column("batch", "束", lambda row: row.batch.name, ("batch__name", "problem_since")),
        Column("since", "いつから", lambda row: ago(row.problem_since), ("problem_since", "pk")),
        Column(
            "work",
            "操作",
            lambda row: Cell("対応する", url=_url(row), about=row.place_in_file, button=True),
            filed=False,
        ),
    ),
    rows=queries.problem_sheets,
    nothing=Nothing(
        "困っている用紙はありません",
        "読めない用紙やページの足りない受付があると、ここに並びます。",
        ("束の一覧へ", reverse_lazy("reading:batches")),
    ),
    filters=(
        Filter(
            "batch",
            "束",
            queries.batches_with_problems,
            lambda rows, number: rows.filter(batch=number),
            other=_batch_name,
        ),
    ),
    sort="since",
    remembered=False,  # what waits is told for all batches
    page_size=20,
)


@permission_required("reading.confirm")
def problems(request: HttpRequest) -> HttpResponseBase:
    """All sheets in trouble, cases that lack a page, files that could not be parted, and what was put aside."""
    return respond(request, PROBLEMS, "reading/problems.html", _beside)


def _beside(wanted: Wanted) -> dict[str, Any]:
    chosen = wanted.chosen.get("batch")
    batch = Batch.objects.get(pk=chosen) if chosen else None
    batch_id = batch.pk if batch else None
    return {
        "batch": batch,
        "incomplete": queries.incomplete_cases(batch_id),
        "failed": failed_files(batch),
        "aside": queries.sheets_aside(batch_id)[:50],
    }


@permission_required("reading.confirm")
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One sheet; for one in trouble, what the person can do. Opening it is recorded."""
    row = _sheet(sheet_id)
    form = ResolveForm(request.POST if request.method == "POST" else None, initial=_initial(request, row))
    if request.method == "POST" and form.is_valid():
        seconds = seconds_since(form.cleaned_data["shown"], request.user, f"sheet:{row.pk}")
        with told_in(form):
            after = troubled.resolve_sheet(
                person_of(request),
                sheet_id=row.pk,
                receipt_number=form.cleaned_data["receipt_number"],
                seconds=min(seconds, LONGEST_LOOK),
                **form.chosen(),
            )
            return _next(request, after)
    if request.method != "POST":
        record("reading.sheet_viewed", subject=f"sheet:{row.pk}", actor=person_of(request))
    context = {
        "sheet": row,
        "form": form,
        "aside_form": AsideForm(auto_id="aside_%s"),
        "twin": _twin(row),
        "advice": ADVICE.get(row.problem, ""),
    }
    return render(request, "reading/sheet.html", context, status=422 if form.errors else 200)


def _twin(row: Sheet) -> Sheet | None:
    if row.problem == Sheet.Problem.TWIN:
        return row.twin
    return actions.duplicate_of(row) if row.problem == Sheet.Problem.DUPLICATE else None


ADVICE: dict[str, str] = {
    Sheet.Problem.UNKNOWN_FORM: "様式を選ぶか、関係のない書類なら除外します。",
    Sheet.Problem.TWO_FORMS: "1枚ずつスキャンし直して取り込み、この用紙は除外します。",
    Sheet.Problem.POOR_SCAN: "濃さと解像度（200〜300dpi）を直してスキャンし直すか、様式を選んで手で入力します。",
    Sheet.Problem.DAMAGED: "このページだけスキャンし直して取り込み、この用紙は除外します。",
    Sheet.Problem.NUMBER: "用紙の右上にある受付番号を入力します。",
    Sheet.Problem.DUPLICATE: "2枚を見比べて、どちらを使うか選びます。受付番号の読み違いなら入力し直します。",
    Sheet.Problem.TWIN: "2枚を見比べて、同じ紙なら「同じもの」、別の申請なら「別のもの」を押します。",
    Sheet.Problem.OTHER_FORM: "受付番号を用紙と見比べて入力し直します。",
    Sheet.Problem.CLOSED: "受付番号を用紙と見比べ、違えば入力し直し、正しければ除外します。",
    Sheet.Problem.FAILED: "もう一度読ませるか、スキャンし直します。",
}


def _initial(request: HttpRequest, row: Sheet) -> dict[str, str]:
    reading = row.page_reading
    number = reading.field("receipt_number") if reading else None
    known = row.typed_number or row.receipt_number or (number.value or number.raw if number else "")
    return {"receipt_number": known, "shown": shown_token(request.user, f"sheet:{row.pk}")}


def _next(request: HttpRequest, after: Sheet) -> HttpResponse:
    """Where to go after a sheet was resolved: on to the next one, unless this one is still in trouble."""
    if after.state == Sheet.State.PROBLEM:
        messages.warning(request, after.message)
        return redirect("reading:sheet", after.pk)
    if after.state == Sheet.State.WAITING:
        messages.success(request, "選んだ様式で読み取ります。")
    else:
        messages.success(request, f"受付番号 {after.receipt_number} の{after.page}ページ目にしました。")
    return redirect("reading:problems")


def _sheet(sheet_id: int) -> Sheet:
    rows = Sheet.objects.select_related(
        "file", "batch", "form__procedure", "image", "case", "aside_by", "twin__file"
    )
    row: Sheet = get_object_or_404(rows, pk=sheet_id)
    return row


@require_POST
@permission_required("reading.confirm")
def read_again(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Let the engine try once more."""
    row = _sheet(sheet_id)
    actions.read_again(row, actor=person_of(request))
    messages.success(request, "もう一度読み取ります。")
    return redirect("reading:problems")


@require_POST
@permission_required("reading.confirm")
def put_aside(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Take a sheet out of the work."""
    reason = request.POST.get("reason", "")
    troubled.put_sheet_aside(person_of(request), sheet_id=sheet_id, reason=reason)
    messages.success(request, "用紙を除外しました。この画面の下の「除外した用紙」から戻せます。")
    return redirect("reading:problems")


@require_POST
@permission_required("reading.confirm")
def take_back(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Bring a sheet back that was put aside."""
    row = _sheet(sheet_id)
    after = actions.take_back(row, actor=person_of(request))
    return _next(request, after)


@require_POST
@permission_required("reading.confirm")
def use_instead(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Let a duplicate take the place of the page that is there."""
    row = _sheet(sheet_id)
    after = actions.use_instead(row, actor=person_of(request))
    return _next(request, after)


@require_POST
@permission_required("reading.confirm")
def same(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Say that a sheet is a second scan of one that is there."""
    troubled.same_sheet(person_of(request), sheet_id=sheet_id)
    messages.success(request, "同じものとして除外しました。この画面の下の「除外した用紙」から戻せます。")
    return redirect("reading:problems")


@require_POST
@permission_required("reading.confirm")
def apart(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Say that a sheet is another than the one it looks like."""
    return _next(request, troubled.apart_sheet(person_of(request), sheet_id=sheet_id))
