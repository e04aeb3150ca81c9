"""The day: what changes a plan, and the crews' phones. Everything works without JavaScript."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations.arguments import Upload
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.actions import rounds_changes
from yakuba.services.fieldwork.contracts import ChangeState, PlanState, StopKind, VisitKind
from yakuba.services.fieldwork.forms.rounds import CrewChangeForm, StopForm, VisitForm
from yakuba.services.fieldwork.models import (
    Crew,
    PlanCrew,
    Report,
    RoundChange,
    RoundPlan,
    RoundStop,
    RoundVersion,
    StopEvent,
    Trap,
    VisitPhoto,
)
from yakuba.services.fieldwork.operations import rounds_days as operations
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_showing, rounds_telling

SAID = {
    VisitKind.ARRIVED: "着いたと記録しました。",
    VisitKind.DONE: "済んだと記録しました。",
    VisitKind.FAILED: "できなかったと記録しました。",
}


@permission_required("fieldwork.plan_rounds")
def change_rounds(request: HttpRequest, round_plan_id: int) -> HttpResponse:
    """One more stop, or a crew that is late or out: what is to be answered."""
    plan = get_object_or_404(RoundPlan.objects, pk=round_plan_id)
    by_stop = request.POST.get("what") == "stop"
    posted = request.POST if request.method == "POST" else None
    stop_form = StopForm(posted if by_stop else None, prefix="stop", skills=list(queries.skills()))
    listed = [(row.pk, row.name) for row in queries.crews_of(plan)]
    crew_form = CrewChangeForm(None if by_stop else posted, prefix="crew", crews=listed)
    form = stop_form if by_stop else crew_form
    if posted is not None and form.is_valid():
        ask = operations.change_by_stop if by_stop else operations.change_by_crew
        with told_in(form):
            change = ask(person_of(request), round_plan_id=plan.pk, **form.cleaned_data)
            return redirect("fieldwork:round_change", change.pk)
    context = {
        "plan": plan,
        "stop_form": stop_form,
        "crew_form": crew_form,
        "open": queries.open_changes(plan),
    }
    return render(request, "fieldwork/rounds/change_rounds.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.rounds")
@require_safe
def round_change(request: HttpRequest, round_change_id: int) -> HttpResponse:
    """A change: how far it is, then both answers beside one another."""
    row = get_object_or_404(
        RoundChange.objects.select_related("plan", "crew", "stop", "asked_by", "decided_by"),
        pk=round_change_id,
    )
    versions = {one.kept: one for one in RoundVersion.objects.filter(change=row).select_related("plan")}
    before = RoundVersion.objects.select_related("plan").filter(plan=row.plan, number=row.based_on).first()
    compared = (
        rounds_telling.compared(before, versions[True], versions[False])
        if before and len(versions) == 2
        else None
    )
    context = {
        "change": row,
        "plan": row.plan,
        "kept": versions.get(True),
        "anew": versions.get(False),
        "before": before,
        "compared": compared,
        "work": work_of(rounds_changes.JOB, row.job_key),
        "is_open": row.state in (ChangeState.WAITING, ChangeState.READY, ChangeState.FAILED),
        "is_ready": row.state == ChangeState.READY,
        "is_waiting": row.state == ChangeState.WAITING,
        "manages": allowed(request.user, "fieldwork.plan_rounds"),
    }
    return render(request, "fieldwork/rounds/change.html", context)


@permission_required("fieldwork.plan_rounds")
@require_POST
def take_change(request: HttpRequest, round_change_id: int) -> HttpResponse:
    """One press takes one of the two."""
    kept = request.POST.get("kept") == "1"
    plan = operations.take_change(person_of(request), round_change_id=round_change_id, kept=kept)
    messages.success(
        request, "取り入れました。班の画面は、次に開いたときから新しい順番です。前の版も残っています。"
    )
    return redirect("fieldwork:round_plan", plan.pk)


drop_change = button(
    operations.drop_change,
    lambda row: reverse("fieldwork:round_plan", args=[row.plan_id]),
    "取りやめました。計画は前のままです。",
)


@permission_required("fieldwork.go_rounds")
@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """Which crew: plans that were given out, those of today first."""
    today = timezone.localdate()
    plans = [
        {"plan": plan, "crews": queries.crews_of(plan), "is_today": today in plan.dates}
        for plan in queries.published()[:20]
    ]
    plans.sort(key=lambda one: not one["is_today"])
    return render(request, "fieldwork/rounds/go.html", {"plans": plans})


@permission_required("fieldwork.go_rounds")
@require_safe
def go_crew(request: HttpRequest, round_plan_id: int, crew_id: int) -> HttpResponse:
    """The crew's day: the next stop big, the others below."""
    plan, crew = _crew(round_plan_id, crew_id)
    given = request.GET.get("day", "")
    day = rounds_showing.day_of(plan, crew, int(given) if given.isascii() and given.isdigit() else None)
    next_ = day.next
    context = {
        "plan": plan,
        "crew": crew,
        "day": day,
        "next": next_,
        "form": VisitForm(initial={"key": secrets.token_hex(16)}),
        "asks": rounds_showing.asks_of(next_.stop) if next_ else "",
        "others": _others(plan, crew),
    }
    return render(request, "fieldwork/rounds/go_crew.html", context)


def _others(plan: RoundPlan, crew: Crew) -> list[RoundStop]:
    """Stops that are in another crew's round, or in none, and that nobody has done."""
    version = queries.current(plan)
    rows = queries.rounds_of(version) if version else []
    own = {one.stop_id for row in rows if row.crew_id == crew.pk for one in row.listed}
    stops = [stop for stop in queries.stops_of(plan) if stop.pk not in own]
    said = queries.standings(stop.pk for stop in stops)
    return [stop for stop in stops if stop.pk not in said or not said[stop.pk].is_done]


def _crew(round_plan_id: int, crew_id: int) -> tuple[RoundPlan, Crew]:
    states = (PlanState.PUBLISHED, PlanState.CLOSED)
    plan = get_object_or_404(RoundPlan.objects.filter(state__in=states), pk=round_plan_id)
    found = get_object_or_404(PlanCrew.objects.select_related("crew"), plan=plan, crew=crew_id)
    return plan, found.crew


@permission_required("fieldwork.go_rounds")
def go_stop(request: HttpRequest, round_plan_id: int, crew_id: int, round_stop_id: int) -> HttpResponse:
    """One stop; POST says 着いた, 済んだ or できなかった."""
    plan, crew = _crew(round_plan_id, crew_id)
    stop = get_object_or_404(RoundStop.objects.filter(plan=plan), pk=round_stop_id)
    form = VisitForm(request.POST or None, request.FILES or None, initial={"key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid():
        kind = request.POST.get("kind", "")
        if kind not in [one.value for one in VisitKind]:
            raise Http404
        with told_in(form):
            operations.note_visit(person_of(request), **_said(form.cleaned_data, kind, stop, crew))
            messages.success(request, f"「{stop.title}」：{SAID[VisitKind(kind)]}")
            return redirect("fieldwork:go_crew", plan.pk, crew.pk)
    standing = queries.standings([stop.pk]).get(stop.pk, queries.Standing())
    context = {
        "plan": plan,
        "crew": crew,
        "stop": stop,
        "form": form,
        "asks": rounds_showing.asks_of(stop),
        "sign": rounds_showing.state_words(standing),
        "standing": standing,
        "report": Report.objects.filter(number=stop.ref).first() if stop.kind == StopKind.REPORT else None,
        "trap": Trap.objects.filter(code=stop.ref).first() if stop.kind == StopKind.TRAP else None,
        "events": StopEvent.objects.filter(stop=stop)
        .select_related("crew", "user")
        .prefetch_related("photos"),
    }
    return render(request, "fieldwork/rounds/go_stop.html", context, status=422 if form.errors else 200)


def _said(data: dict[str, Any], kind: str, stop: RoundStop, crew: Crew) -> dict[str, Any]:
    kilometres = data["kilometres"]
    return {
        "round_stop_id": stop.pk,
        "crew_id": crew.pk,
        "kind": kind,
        "key": data["key"],
        "reason": data["reason"] if kind == VisitKind.FAILED else "",
        "note": data["note"],
        "minutes": data["minutes"],
        "metres": None if kilometres is None else round(kilometres * 1000),
        "own_time": data["own_time"],
        "photos": [Upload(str(one.name), one.file) for one in data["photos"]],
    }


@permission_required("fieldwork.rounds")
@require_safe
def visit_photo(request: HttpRequest, visit_photo_id: int) -> HttpResponse:
    """A photograph that a crew took."""
    row = get_object_or_404(VisitPhoto.objects.select_related("file"), pk=visit_photo_id)
    return HttpResponse(content_of(row.file), content_type="image/jpeg")
