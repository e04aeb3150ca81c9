"""One case: all its values with their pictures, doubtful ones marked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.display import shown_value, source_label
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.services.reading.actions import questions as actions
from yakuba.services.reading.actions import sheets as sheets_actions
from yakuba.services.reading.actions.cases import missing_pages, sheets_of
from yakuba.services.reading.actions.sheets import OPEN_STATUSES
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.forms import AsideForm
from yakuba.services.reading.models import Question


@permission_required("reading.view")
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """All values of the case. Opening it is recorded."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    record("reading.case_viewed", subject=f"case:{row.pk}", actor=request.user)
    sheets = sheets_of(row)
    context = {
        "case": row,
        "sheets": sheets,
        "withdraw_form": AsideForm(auto_id="withdraw_%s"),
        "missing": missing_pages(row, sheets),
        "values": _values(row),
        "may_change": row.status in OPEN_STATUSES and bool(sheets),
    }
    return render(request, "reading/case.html", context)


def _values(case: Case) -> list[dict[str, Any]]:
    stored = {
        value.field: value for value in CaseValue.objects.filter(case=case).select_related("confirmed_by")
    }
    asked = {question.field: question for question in Question.objects.filter(case=case)}
    listed = []
    for item in case.procedure.definition.fields:
        value = stored.get(item.code)
        question = asked.get(item.code)
        waits = question is not None and question.state != Question.State.ANSWERED
        listed.append(
            {
                "item": item,
                "value": value,
                "shown": shown_value(item, value.value) if value else "",
                "source": source_label(value),
                "picture": bool(value and value.source.get("sheet")),
                "question": question if waits else None,
            }
        )
    return listed


@require_POST
@permission_required("reading.confirm")
def ask_again(request: HttpRequest, case_id: int, field: str) -> HttpResponse:
    """Open a value of the case once more and go to it."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    if field not in {item.code for item in row.procedure.definition.fields}:
        return redirect("reading:case", row.pk)
    try:
        question = actions.ask_again(row, field, actor=request.user)
    except WrongStep as refusal:
        messages.error(request, str(refusal))
        return redirect("reading:case", row.pk)
    return redirect("reading:question", question.pk)


@require_POST
@permission_required("reading.confirm")
def withdraw(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the whole case out of the work."""
    row = get_object_or_404(Case, pk=case_id)
    try:
        sheets_actions.withdraw(row, request.POST.get("reason", ""), actor=request.user)
        messages.success(request, "受付を取り下げました。用紙は「除外した用紙」から戻せます。")
    except WrongStep as refusal:
        messages.error(request, str(refusal))
    return redirect("reading:case", row.pk)
