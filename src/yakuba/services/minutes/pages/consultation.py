"""A consultation becomes the fields of a procedure: suggested, looked at beside the sentence, and entered by a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of, require
from yakuba.kernel.ledger import queries as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, attempt
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.services.minutes.actions import consulting
from yakuba.services.minutes.models import Meeting
from yakuba.services.minutes.queries import consultation as suggested
from yakuba.services.minutes.queries import meetings as queries


@permission_required("minutes.consult")
def consultation(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Choose a procedure, then values."""
    row = queries.meeting(person_of(request), meeting_id)
    if row.kind != Meeting.Kind.CONSULTATION:
        raise Conflict("相談の記録ではありません。種類を「相談」にした会議録だけが、受付の項目になります。")
    code = request.POST.get("procedure", "") or request.GET.get("procedure", "")
    procedure = Procedure.objects.filter(code=code).first()
    fault = ""
    if request.method == "POST" and procedure is not None:
        require(request.user, "minutes.enter")
        entered, refused = attempt(_enter, request, row, procedure)
        if entered is not None:
            return entered
        fault = str(refused)
    context = {
        "row": row,
        "procedures": ledger.procedures(),
        "procedure": procedure,
        "fields": suggested.fields(row, procedure, request.POST) if procedure else [],
        "receipt": request.POST.get("receipt", ""),
        "fault": fault,
        "shown": shown_token(request.user, f"consultation:{row.pk}"),
    }
    return render(request, "minutes/consultation.html", context, status=422 if fault else 200)


def _enter(request: HttpRequest, row: Meeting, procedure: Procedure) -> HttpResponse:
    """Only what is ticked is entered, with what stands beside the tick."""
    person = person_of(request)
    values = {
        code: request.POST.get(f"value-{code}", "")
        for code in procedure.definition.by_code
        if f"use-{code}" in request.POST
    }
    seconds = seconds_since(request.POST.get("shown", ""), person, f"consultation:{row.pk}")
    done = consulting.enter(
        row, procedure, request.POST.get("receipt", ""), values, actor=person, seconds=seconds
    )
    messages.success(
        request, f"受付 {done.case.receipt_number} に、{'、'.join(done.entered) or 'なし'}を入れました。"
    )
    if done.kept:
        messages.warning(request, f"すでに値のある項目は変えていません：{'、'.join(done.kept)}")
    return redirect(f"{reverse('minutes:consultation', args=[row.pk])}?procedure={procedure.code}")
