"""Plans of rounds: the list, one plan with its map and rounds, its stops, its paper and its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of, proof
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.actions import rounds_plans
from yakuba.services.fieldwork.contracts import PlanState
from yakuba.services.fieldwork.engine.rounds.entries import STOP_HEAD, STOP_REQUIRED
from yakuba.services.fieldwork.forms.rounds import PlanForm, StopForm
from yakuba.services.fieldwork.models import Crew, RoundPlan, RoundVersion
from yakuba.services.fieldwork.operations import rounds as operations
from yakuba.services.fieldwork.pages.rounds_crews import above_for
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_figures, rounds_showing, rounds_telling

STATES = {
    PlanState.DRAFT: "waiting",
    PlanState.PLANNING: "waiting",
    PlanState.FAILED: "warning",
    PlanState.READY: "waiting",
    PlanState.PUBLISHED: "success",
    PlanState.CLOSED: "stopped",
}
STOP_TABLE = importing.TableKind(
    "fieldwork.stops",
    "訪問先",
    tuple(TableColumn(name, required=name in STOP_REQUIRED) for name in STOP_HEAD),
)
PLANS = Listing(
    "fieldwork.rounds",
    "巡回計画",
    "計画",
    columns=(
        Column(
            "title",
            "名前",
            lambda row: Cell(row.title, url=reverse("fieldwork:round_plan", args=[row.pk])),
            ("title", "pk"),
        ),
        Column("day", "始めの日", lambda row: row.first_day, ("first_day", "pk")),
        Column("days", "日数", lambda row: row.days, ("days", "pk"), number=True),
        Column("stops", "訪問先", lambda row: row.stops_number, ("stops_number", "pk"), number=True),
        Column(
            "state",
            "状態",
            lambda row: status(STATES[PlanState(row.state)], row.get_state_display()),
            ("state", "first_day", "pk"),
        ),
    ),
    rows=queries.plans,
    nothing=Nothing(
        "巡回計画はまだありません",
        "班を登録してから計画を作り、訪問先を入れると、回り方を計算できます。",
        ("計画を作る", reverse_lazy("fieldwork:new_round_plan")),
    ),
    search=Search(lambda rows, text: rows.filter(title__icontains=text), label="名前"),
    filters=(Filter("state", "状態", PlanState.choices),),
    actions=(
        ("計画を作る", reverse_lazy("fieldwork:new_round_plan")),
        ("班", reverse_lazy("fieldwork:crews")),
        ("道路と道のり", reverse_lazy("fieldwork:roads")),
        ("結果の数", reverse_lazy("fieldwork:round_figures")),
    ),
    sort="-day",
)


@permission_required("fieldwork.rounds")
def rounds(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, PLANS)


@permission_required("fieldwork.plan_rounds")
def new_round_plan(request: HttpRequest) -> HttpResponse:
    """A new plan."""
    listed = [(row.pk, row.name) for row in Crew.objects.filter(active=True).order_by("name")]
    initial = {"first_day": timezone.localdate(), "crews": [key for key, _ in listed]}
    form = PlanForm(request.POST or None, initial=initial, crews=listed)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            made = operations.make_plan(person_of(request), **form.cleaned_data)
            messages.success(request, "計画を作りました。次に、訪問先を入れます。")
            return redirect("fieldwork:round_plan", made.pk)
    context = {"form": form, "crews": listed}
    return render(request, "fieldwork/rounds/new_plan.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.rounds")
@require_safe
def round_plan(request: HttpRequest, round_plan_id: int) -> HttpResponse:
    """One plan: its next step, its map, its rounds, what is left out, its stops."""
    plan = _plan(round_plan_id)
    version = queries.current(plan)
    closed = rounds_telling.holidays_of(plan)
    context: dict[str, Any] = {
        "plan": plan,
        "kind": STATES[PlanState(plan.state)],
        "days": [rounds_telling.day_words(plan, number) for number in range(plan.days)],
        "holidays": bool(closed),
        "holiday_words": f"{'、'.join(closed)}。班は曜日ごとの働く時間で計画します。休むなら、この日を入れない計画にしてください。",
        "crews": queries.crews_of(plan),
        "stops": rounds_showing.stops_shown(plan),
        "changeable": plan.state in rounds_plans.CHANGEABLE,
        "manages": allowed(request.user, "fieldwork.plan_rounds"),
        "work": work_of(rounds_plans.JOB, plan.job_key),
        "changes": queries.open_changes(plan),
        "versions": queries.versions(plan),
        "version": version,
    }
    if version:
        context |= rounds_showing.shown(version, _day(request, plan))
    return render(request, "fieldwork/rounds/plan.html", context)


@permission_required("fieldwork.rounds")
@require_safe
def round_version(request: HttpRequest, round_plan_id: int, version_number: int) -> HttpResponse:
    """A version of a plan, whether it holds or not."""
    plan = _plan(round_plan_id)
    version = get_object_or_404(RoundVersion.objects.select_related("plan"), plan=plan, number=version_number)
    context = {"plan": plan, "version": version} | rounds_showing.shown(version, _day(request, plan))
    return render(request, "fieldwork/rounds/version.html", context)


def _day(request: HttpRequest, plan: RoundPlan) -> int | None:
    """Which day's map is asked for, 0 the first."""
    given = request.GET.get("day", "")
    return int(given) if given.isascii() and given.isdigit() and int(given) < plan.days else None


def _plan(round_plan_id: int) -> RoundPlan:
    found: RoundPlan = get_object_or_404(queries.plans(), pk=round_plan_id)
    return found


@permission_required("fieldwork.plan_rounds")
def new_round_stop(request: HttpRequest, round_plan_id: int) -> HttpResponse:
    """One more stop of a plan that is not given out yet."""
    plan = _plan(round_plan_id)
    form = StopForm(request.POST or None, skills=list(queries.skills()))
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            made = operations.add_round_stop(person_of(request), round_plan_id=plan.pk, **form.cleaned_data)
            messages.success(request, f"「{made.title}」を入れました。")
            return redirect("fieldwork:round_plan", plan.pk)
    context = {"form": form, "plan": plan}
    return render(request, "fieldwork/rounds/stop.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.plan_rounds")
def load_round_stops(request: HttpRequest, round_plan_id: int) -> HttpResponseBase:
    """Stops out of a table, looked at before."""
    plan = _plan(round_plan_id)

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = rounds_plans.load_stops(plan.pk, file, renamed, actor=person_of(request))
        messages.success(request, f"{number}件の訪問先を入れました。")
        return redirect("fieldwork:round_plan", plan.pk)

    above = above_for(request, (plan.title, reverse("fieldwork:round_plan", args=[plan.pk])))
    lead = "1行に1件。件名と緯度・経度のほかは、空でもかまいません。"
    return importing.respond(
        request,
        STOP_TABLE,
        lambda listed: rounds_plans.table_faults(plan, listed),
        take,
        importing.ImportPage(above, lead),
    )


def _to_plan(outcome: Any) -> str:
    return reverse("fieldwork:round_plan", args=[outcome.pk])


remove_round_stop = button(operations.remove_round_stop, _to_plan, "訪問先を外しました。")
plan_rounds = button(operations.plan_rounds, _to_plan, "計算を始めました。できると、ここに出ます。")
publish_rounds = button(operations.publish_rounds, _to_plan, "班に出しました。「今日の巡回」に並びます。")
close_rounds = button(operations.close_rounds, _to_plan, "この計画を終えました。")


@permission_required("fieldwork.rounds")
@require_safe
def round_file(request: HttpRequest, round_plan_id: int, rounds_form: str) -> HttpResponseBase:
    """The rounds to take along."""
    if rounds_form not in ("xlsx", "utf-8", "cp932", "json", "geojson"):
        raise Http404
    return operations.take_rounds(person_of(request), round_plan_id=round_plan_id, form=rounds_form).answer()


@permission_required("fieldwork.rounds")
@require_safe
def round_paper(request: HttpRequest, round_plan_id: int) -> HttpResponseBase:
    """A4, a page for each crew and day."""
    proof.require(request.user)
    plan = _plan(round_plan_id)
    version = get_object_or_404(RoundVersion.objects.select_related("plan"), pk=operations.current_of(plan))
    context = {
        "plan": plan,
        "version": version,
        "sheets": rounds_showing.sheets(version),
        "municipality": current_municipality(),
        "lines": rounds_telling.LINES,
    }
    content = to_pdf(render_to_string("fieldwork/rounds/paper.html", context))
    record(
        "fieldwork.plan_printed", subject=f"plan:{plan.pk}", actor=person_of(request), version=version.number
    )
    return Download(f"rounds-{plan.pk}-{version.number}.pdf", "application/pdf", content).answer()


@permission_required("fieldwork.rounds")
@require_safe
def round_record(request: HttpRequest, round_plan_id: int) -> HttpResponse:
    """What crews said of a plan's stops, and whether the audit record says the same."""
    plan = _plan(round_plan_id)
    events = list(queries.events_of(plan).prefetch_related("photos"))
    stops = {event.stop_id: event.stop for event in events}
    faults = [
        f"「{row.title}」：{sentence}"
        for row in stops.values()
        for sentence in rounds_figures.disagreements(row, [one for one in events if one.stop_id == row.pk])
    ]
    return render(request, "fieldwork/rounds/record.html", {"plan": plan, "events": events, "faults": faults})


@permission_required("fieldwork.rounds")
@require_safe
def round_figures(request: HttpRequest) -> HttpResponse:
    """Minutes planned and done, and the factor that driven metres say."""
    found = rounds_figures.figures(timezone.localdate())
    context = {"figures": found, "least": rounds_figures.LEAST_DRIVEN}
    return render(request, "fieldwork/rounds/figures.html", context)
