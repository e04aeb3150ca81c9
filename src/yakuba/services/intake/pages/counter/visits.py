"""Visits: who stands at the counter, what is applied for, and what was taken today."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.persons.pages import ProbeForm
from yakuba.kernel.refusals import Conflict, Missing, said_as
from yakuba.kernel.ui import wording
from yakuba.services.intake.actions import counter, visits
from yakuba.services.intake.models import HandOverLayout, Visit
from yakuba.services.intake.operations import counter as operations
from yakuba.services.intake.queries import counter as queries
from yakuba.services.intake.queries import forms
from yakuba.services.intake.queries import navigator as life_events
from yakuba.services.queue import facade as queue

SHOWN = 20  # people that a search shows
GUARDED = "支援措置の人です。住所と電話は入れていません。本人に確かめて書いてください。"


@permission_required("intake.counter")
def index(request: HttpRequest) -> HttpResponse:
    """Begin a visit; below it the open ones, and what was taken today."""
    person = person_of(request)
    context = {
        "once": secrets.token_urlsafe(24),
        "called": queue.current(person),
        "own": Visit.objects.filter(closed_at=None, holder=person).order_by("-pk"),
        "others": Visit.objects.filter(closed_at=None)
        .exclude(holder=person)
        .select_related("holder")
        .order_by("-pk"),
        "taken": queries.taken_today(),
    }
    return render(request, "intake/counter/index.html", context)


@permission_required("intake.counter")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new visit; pressed twice, the same."""
    visit = visits.begin(request.POST.get("once", ""), actor=person_of(request))
    return redirect("intake:counter-visit", visit.pk)


@permission_required("intake.counter")
@require_POST
def take_over(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Go on with a colleague's visit."""
    visits.take_over(visit_id, actor=person_of(request))
    return redirect("intake:counter-visit", visit_id)


@permission_required("intake.counter")
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One visit: whom it is about, the applications, and what may be added."""
    row = visits.find(visit_id, actor=person_of(request))
    known = visits.known(row)
    context = {
        "visit": row,
        "person": {part: _shown(part, one.value) for part, one in known.person.items()},
        "drafts": queries.of_visit(row),
        "procedures": queries.procedures(),
        "life_events": life_events.told(),
        "handed": HandOverLayout.objects.exists(),
        "may_find": allowed(request.user, "persons.view"),
    }
    return render(request, "intake/counter/visit.html", context)


@permission_required("intake.counter")
def resident(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Find who stands at the counter; the choice is sent by number."""
    row = visits.find(visit_id, actor=person_of(request))
    back = reverse("intake:counter-visit", args=[row.pk])
    return _find(
        request, row, "来庁した人", back, lambda number: visits.choose(row, number, actor=person_of(request))
    )


@permission_required("intake.counter")
def other(request: HttpRequest, counter_draft_id: int, role_number: int) -> HttpResponse:
    """Find whom a form names besides, as a child."""
    draft = counter.find(counter_draft_id, actor=person_of(request))
    people = forms.parsed(draft.form).persons
    if draft.sent or draft.visit is None or not 1 <= role_number < len(people):
        raise Conflict("このフォームに、その人の欄はありません。")
    back = reverse("intake:counter-go", args=[draft.pk])
    return _find(
        request,
        draft.visit,
        people[role_number].label,
        back,
        lambda number: counter.choose_other(draft, role_number, number, actor=person_of(request)),
    )


def _find(request: HttpRequest, row: Visit, label: str, back: str, choose: Any) -> HttpResponse:
    require(request.user, "persons.view")
    number = request.POST.get("chosen", "") if request.method == "POST" else ""
    if number:
        if choose(number[:20]):
            messages.warning(request, GUARDED)
        return redirect(back)
    form = ProbeForm(request.POST if request.method == "POST" else None)
    found = visits.search(form.probe(), actor=person_of(request)) if form.is_valid() else None
    people = [(one, _shown("birth", one.entry.birth)) for one in found.candidates[:SHOWN]] if found else []
    context = {"visit": row, "form": form, "found": found, "label": label, "people": people, "back": back}
    context["more"] = found is not None and len(found.candidates) > SHOWN
    return render(request, "intake/counter/resident.html", context, status=422 if form.errors else 200)


def _shown(part: str, value: str) -> str:
    """A piece of a person as staff read it."""
    return wording.wareki(date.fromisoformat(value), weekday=False) if part == "birth" and value else value


@permission_required("intake.counter")
@require_POST
def add(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One more application of the visit; the one that is begun already, if there is one."""
    row = visits.find(visit_id, actor=person_of(request))
    procedure = Procedure.objects.filter(code=request.POST.get("procedure", "")).first()
    if procedure is None:
        raise Missing("手続を選んでください。")
    with said_as(Conflict, f"「{procedure.title}」のフォームは、いまの手続に合いません。"):
        draft = counter.add_form(row, procedure, actor=person_of(request))
    return redirect("intake:counter-go", draft.pk)


@permission_required("intake.counter")
@require_POST
def drop(request: HttpRequest, counter_draft_id: int) -> HttpResponse:
    """The resident does not want it after all: nothing of it is left."""
    draft = counter.find(counter_draft_id, actor=person_of(request))
    visit_id = draft.visit_id
    if counter.drop(draft, actor=person_of(request)):
        messages.success(request, f"「{draft.form.procedure.title}」をやめました。")
    return redirect("intake:counter-visit", visit_id)


@permission_required("intake.counter")
@require_POST
def end(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The resident goes."""
    operations.end_visit(person_of(request), visit_id=visit_id)
    messages.success(request, "受け付けを終わりました。聞いたことは消しました。")
    return redirect("intake:counter")
