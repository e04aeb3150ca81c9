"""The record of a meeting: what the head of the minutes says, matters and votes, and the documents."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.refusals import Missing
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.minutes import operations
from yakuba.services.minutes.actions import deciding
from yakuba.services.minutes.contracts import Form
from yakuba.services.minutes.engine import layout
from yakuba.services.minutes.forms import MatterForm, RecordForm
from yakuba.services.minutes.models import Matter, Meeting
from yakuba.services.minutes.queries import meetings as queries


@permission_required("minutes.edit")
def record(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """What the head of the minutes says."""
    row = queries.meeting(person_of(request), meeting_id)
    kinds = queries.kinds_for(request.user)
    # The form works on a row of its own: what is refused must not show as if it were kept.
    form = RecordForm(request.POST or None, instance=Meeting.objects.get(pk=row.pk), kinds=kinds)

    def keep() -> HttpResponse:
        deciding.set_record(row, form.cleaned_data, actor=person_of(request))
        messages.success(request, "会議の記録を残しました。")
        return redirect("minutes:record", row.pk)

    matters = Matter.objects.filter(meeting=row).order_by("pk")
    return form_page(request, form, keep, "minutes/record.html", {"row": row, "matters": matters})


@permission_required("minutes.edit")
def matter(request: HttpRequest, meeting_id: int, matter_id: int | None = None) -> HttpResponse:
    """A matter with its outcome, new or mended."""
    row = queries.meeting(person_of(request), meeting_id)
    found = Matter.objects.filter(meeting=row, pk=matter_id).first() if matter_id else Matter()
    if found is None:
        raise Missing("その議案はありません。会議の記録から選び直してください。")
    form = MatterForm(request.POST or None, instance=found)

    def keep() -> HttpResponse:
        deciding.set_matter(row, form.save(commit=False), actor=person_of(request))
        messages.success(request, "議案と結果を残しました。")
        return redirect("minutes:record", row.pk)

    return form_page(request, form, keep, "minutes/matter.html", {"row": row, "matter": found})


@permission_required("minutes.edit")
@require_POST
def drop_matter(request: HttpRequest, meeting_id: int, matter_id: int) -> HttpResponse:
    """Take a matter out."""
    deciding.drop_matter(queries.meeting(person_of(request), meeting_id), matter_id, actor=person_of(request))
    messages.success(request, "議案を消しました。")
    return redirect("minutes:record", meeting_id)


@permission_required("minutes.view")
def documents(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The choice of documents; with `form`, the document."""
    row = queries.meeting(person_of(request), meeting_id)
    if "form" not in request.GET:
        names = [(one.value, layout.NAMES[one]) for one in Form]
        return render(request, "minutes/documents.html", {"row": row, "names": names})
    asked = {name: request.GET[name] for name in ("form", "file", "which") if name in request.GET}
    made = operations.document(
        person_of(request), meeting_id=row.pk, vertical="vertical" in request.GET, **asked
    )
    return made.answer()
