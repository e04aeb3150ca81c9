"""保存期間と消去: the rules, what is due, and one erasure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.approvals import answering
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists.files import write
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry import audit_sentences
from yakuba.kernel.retention import actions, filebook, viewers
from yakuba.kernel.retention.models import Rule, Shredding
from yakuba.kernel.ui.forms import JapaneseDateField, TypedField

MANAGE = "retention.manage"


@permission_required(MANAGE)
def overview(request: HttpRequest) -> HttpResponse:
    """What is kept for how long, what is due, and what was erased."""
    rules = dict(Rule.objects.values_list("unit", "days"))
    units = [
        {"unit": unit, "days": rules.get(code), "due": len(actions.due(unit))}
        for code, unit in actions.units().items()
    ]
    rows = Shredding.objects.select_related("proposed_by").order_by("-pk")[:50]
    return render(request, "retention/overview.html", {"units": units, "rows": rows})


@require_POST
@permission_required(MANAGE)
def state(request: HttpRequest) -> HttpResponse:
    """Say for how long something is kept."""
    text = request.POST.get("days", "").strip()
    if text and not text.isdecimal():
        raise Invalid("日数は数字で入れてください。空にすると、消さずに残します。")
    actions.state(request.POST.get("unit", ""), int(text) if text else None, actor=person_of(request))
    messages.success(request, "保存期間を決めました。")
    return redirect("retention:overview")


@require_POST
@permission_required(MANAGE)
def propose(request: HttpRequest) -> HttpResponse:
    """Propose that what is due goes."""
    row = actions.propose(
        request.POST.get("unit", ""),
        request.POST.get("reason", ""),
        export="export" in request.POST,
        actor=person_of(request),
    )
    messages.success(request, "消去を起案しました。もう1人が承認すると消えます。")
    return redirect("retention:shredding", row.pk)


def _shredding(request: HttpRequest, shredding_id: int) -> Shredding:
    row: Shredding = get_object_or_404(
        Shredding.objects.select_related("proposed_by", "answered_by"), pk=shredding_id
    )
    answering.require_sight(request, row, MANAGE)
    return row


@login_required
def shredding(request: HttpRequest, shredding_id: int) -> HttpResponse:
    """One erasure: what goes, who decides, and the proof."""
    row = _shredding(request, shredding_id)
    context = answering.beside(request, row) | {"work": work_of(actions.JOB, row.job_key)}
    return render(request, "retention/shredding.html", context)


@require_POST
@login_required
def answer(request: HttpRequest, shredding_id: int) -> HttpResponse:
    """Approve it, or send it back."""
    row = _shredding(request, shredding_id)
    answering.answer(request, row, actions.approve, "承認しました。まもなく消えます。")
    return redirect("retention:shredding", row.pk)


@permission_required(MANAGE)
@step_up
def export(request: HttpRequest, shredding_id: int) -> HttpResponseBase:
    """What was written before."""
    file = actions.take_export(_shredding(request, shredding_id), actor=person_of(request))
    return Download(file.name, file.media_type, content_of(file)).answer()


@permission_required("retention.register")
def register(request: HttpRequest) -> HttpResponse:
    """個人情報ファイル簿, from what the parts and rooms declare."""
    return render(request, "retention/register.html", {"table": filebook.table()})


@permission_required("retention.register")
def register_file(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    return write(
        [filebook.table()], "personal-data-files", request.GET.get("form", "utf-8"), accept=True
    ).answer()


class PersonForm(forms.Form):
    """Whom it is about; it travels by POST, so that no address keeps it."""

    number = forms.CharField(label="宛名番号", max_length=20, required=False)
    name = TypedField("name", label="氏名", max_length=120, required=False)
    birth = JapaneseDateField(label="生年月日", required=False)

    def clean(self) -> None:
        """Somebody must be meant."""
        given = self.cleaned_data
        if not self.errors and not given.get("number") and not (given.get("name") and given.get("birth")):
            raise forms.ValidationError("宛名番号か、氏名と生年月日を入れてください。")


@permission_required("audit.view")
def looked_at(request: HttpRequest) -> HttpResponse:
    """Who looked at a resident. Asking is recorded."""
    form = PersonForm(request.POST or None)
    found = viewers.of(**form.cleaned_data) if request.method == "POST" and form.is_valid() else None
    sentences = audit_sentences()
    context: dict[str, Any] = {"form": form, "found": found}
    if found is not None:
        record("retention.viewers_listed", actor=person_of(request), cases=[case.pk for case in found.cases])
        context["rows"] = [
            {"event": event, "sentence": sentences.get(event.name, event.name)} for event in found.events
        ]
    return render(request, "retention/viewers.html", context, status=422 if form.errors else 200)
