"""Trying a designed form on filled sheets, comparing it with what is in use, and putting it into use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations.pages import typed
from yakuba.kernel.refusals import attempt
from yakuba.kernel.values import TYPES
from yakuba.services.reading.actions import designing_publish as actions
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus
from yakuba.services.reading.forms import SampleForm
from yakuba.services.reading.models import DesignedForm, DesignedTrial
from yakuba.services.reading.pages.designer import MANAGE
from yakuba.services.reading.queries import designs as queries

DECISIONS = {
    Decision.TRUSTED: ("success", "そのまま通る"),
    Decision.DOUBTFUL: ("person", "人が確かめる"),
    Decision.BLANK: ("info", "空欄"),
}


@require_POST
@permission_required(MANAGE)
def design_try(request: HttpRequest, design_id: int) -> HttpResponse:
    """Read filled sheets with the draft; the worker does it."""
    row = get_object_or_404(DesignedForm, pk=design_id)
    form = SampleForm(request.POST, request.FILES)
    file = typed(form)["sample"]
    trial = actions.try_samples(row, file.name or "", file, actor=person_of(request))
    return redirect("reading:design_trial", trial.pk)


@permission_required(MANAGE)
def design_trial(request: HttpRequest, trial_id: int) -> HttpResponse:
    """What a trial has read, and what of it would pass."""
    trial = get_object_or_404(DesignedTrial.objects.select_related("form"), pk=trial_id)
    fields = {one["code"]: one for one in trial.form.procedure_document["fields"]}
    pages = [_page(number, PageReading.from_json(one), fields) for number, one in enumerate(trial.result, 1)]
    count = sum(len(page["fields"]) for page in pages)
    passed = sum(page["passed"] for page in pages)
    context = {
        "trial": trial,
        "work": work_of("reading.try_form", f"trial-{trial.pk}"),
        "pages": pages,
        "fields": count,
        "passed": passed,
        "stale": trial.revision != trial.form.revision,
    }
    return render(request, "reading/design_trial.html", context)


def _page(number: int, reading: PageReading, known: dict[str, Any]) -> dict[str, Any]:
    fields = [
        {
            "label": one.label,
            "value": _shown(one, known.get(one.field, {}).get("options", {})),
            "decision": DECISIONS[one.decision],
            "message": one.message,
        }
        for one in reading.fields
    ]
    passed = sum(1 for one in reading.fields if one.decision is not Decision.DOUBTFUL)
    read = reading.status is PageStatus.READ
    return {"number": number, "read": read, "message": reading.message, "fields": fields, "passed": passed}


def _shown(one: FieldReading, options: dict[str, str]) -> str:
    """As staff read it; the draft may have another type or other options by now."""
    codes = one.value.split(",") if one.type in ("choice", "choices") else []
    if codes:
        return "、".join(options.get(code, code) for code in codes)
    return TYPES[one.type].shown(one.value) if one.type in TYPES else one.value


@permission_required(MANAGE)
def design_publish(request: HttpRequest, design_id: int) -> HttpResponse:
    """The draft beside what is in use; POST puts it into use."""
    row = get_object_or_404(DesignedForm, pk=design_id)
    if request.method == "POST":
        revision = request.POST.get("revision", "")
        number = int(revision) if revision.isdecimal() else -1
        form, refusal = attempt(actions.publish, row, number, actor=person_of(request))
        if form is not None:
            messages.success(request, f"「{form.title}」第{form.version}版を使い始めました。")
            return redirect("reading:form", form.pk)
    else:
        _, refusal = attempt(actions.check, row)
    context = {
        "design": row,
        "used": queries.in_force(row),
        "changes": queries.changes(row),
        "refusal": refusal,
        "fields": queries.field_count(row),
    }
    return render(
        request,
        "reading/design_publish.html",
        context,
        status=refusal.status if refusal and request.method == "POST" else 200,
    )
