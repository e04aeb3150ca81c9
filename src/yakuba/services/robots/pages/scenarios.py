"""The list of robots, one scenario in readable steps, and its register entry."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.lists.shown import Part
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots.actions import scenarios as actions
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.forms import RegisterForm
from yakuba.services.robots.models import Run, Scenario, ScenarioVersion
from yakuba.services.robots.operations import lanes as lane_operations
from yakuba.services.robots.operations import load_scenario
from yakuba.services.robots.pages.lists import RUNS, SCENARIOS
from yakuba.services.robots.queries import lanes as fast_lane
from yakuba.services.robots.queries import register, runs, steps

RECENT = 10
LOADING = DefinitionPage(
    "シナリオ",
    (("ロボット", "robots:index"),),
    lead="新しいシナリオの責任者は、登録した人になります。古い版は残ります。",
)


@permission_required("robots.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """What robots there are, what waits for them, and what they did last."""
    return respond(request, SCENARIOS, "robots/index.html", lambda wanted: _beside(request.user))


def _beside(user: Any) -> dict[str, Any]:
    undecided = runs.undecided().count()
    with_robot = set(Scenario.objects.filter(in_use=True).values_list("procedure", flat=True))
    return {
        "without_robot": [one for one in runs.ready_by_procedure() if one.pk not in with_robot],
        "recent": Part(RUNS, runs.runs()[:RECENT], user),
        "undecided": undecided,
        "undecided_title": f"ロボットが決められない申請が{undecided}件あります",
        "missing": missing(str(settings.YAKUBA.chromium)),
    }


@permission_required("robots.view")
def scenario(request: HttpRequest, scenario_id: int, number: int = 0) -> HttpResponse:
    """One scenario: register, steps in words, versions. `number` shows an old version; 0 the newest."""
    row = get_object_or_404(register.scenarios(), pk=scenario_id)
    versions = list(row.versions.select_related("loaded_by").order_by("-version"))
    shown = (
        get_object_or_404(ScenarioVersion, scenario=row, version=number)
        if number
        else register.latest_version(row) or versions[0]
    )
    context: dict[str, Any] = {
        "scenario": row,
        "versions": versions,
        "shown": shown,
        "obstacles": register.obstacles(row),
        "review_due": register.review_is_due(row),
        "lane": fast_lane.facts(row),
        "lane_row": fast_lane.fast_lane_of(register.latest_version(row)),
        "runs": Run.objects.filter(scenario=row).select_related("started_by").order_by("-pk")[:RECENT],
    }
    parsed, unfit = attempt(register.parsed, shown)
    if parsed is not None:
        context |= {"parsed": parsed, "sections": steps.sections(parsed)}
    elif unfit is not None:
        context["problems"] = unfit.problems
    return render(request, "robots/scenario.html", context)


prove_lane = button(lane_operations.prove_lane, lambda run: reverse("robots:run", args=[run.pk]))
use_lane = button(lane_operations.use_lane, "robots:scenario", "次の実行から、高速入力を使います。")
leave_lane = button(lane_operations.leave_lane, "robots:scenario", "次の実行から、高速入力を使いません。")


@permission_required("robots.manage")
def load(request: HttpRequest) -> HttpResponse:
    """Load a scenario file, or a newer version of one."""

    def put(text: str) -> HttpResponse:
        version = load_scenario(person_of(request), text=text)
        messages.success(request, f"「{version.scenario}」の第{version.version}版を登録しました。")
        return redirect("robots:scenario", version.scenario_id)

    return load_definition(request, LOADING, put)


@permission_required("robots.manage")
def edit_register(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Change who answers for the robot."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    form = RegisterForm(request.POST or None, scenario=row)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            actions.set_register(
                row,
                owner=form.person("owner"),
                successor=form.person("successor"),
                review_on=form.cleaned_data["review_on"],
                in_use=form.cleaned_data["in_use"],
                actor=person_of(request),
            )
            messages.success(request, "台帳を更新しました。")
            return redirect("robots:scenario", row.pk)
    return render(
        request, "robots/register.html", {"form": form, "scenario": row}, status=422 if form.errors else 200
    )
