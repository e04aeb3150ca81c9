"""A letter to the applicant of a case: filled in, looked over, made, and taken along again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger import letters
from yakuba.kernel.ledger.forms import LetterForm
from yakuba.kernel.ledger.models import Case, CaseLetter
from yakuba.kernel.ledger.sight import KIND, sight
from yakuba.kernel.protection.policy import require_released
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.ui.refusals import told_in
from yakuba.kernel.values import calendar

WRITE = "ledger.letters"


@permission_required(WRITE)
def make(request: HttpRequest, case_id: int) -> HttpResponse:
    """What the letter says, to be checked. POST makes it."""
    row = get_object_or_404(Case.objects.select_related("procedure", "municipality"), pk=case_id)
    kind = letters.kind_for(row)
    if kind is None:
        raise Conflict("補正待ちか却下の受付で、申請者への通知を作れます。")
    usual = letters.likely(row, sight(request.user, row)) | {"day": calendar.written(timezone.localdate())}
    form = LetterForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            letters.make(row, form.draft(), actor=person_of(request))
            messages.success(request, f"{kind.label}を作りました。「申請者への通知」から取り出してください。")
            return redirect("ledger:case", row.pk)
    record("ledger.case_viewed", subject=f"case:{row.pk}", actor=person_of(request))
    context = {"case": row, "kind": kind, "form": form, "left_empty": letters.left_empty(row)}
    return render(request, "ledger/letter.html", context, status=422 if form.errors else 200)


@permission_required(WRITE)
def pdf(request: HttpRequest, letter_id: int) -> HttpResponseBase:
    """The letter as it was made."""
    row = get_object_or_404(CaseLetter.objects.select_related("pdf"), pk=letter_id)
    require_released(request.user, KIND, row.case_id)
    record("ledger.letter_taken", subject=f"case:{row.case_id}", actor=person_of(request))
    return Download(f"letter-{row.pk}.pdf", "application/pdf", content_of(row.pdf)).answer()
