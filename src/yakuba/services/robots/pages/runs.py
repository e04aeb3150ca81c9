"""Starting a run, watching it, and the buttons beside it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots import operations
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.forms import ResumeForm, StartForm
from yakuba.services.robots.models import Run
from yakuba.services.robots.pages.lists import RUNS, rows_of
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries import runs as queries
from yakuba.services.robots.queries.lanes import lanes_of, why_lapsed


@permission_required("robots.run")
def start(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Which cases, how many, and whether only to rehearse."""
    scenario = get_object_or_404(register.scenarios(), pk=scenario_id)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            run = operations.create_run(person_of(request), scenario=scenario.pk, **form.cleaned_data)
            return redirect("robots:run", run.pk)
    waiting = Case.objects.filter(procedure=scenario.procedure, status=Status.READY).order_by("pk")
    context = {
        "form": form,
        "scenario": scenario,
        "version": register.latest_version(scenario),
        "waiting": waiting.count(),
        "first": waiting[:5],
        "obstacles": register.obstacles(scenario),
        "missing": missing(str(settings.YAKUBA.chromium)),
    }
    return render(request, "robots/start.html", context, status=422 if form.errors else 200)


@permission_required("robots.view")
def runs(request: HttpRequest) -> HttpResponseBase:
    """All runs, newest first."""
    return respond(request, RUNS)


@permission_required("robots.view")
def run(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """One run; while it is under way the page renews its live part by itself."""
    row = get_object_or_404(queries.runs(), pk=run_id)
    now = queries.progress(row)
    context = {
        "run": row,
        "now": now,
        "counts": [(state, number) for state, number in now.counts.items()],
        "picture": queries.last_picture(row),
        "lanes": lanes_of(row),
        "lapsed": why_lapsed(row),
        "failed": queries.failed(row),
        "undecided": 0 if row.dry_run else now.counts.get(RowState.UNDECIDED, 0),
        "resume_form": ResumeForm(initial={"first_row": row.first_row}),
    }
    return respond(request, rows_of(row, now), "robots/run.html", lambda wanted: context)


resume = button(
    operations.resume_run,
    "robots:run",
    lambda run: f"{run.first_row}行目から再開しました。",
    of=Run,
    form=ResumeForm,
    otherwise="始める行は1以上の数字で入力してください。",
)
pause = button(
    operations.pause_run, "robots:run", "一時停止を指示しました。いまの操作が済みしだい止まります。"
)
stop = button(
    operations.stop_run, "robots:run", "中止を指示しました。まだ入力していない申請は「入力待ち」に戻ります。"
)
retry = button(operations.retry_run, "robots:run", "失敗した行をもう一度流します。")
