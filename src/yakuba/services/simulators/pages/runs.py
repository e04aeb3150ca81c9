"""Results that were kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Refused, attempt
from yakuba.services.simulators import queries
from yakuba.services.simulators.contracts import Calculator
from yakuba.services.simulators.engine import CALCULATORS, read
from yakuba.services.simulators.engine.reading import written
from yakuba.services.simulators.models import KeptRun
from yakuba.services.simulators.operations import runs as operations
from yakuba.services.simulators.queries import shown

ABOVE = ("通信シミュレータ", reverse_lazy("simulators:index"))


def _label(run: KeptRun) -> str:
    calculator = queries.calculator_of(run)
    return calculator.label if calculator else run.calculator


RUNS = Listing(
    "simulators.runs",
    "残した結果",
    "結果",
    columns=(
        Column(
            "name",
            "名前",
            lambda row: Cell(row.name, url=reverse("simulators:run", args=[row.pk])),
            ("name",),
        ),
        Column("calculator", "計算", _label, ("calculator",)),
        Column("sentence", "答え", lambda row: row.sentence),
        Column("created", "残した日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
        Column("by", "職員", lambda row: str(row.created_by or "")),
    ),
    rows=queries.runs,
    nothing=Nothing(
        "残した結果はまだありません",
        "計算の画面で名前を付けて残すと、ここに並びます。",
        ("計算を選ぶ", reverse_lazy("simulators:index")),
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="名前"),
    filters=(Filter("calculator", "計算", lambda: [(one.code, one.label) for one in CALCULATORS.values()]),),
    trail=(ABOVE,),
    actions=(("結果を並べて比べる", reverse_lazy("simulators:compare")),),
)


@permission_required("simulators.view")
def runs(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, RUNS)


@permission_required("simulators.view")
def run(request: HttpRequest, kept_run_id: int) -> HttpResponse:
    """Inputs and figures as they were, and as today's formulas answer where these have changed."""
    row = get_object_or_404(KeptRun.objects.select_related("created_by"), pk=kept_run_id)
    calculator = queries.calculator_of(row)
    context: dict[str, Any] = {
        "run": row,
        "label": _label(row),
        "figures": row.figures,
        "calculator": calculator,
    }
    if calculator is not None:
        context |= {
            "inputs": shown.inputs_in_words(calculator, row.inputs),
            "again": f"{reverse(f'simulators:{calculator.code}')}?{urlencode(_typed(calculator, row))}",
            "older": row.version != calculator.version,
        }
        if row.version != calculator.version:
            outcome, refusal = attempt(lambda: calculator.calculate(read(calculator, row.inputs)))
            context |= {"today": outcome and outcome.sentence, "refusal": refusal}
    return render(request, "simulators/run.html", context)


def _typed(calculator: Calculator, row: KeptRun) -> dict[str, str]:
    known = {one.name for one in calculator.inputs}
    return {
        name: written(value) if isinstance(value, int | float) else str(value)
        for name, value in row.inputs.items()
        if name in known
    }


@require_POST
@permission_required("simulators.keep")
def discard(request: HttpRequest, kept_run_id: int) -> HttpResponse:
    """Gone for good."""
    row = get_object_or_404(KeptRun, pk=kept_run_id)
    operations.discard_run(person_of(request), kept_run_id=row.pk)
    messages.success(request, f"「{row}」を捨てました。")
    return redirect("simulators:runs")


@permission_required("simulators.view")
def compare(request: HttpRequest) -> HttpResponse:
    """Choose results of one calculator, and see them side by side."""
    code = request.GET.get("calculator", "")
    calculator = CALCULATORS.get(code) or next(
        (CALCULATORS[one.calculator] for one in queries.runs()[:1] if one.calculator in CALCULATORS),
        next(iter(CALCULATORS.values())),
    )
    numbers = [
        int(one)
        for one in request.GET.getlist("run")[:50]
        if one.isascii() and one.isdecimal() and len(one) < 16
    ]
    context: dict[str, Any] = {
        "calculator": calculator,
        "calculators": list(CALCULATORS.values()),
        "offered": queries.runs(calculator.code)[: queries.MOST_OFFERED],
        "chosen_numbers": numbers,
    }
    if numbers:
        try:
            chosen = operations.chosen_runs(numbers)
            own = queries.calculator_of(chosen[0]) or calculator
            context |= {"chosen": chosen, "rows": shown.compared(own, chosen)}
        except Refused as refusal:
            context["refusal"] = refusal
    return render(request, "simulators/compare.html", context, status=422 if "refusal" in context else 200)
