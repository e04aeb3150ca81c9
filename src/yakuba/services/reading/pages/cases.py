"""What is done with a case from its page. The page itself is the ledger's; its old address leads there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.models import Case
from yakuba.services.reading.actions import questions as actions


@permission_required("reading.view")
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Lead to the case's one page."""
    return redirect("ledger:case", get_object_or_404(Case, pk=case_id).pk)


@require_POST
@permission_required("reading.confirm")
def ask_again(request: HttpRequest, case_id: int, field: str) -> HttpResponse:
    """Open a value of the case once more and go to it."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    if field not in {item.code for item in row.procedure.definition.fields}:
        return redirect("ledger:case", row.pk)
    question = actions.ask_again(row, field, actor=person_of(request))
    return redirect("reading:question", question.pk)
