"""Publication: proposed by one person, looked at and answered by another, and what of it is open."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.approvals import answering
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.minutes import operations
from yakuba.services.minutes.actions import publishing
from yakuba.services.minutes.forms import AnswerForm, ReasonForm
from yakuba.services.minutes.models import Meeting, Publication
from yakuba.services.minutes.queries import meetings as queries
from yakuba.services.minutes.queries import record

withdraw = button(operations.withdraw, "minutes:meeting", "公開をやめました。")


@permission_required("minutes.edit")
def propose(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """What is still to be decided; else the reason, and it goes to another person."""
    row = queries.meeting(person_of(request), meeting_id)
    form = ReasonForm(request.POST or None)

    def send() -> HttpResponse:
        publication = publishing.propose(row, form.cleaned_data["reason"], actor=person_of(request))
        messages.success(request, "承認に出しました。別の職員が承認すると公開されます。")
        return redirect("minutes:publication", publication.pk)

    context = {"row": row, "hindrances": record.hindrances(row)}
    return form_page(request, form, send, "minutes/propose.html", context)


@login_required
def publication(request: HttpRequest, record_id: int) -> HttpResponse:
    """The copy as it is to be published."""
    row = _publication(request, record_id)
    context = answering.beside(request, row) | {"content": row.content, "form": AnswerForm()}
    return render(request, "minutes/publication.html", context)


@require_POST
@login_required
def answer(request: HttpRequest, record_id: int) -> HttpResponse:
    """Approve it, or send it back."""
    row = _publication(request, record_id)
    told = "承認しました。公開されています。"
    answering.answer(request, row, publishing.approve, told, publishing.send_back)
    return redirect("minutes:publication", row.pk)


def _publication(request: HttpRequest, record_id: int) -> Publication:
    row: Publication = get_object_or_404(
        Publication.objects.select_related("proposed_by", "answered_by", "meeting"), pk=record_id
    )
    answering.require_sight(request, row, "minutes.view")
    if row.meeting.kind == Meeting.Kind.CONSULTATION:  # it became one after it had been proposed
        queries.meeting(person_of(request), row.meeting_id)
    return row
