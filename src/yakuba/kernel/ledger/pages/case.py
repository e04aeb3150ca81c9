"""One case for all rooms: its values with where each came from, what to do next, and what each room adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import allowed, permission_required, person_of, used_manifests
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger import letters, life
from yakuba.kernel.ledger.by_hand import enter_by_hand, require_ready
from yakuba.kernel.ledger.display import change_label, event_label, source_label
from yakuba.kernel.ledger.forms import ByHandForm, StepForm
from yakuba.kernel.ledger.masking import reveals
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseLetter, CaseValue
from yakuba.kernel.ledger.sight import KIND, Sight, sight, without_places
from yakuba.kernel.ledger.workflow import LABELS, RESIDENT, Status
from yakuba.kernel.protection import policy
from yakuba.kernel.registry import CaseField, CasePart, resolve
from yakuba.kernel.ui.refusals import told_in


@permission_required("ledger.view")
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """The page. Opening it is recorded: who looked at whom."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    record("ledger.case_viewed", subject=f"case:{row.pk}", actor=person_of(request))
    return _page(request, row)


@permission_required("ledger.enter")
def by_hand(request: HttpRequest, case_id: int) -> HttpResponse:
    """Mark the case as entered by hand."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    if request.method != "POST":
        return redirect("ledger:case", row.pk)
    require_ready(row)  # the page has no form any more in which it could be told
    form = ByHandForm(request.POST, auto_id="by_hand_%s")
    if form.is_valid():
        given = form.cleaned_data
        seconds = float(given["minutes"]) * 60
        with told_in(form):
            enter_by_hand(row, given["number"], actor=person_of(request), seconds=seconds, note=given["note"])
            messages.success(request, f"受付 {row.receipt_number} を入力済みにしました。")
            return redirect("ledger:case", row.pk)
    return _page(request, row, by_hand_form=form, status=422)


@permission_required("ledger.move")
def step(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the case a step on in its life."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    if request.method != "POST":
        return redirect("ledger:case", row.pk)
    if (asked := request.POST.get("target", "")) in LABELS:
        life.require_offered(row, Status(asked))
    form = StepForm(request.POST, auto_id="step_%s", steps=life.offered(row))
    if form.is_valid():
        target = Status(form.cleaned_data["target"])
        with told_in(form):
            life.take(row, target, actor=person_of(request), reason=form.cleaned_data["reason"])
            messages.success(request, f"受付 {row.receipt_number} を「{LABELS[target]}」にしました。")
            return redirect("ledger:case", row.pk)
    return _page(request, row, step_form=form, status=422)


def _page(
    request: HttpRequest,
    row: Case,
    by_hand_form: ByHandForm | None = None,
    step_form: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    parts = [resolve(one.case_part)(request, row) for one in used_manifests(request.user) if one.case_part]
    definition, seen = row.procedure.definition, sight(request.user, row)
    events = [
        {
            "row": event,
            "label": event_label(event, definition),
            "change": change_label(event, definition, seen),
            "said": _said(event, row, seen),
        }
        for event in row.events.select_related("user").order_by("at", "pk")
    ]
    context = {
        "case": row,
        "steps": [step for part in parts for step in part.steps],
        "links": [link for part in parts for link in part.links],
        "notes": [note for part in parts for note in part.notes],
        "panels": [panel for part in parts for panel in part.panels],
        "values": _value_rows(row, parts, seen),
        "events": events,
        "covered": bool(policy.under(KIND, [row.pk])),
        "hidden": seen.hidden,
        "masked": _may_reveal(request, row, seen),
        "kind": KIND,
        "told": RESIDENT[Status(row.status)],
        "letters": CaseLetter.objects.filter(case=row).select_related("made_by").order_by("-pk"),
        "letter_kind": letters.kind_for(row) if allowed(request.user, "ledger.letters") else None,
    }
    if row.status == Status.READY and allowed(request.user, "ledger.enter"):
        context["by_hand_form"] = by_hand_form or ByHandForm(auto_id="by_hand_%s")
    if allowed(request.user, "ledger.move") and (steps := life.offered(row)):
        context["step_form"] = step_form or StepForm(auto_id="step_%s", steps=steps)
    return render(request, "ledger/case.html", context, status=status)


def _may_reveal(request: HttpRequest, row: Case, seen: Sight) -> bool:
    """Whether something is masked that a proof would show."""
    fields = row.procedure.definition.fields
    return not seen.revealed and reveals(request.user) and any(item.kind.masked for item in fields)


def _said(event: CaseEvent, row: Case, seen: Sight) -> dict[str, str]:
    """What people wrote down, without what is hidden."""
    texts = {key: str(event.details.get(key) or "") for key in ("reason", "note")}
    return {key: without_places(row, text) if seen.hidden and text else text for key, text in texts.items()}


def _value_rows(case: Case, parts: Sequence[CasePart], seen: Sight) -> list[dict[str, Any]]:
    values = CaseValue.objects.filter(case=case).select_related("confirmed_by")
    stored = {value.field: value for value in values}
    return [
        {
            "label": item.label,
            "value": _shown(item, stored, seen),
            "row": stored.get(item.code),
            "source": source_label(stored.get(item.code)),
            "more": _together([part.fields[item.code] for part in parts if item.code in part.fields]),
        }
        for item in case.procedure.definition.fields
    ]


def _shown(item: FieldDefinition, stored: Mapping[str, CaseValue], seen: Sight) -> str:
    return seen.shown(item, stored[item.code].value) if item.code in stored else ""


def _together(fields: Sequence[CaseField]) -> CaseField:
    """What all rooms say of one value: the first picture and note there are, and every link."""
    return CaseField(
        picture=next((one.picture for one in fields if one.picture), ""),
        note=next((one.note for one in fields if one.note), None),
        links=tuple(link for one in fields for link in one.links),
    )
