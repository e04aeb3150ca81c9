"""Initiatives: what they save and cost, when that has come back, and the report for the assembly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.reform import queries as effects
from yakuba.services.reform.contracts import Means
from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.engine.published import PUBLISHED
from yakuba.services.reform.engine.returns import RISKS, in_words
from yakuba.services.reform.forms.initiatives import InitiativeForm
from yakuba.services.reform.forms.register import WhyForm
from yakuba.services.reform.models import Initiative
from yakuba.services.reform.operations import initiatives as operations
from yakuba.services.reform.pages.papers import paper
from yakuba.services.reform.queries import initiatives as queries
from yakuba.services.reform.queries.initiatives import Reckoned

ABOVE = ("取組", reverse_lazy("reform:initiatives"))
KINDS = {"proposed": "waiting", "running": "success", "stopped": "stopped"}
ON_PAPER = 7  # initiatives of a kind in the report, which has two pages; those with the most hours
DRAWN = 5  # of these in a picture
REMARKS = 4  # of these with their remark
LISTED_AT_ONCE = 12  # in the picture of the page


def _hours(one: Reckoned) -> list[Cell]:
    told = [Cell(round(float(one.saved), 1), shown=f"{wording.grouped(one.saved, 1)}時間")]
    return [*told, Cell("測った値" if one.measured else "見積もり", small=True)]


def _payback(one: Reckoned) -> Cell:
    if one.price is None:
        return Cell(None, shown="（単価なし）")
    years = None if one.payback is None else round(float(one.payback), 1)
    return Cell(years, shown=in_words(one.payback))


LISTED = Listing(
    "reform.initiatives",
    "取組",
    "取組",
    columns=(
        Column("title", "取組", lambda one: Cell(one.title, url=reverse("reform:initiative", args=[one.pk])), ("title",)),
        Column("means", "手段", lambda one: one.row.get_means_display(), ("row.means", "title")),
        Column("state", "状態", lambda one: status(KINDS[one.row.state], one.row.get_state_display()), ("row.state", "title")),
        Column("saved", "減る時間（1年）", _hours, ("saved",), number=True),
        Column("rate", "削減率", lambda one: None if one.rate is None else wording.percent(one.rate), ("rate",), number=True),
        Column("payback", "費用が戻るまで", _payback, ("payback",), number=True),
    ),
    rows=list,
    nothing=Nothing(
        "取組はまだありません",
        "ロボットやAIなどの取組を登録すると、減る時間と、費用がいつ戻るかが出ます。",
        ("取組を登録する", reverse_lazy("reform:new_initiative")),
    ),
    filters=(
        Filter("state", "状態", lambda: Initiative.State.choices, lambda rows, wanted: [one for one in rows if one.row.state == wanted]),
        Filter("means", "手段", Means.choices, lambda rows, wanted: [one for one in rows if one.row.means == wanted]),
    ),
    actions=(
        ("取組を登録する", reverse_lazy("reform:new_initiative")),
        ("議会への報告（PDF）", reverse_lazy("reform:assembly-pdf")),
        ("公表された効果と比べる", reverse_lazy("reform:published")),
    ),
    remembered=False,
)  # fmt: skip


@permission_required("reform.inventory")
def initiatives(request: HttpRequest) -> HttpResponseBase:
    """All of them with their figures."""
    rows = queries.reckoned()
    beside = {
        "together": queries.Together(rows),
        "chart": queries.hours_chart(rows[:LISTED_AT_ONCE]),
        "any": bool(rows),
    }
    return respond(
        request, replace(LISTED, rows=lambda: rows), "reform/initiatives.html", lambda wanted: beside
    )


@permission_required("reform.inventory")
def initiative(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """One of them: hours, money over the years, and what money does not say."""
    row = get_object_or_404(Initiative.objects.select_related("department", "changed_by"), pk=initiative_id)
    (found,) = queries.reckoned(Initiative.objects.filter(pk=row.pk).select_related("department"))
    context = {
        "one": found,
        "row": row,
        "risks": [label for label, _ in RISKS],
        "chart": queries.gain_chart(found),
        "why": WhyForm(),
    }
    return render(request, "reform/initiative.html", context)


@permission_required("reform.manage")
def new_initiative(request: HttpRequest) -> HttpResponse:
    """A new one."""
    form = InitiativeForm(request.POST or None, initial={"year": queries.fiscal_year()})

    def add() -> HttpResponse:
        found = operations.add_initiative(
            person_of(request), **{name: value for name, value in form.given.items() if name != "seen"}
        )
        messages.success(request, "取組を登録しました。")
        return redirect("reform:initiative", found.pk)

    return form_page(request, form, add, "reform/edit_initiative.html", {"title": "取組を登録する"})


@permission_required("reform.manage")
def edit_initiative(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """Its terms."""
    row = get_object_or_404(Initiative.objects, pk=initiative_id)
    title = str(row)
    form = InitiativeForm(request.POST or None, instance=row)

    def change() -> HttpResponse:
        try:
            operations.change_initiative(person_of(request), initiative_id=row.pk, **form.given)
        except Conflict:  # told once: who registers again means it
            form.data = sent = request.POST.copy()
            sent["seen"] = Initiative.objects.get(pk=row.pk).changed_at.isoformat()
            raise
        messages.success(request, "取組を直しました。")
        return redirect("reform:initiative", row.pk)

    context = {"title": f"{title}を直す", "initiative_id": row.pk}
    return form_page(request, form, change, "reform/edit_initiative.html", context)


@permission_required("reform.inventory")
def published(request: HttpRequest) -> HttpResponse:
    """What other municipalities published, with the interval where the time before was not."""
    return render(request, "reform/published.html", {"rows": PUBLISHED})


def _assembly() -> dict[str, Any]:
    rows = [one for one in queries.reckoned() if one.row.state != Initiative.State.STOPPED]
    running = [one for one in rows if one.row.state == Initiative.State.RUNNING]
    proposed = [one for one in rows if one.row.state == Initiative.State.PROPOSED]
    measured = [one for one in effects.effects() if one.cases]
    return {
        "running": running[:ON_PAPER],
        "proposed": proposed[:ON_PAPER],
        "both": (running[:ON_PAPER], proposed[:ON_PAPER]),
        "left_out": len(rows) - len(running[:ON_PAPER]) - len(proposed[:ON_PAPER]),
        "together": queries.Together(running),
        "planned": queries.Together(proposed),
        "chart": queries.hours_chart(running[:DRAWN]),
        "worse": any(one.saved < 0 for one in rows),
        "worth": queries.worth_chart(rows[:DRAWN]),
        "effects": measured[:DRAWN],
        "effects_left_out": len(measured[DRAWN:]),
        "remarks": [one for one in (*running[:ON_PAPER], *proposed[:ON_PAPER]) if one.row.remarks][:REMARKS],
        "total": total(measured),
        "criteria": list(queries.CRITERIA.values()),
    }


@permission_required("reform.inventory")
def assembly_pdf(request: HttpRequest) -> HttpResponseBase:
    """Two pages for the assembly."""
    return paper(request, "assembly", "reform/assembly_paper.html", "reform.assembly_made", _assembly())
