"""予定: what the clock begins, and the town's own open and closed days."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.schedules import actions, queries
from yakuba.kernel.schedules.forms import ScheduleForm, SpecialDayForm
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.ui.refusals import told_in
from yakuba.kernel.workdays.models import SpecialDay


@permission_required("schedules.manage")
def schedules(request: HttpRequest) -> HttpResponse:
    """All of them, and the special days. POST adds such a day."""
    form = SpecialDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.decide_day(
            given["day"], open=given["open"] == "yes", reason=given["reason"], actor=person_of(request)
        )
        messages.success(request, "特別な日を決めました。")
        return redirect("schedules:schedules")
    context = {
        "rows": queries.shown(person_of(request)),
        "days": SpecialDay.objects.order_by("day"),
        "form": form,
    }
    return render(request, "schedules/schedules.html", context, status=422 if form.errors else 200)


@permission_required("schedules.manage")
def new(request: HttpRequest) -> HttpResponse:
    """A new one."""
    return _edited(request, Schedule())


@permission_required("schedules.manage")
def schedule(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Change one; whoever does so answers for it from then on."""
    return _edited(request, get_object_or_404(Schedule, pk=schedule_id))


def _edited(request: HttpRequest, row: Schedule) -> HttpResponse:
    form = ScheduleForm(request.POST or None, instance=row, person=person_of(request))
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            kept = actions.keep(form.chosen(), actor=person_of(request))
            messages.success(request, f"予定「{queries.label(kept)}」を保存しました。")
            return redirect("schedules:schedules")
    context = {"form": form, "schedule": row, "label": queries.label(row) if row.pk else ""}
    return render(request, "schedules/schedule.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("schedules.manage")
def switch(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Off, or on again."""
    row = get_object_or_404(Schedule, pk=schedule_id)
    actions.switch(row, on="on" in request.POST, actor=person_of(request))
    return redirect("schedules:schedules")


@require_POST
@permission_required("schedules.manage")
def begin(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Begin it now."""
    actions.begin_now(get_object_or_404(Schedule, pk=schedule_id), actor=person_of(request))
    messages.success(request, "始めます。結果は「前回」に出ます。")
    return redirect("schedules:schedules")


@require_POST
@permission_required("schedules.manage")
def remove(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Take it away."""
    actions.remove(get_object_or_404(Schedule, pk=schedule_id), actor=person_of(request))
    messages.success(request, "予定を消しました。")
    return redirect("schedules:schedules")


@require_POST
@permission_required("schedules.manage")
def remove_day(request: HttpRequest, day_id: int) -> HttpResponse:
    """Let the law's calendar hold for that day again."""
    actions.forget_day(get_object_or_404(SpecialDay, pk=day_id), actor=person_of(request))
    return redirect("schedules:schedules")
