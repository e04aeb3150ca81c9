"""Corrections of what was entered: opened at a value, followed until the core system is right too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.sight import KIND, Sight, filed, sight, sights
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.kernel.ui.refusals import told_in, told_on
from yakuba.services.reading.actions import corrections as actions
from yakuba.services.reading.actions.answers import may_insist
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.forms import CorrectionForm
from yakuba.services.reading.models import Correction, Question
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.queries import corrections as queries

PAGE_SIZE = 50


@permission_required("reading.confirm")
def correct(request: HttpRequest, case_id: int, field: str) -> HttpResponse:
    """The form that opens a correction, with the picture beside it."""
    case = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    value = get_object_or_404(CaseValue, case=case, field=field)
    if sight(request.user, case).hides(case.procedure.definition.by_code.get(field)):
        require_open(request.user, KIND, case.pk)
    form = _form(request, case, value)
    doubted: str | None = None
    if request.method == "POST" and form.is_valid():
        raw = form.raw_value()
        with told_in(form, "value") as told:
            with told_on(request, WrongStep):  # it can be corrected no more: back to the case
                opened = actions.open_correction(
                    case,
                    field,
                    raw,
                    form.cleaned_data["reason"],
                    actor=person_of(request),
                    seconds=seconds_since(form.cleaned_data["shown"], request.user, _subject(value)),
                    insist=request.POST.get("insist") == raw,
                )
                return redirect("reading:correction", opened.pk)
            return redirect("ledger:case", case.pk)
        doubted = raw if may_insist(told.refusal) else None
    record("reading.case_viewed", subject=f"case:{case.pk}", actor=person_of(request))
    item = case.procedure.definition.field(field)
    context = {
        "case": case,
        "item": item,
        "shown": sight(request.user, case).shown(item, value.value),
        "value": value,
        "form": form,
        "doubted": doubted,
        "may_insist": doubted is not None,
    }
    return render(request, "reading/correct.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, case: Case, value: CaseValue) -> CorrectionForm:
    definition = case.procedure.definition
    try:
        item = definition.field(value.field)
    except KeyError:
        raise Http404("a newer version of the procedure no longer has this field") from None
    question = Question(field=item.code, type=item.type, state=Question.State.ANSWERED)
    shown = {"shown": shown_token(request.user, _subject(value))}
    data = request.POST if request.method == "POST" else None
    return CorrectionForm(question, definition, value.value, data, initial=shown)


def _subject(value: CaseValue) -> str:
    return f"value:{value.pk}"


@permission_required("reading.confirm")
def corrections(request: HttpRequest) -> HttpResponseBase:
    """What is still to be changed in the core system, and what has been."""

    def told(rows: Sequence[Correction]) -> list[dict[str, Any]]:
        seen = filed(request.user, [row.case_id for row in rows])
        return [_told(row, seen[row.case_id]) for row in rows]

    return respond(request, replace(CORRECTIONS, each=told))


@permission_required("reading.confirm")
def correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """One correction: what to change, both registrations, and every value with the same cause. Recorded."""
    row = get_object_or_404(Correction.objects.select_related("case__procedure"), pk=correction_id)
    record("reading.case_viewed", subject=f"case:{row.case_id}", actor=person_of(request))
    cause = queries.same_cause(row)
    page = Paginator(cause.values, PAGE_SIZE).get_page(request.GET.get("page"))
    labels = row.case.procedure.definition
    seen = sights(request.user, [row.case_id, *(value.case_id for value in page.object_list)])
    context = _told(row, seen[row.case_id]) | {
        "sides": queries.side_by_side(row, seen[row.case_id]),
        "cause": cause.sentence,
        "page": page,
        "others": [
            {
                "row": value,
                "label": labels.field(value.field).label,
                "shown": seen[value.case_id].shown(labels.field(value.field), value.value),
            }
            for value in page.object_list
        ],
    }
    return render(request, "reading/correction.html", context)


@require_POST
@permission_required("reading.confirm")
def finish(request: HttpRequest, correction_id: int) -> HttpResponse:
    """The core system has been changed."""
    row = get_object_or_404(Correction, pk=correction_id)
    actions.finish(row, actor=person_of(request))
    if row.case.is_entered:
        messages.success(request, "基幹システムを直したことを記録しました。同じ原因の値も確かめてください。")
    return redirect("reading:correction", row.pk)


@require_POST
@permission_required("reading.confirm")
def found_right(request: HttpRequest, case_id: int, field: str) -> HttpResponse:
    """A value with the same cause was looked at and is right; goes back to the correction it was listed on."""
    case = get_object_or_404(Case, pk=case_id)
    get_object_or_404(CaseValue, case=case, field=field)
    actions.found_right(case, field, actor=person_of(request))
    back = request.POST.get("correction", "")
    if back.isascii() and back.isdigit() and Correction.objects.filter(pk=int(back)).exists():
        return redirect("reading:correction", int(back))
    return redirect("ledger:case", case.pk)


def _told(row: Correction, seen: Sight) -> dict[str, Any]:
    item = row.case.procedure.definition.field(row.field)
    return {
        "correction": row,
        "item": item,
        "was": seen.shown(item, row.was),
        "right": seen.shown(item, row.right),
    }


def _receipt(told: dict[str, Any]) -> Cell:
    row = told["correction"]
    url = reverse("reading:correction", args=[row.pk])
    return Cell(row.case.receipt_number, url=url, about=told["item"].label)


def _state(told: dict[str, Any]) -> Sequence[Cell]:
    row = told["correction"]
    if row.done_at is None:
        return (status("person", "直す"), Cell(row.opened_at, small=True))
    return (status("success", "直した"), Cell(row.done_at, small=True), Cell(str(row.done_by), small=True))


def _work(told: dict[str, Any]) -> Sequence[Cell]:
    row = told["correction"]
    name = f"{row.case.receipt_number} {told['item'].label}"
    url = reverse("reading:correction", args=[row.pk])
    return () if row.done_at else (Cell("直す", url=url, about=name, button=True),)


CORRECTIONS = Listing(
    "reading.corrections",
    "基幹システムで直す値",
    "訂正",
    columns=(
        Column("receipt", "受付", _receipt, ("case__receipt_number",)),
        Column("target", "登録番号", lambda told: told["correction"].case.target_number),
        Column("item", "項目", lambda told: told["item"].label, ("field",)),
        Column("was", "登録した値", lambda told: told["was"] or "（空欄）"),
        Column("right", "正しい値", lambda told: told["right"] or "（空欄）"),
        Column("state", "状態", _state, ("done_at", "opened_at")),
        Column("work", "操作", _work, filed=False),
    ),
    rows=queries.corrections,
    nothing=Nothing(
        "基幹システムで直す値はありません",
        "入力済みの受付の値に誤りが見つかったら、受付の画面で「誤りを訂正する」を押します。",
    ),
    search=Search(
        lambda rows, text: rows.filter(case__receipt_number__contains=text),
        label="受付番号",
        also="receipt_number",
    ),
    filters=(
        Filter(
            "state",
            "状態",
            lambda: [("open", "直す"), ("done", "直した")],
            lambda rows, one: rows.filter(done_at__isnull=one == "open"),
        ),
    ),
    trail=READING,
)
