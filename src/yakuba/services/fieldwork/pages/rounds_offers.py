"""Reports and traps chosen for a plan of rounds, by one press."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.refusals import Invalid
from yakuba.services.fieldwork.engine.rounds.entries import PRIORITIES
from yakuba.services.fieldwork.models import RoundPlan
from yakuba.services.fieldwork.operations import rounds_offers as operations
from yakuba.services.fieldwork.queries import rounds_offers as queries


@permission_required("fieldwork.plan_rounds")
def round_offers(request: HttpRequest, round_plan_id: int) -> HttpResponse:
    """What may be put in, what is urgent chosen already; POST puts in what is chosen."""
    plan = get_object_or_404(RoundPlan.objects, pk=round_plan_id)
    if request.method == "POST":
        operations.offer_round_stops(
            person_of(request),
            round_plan_id=plan.pk,
            reports=_numbers(request, "report"),
            traps=_numbers(request, "trap"),
        )
        messages.success(request, "選んだものを訪問先に入れました。")
        return redirect("fieldwork:round_plan", plan.pk)
    see = {
        "reports": queries.reports_for(plan) if allowed(request.user, "fieldwork.view") else [],
        "traps": queries.traps_for(plan) if allowed(request.user, "fieldwork.wildlife") else [],
    }
    context = {"plan": plan, "open": plan.state in queries.FILLABLE} | see
    return render(request, "fieldwork/rounds/offers.html", context)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """Those that are chosen. Raises Invalid."""
    given = request.POST.getlist(name)
    if not all(one.isascii() and one.isdecimal() and len(one) < 19 for one in given):
        raise Invalid("選んだものが読めません。画面を開き直して、もう一度選んでください。")
    return [int(one) for one in given]


@permission_required("fieldwork.plan_rounds")
@require_POST
def report_to_rounds(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report, from its page."""
    stop = operations.report_to_rounds(
        person_of(request), report_id=report_id, plan=request.POST.get("plan", "")
    )
    messages.success(request, f"計画「{stop.plan.title}」に入れました（優先：{PRIORITIES[stop.priority]}）。")
    return redirect("fieldwork:report", report_id)
