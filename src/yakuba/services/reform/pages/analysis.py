"""Where the hours of an inventory go, what may take them over, and whether they will do in the years to come."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui import wording
from yakuba.services.reform.contracts import Core, Means, StaffKind
from yakuba.services.reform.engine.outlook import YearHours, assumptions, first_short, years
from yakuba.services.reform.engine.suitability import verdicts
from yakuba.services.reform.forms.inventory import OutlookForm
from yakuba.services.reform.models import InventoryRound, Task
from yakuba.services.reform.queries import analysis as queries
from yakuba.services.reform.queries import outlook as outlooks
from yakuba.services.reform.queries.inventory import (
    TaskFacts,
    latest_round,
    rounds,
    task_facts,
    traits_of,
    without_answer,
)

ABOVE = ("業務量の分析", reverse_lazy("reform:analysis"))
NONE = "-"  # in an address: what nobody filled in


@permission_required("reform.inventory")
def analysis(request: HttpRequest) -> HttpResponse:
    """All figures and pictures of one round."""
    row = latest_round(request.GET.get("round", ""))
    if row is None:
        return render(request, "reform/analysis.html", {"round": None})
    found = queries.hours(row)
    steps = queries.proposals(row)
    per_person = float(value("reform.hours_per_person"))
    costs = queries.costs(row)
    context = {
        "round": row,
        "rounds": rounds(),
        "found": found,
        "waiting": without_answer(row),
        "charts": [queries.shares_chart(found), queries.class_map(found)],
        "core": queries.by(row, "core", Core),
        "staff": queries.by(row, "staff", StaffKind),
        "core_chart": queries.core_chart(row),
        "months": queries.months_chart(row),
        "costs": costs,
        "cost": sum(one.yen or 0 for one in costs),
        "unpriced": [one.label for one in costs if one.price is None],
        "steps": steps,
        "freed": sum(one.freed for one in steps),
        "remaining": queries.remaining_chart(steps),
        "persons": found.total / per_person,
        "per_person": per_person,
        "table": [
            (one, [(name, one.by_class.get(name)) for name in found.classes]) for one in found.sections
        ],
        "totals": [(name, found.of_class(name)) for name in found.classes],
    }
    return render(request, "reform/analysis.html", context)


def _hours(row: TaskFacts) -> Cell:
    if row.minutes_a_year is None:
        return Cell(None, shown="（未記入）")
    hours = float(row.minutes_a_year) / 60
    return Cell(round(hours, 2), shown=f"{wording.grouped(hours, 1)}時間")


def _freed(row: TaskFacts) -> Cell | None:
    hours = float(row.freed) / 60
    return Cell(round(hours, 2), shown=f"{wording.grouped(hours, 1)}時間") if hours else None


def _proposed(row: TaskFacts) -> list[Cell]:
    told = [Cell(row.verdict.means.label)]
    if row.verdict.means != Means.PERSON:
        told.append(Cell(row.verdict.fit.label, small=True))
    return told


def _contains(rows: list[TaskFacts], text: str) -> list[TaskFacts]:
    return [row for row in rows if text in row.name or text in row.process or text in row.step]


def _tasks(row: InventoryRound) -> Listing:
    facts = task_facts(row)
    sections = sorted({(str(one.section_id), one.section) for one in facts}, key=lambda one: one[1])
    classes = sorted({one.work_class for one in facts})

    def equal(name: str) -> Any:
        return lambda rows, wanted: [
            one for one in rows if str(getattr(one, name)) == ("" if wanted == NONE else wanted)
        ]

    def words(kind: Any) -> list[tuple[str, str]]:
        return [*kind.choices(), (NONE, queries.NOT_SAID)]

    return Listing(
        "reform.tasks",
        f"{row.title}の作業",
        "作業",
        columns=(
            Column("section", "課", lambda one: one.section, ("section", "process", "pk")),
            Column("process", "業務", lambda one: one.process, ("process", "pk")),
            Column("name", "作業", lambda one: Cell(one.name, url=reverse("reform:task", args=[one.pk])), ("name", "pk")),
            Column("class", "事務分類", lambda one: one.work_class or queries.UNNAMED, ("work_class", "pk")),
            Column("core", "コア", lambda one: Core(one.core).label if one.core else queries.NOT_SAID, ("core", "pk")),
            Column("hours", "時間（1年）", _hours, ("minutes_a_year",), number=True),
            Column("means", "提案", _proposed, ("means", "pk")),
            Column("freed", "減る時間", _freed, ("freed",), number=True),
        ),
        rows=lambda: facts,
        nothing=Nothing("作業はまだありません", "課が業務棚卸しに書くと、ここに並びます。"),
        search=Search(_contains, "業務、工程、作業の名前"),
        filters=(
            Filter("section", "課", lambda: sections, equal("section_id")),
            Filter("class", "事務分類", lambda: [(one or NONE, one or queries.UNNAMED) for one in classes], equal("work_class")),
            Filter("core", "コア", lambda: words(Core), equal("core")),
            Filter("staff", "実施者", lambda: words(StaffKind), equal("staff")),
            Filter("means", "提案", Means.choices, equal("means")),
        ),
        sort="-hours",
        trail=(ABOVE,),
        remembered=False,
    )  # fmt: skip


@permission_required("reform.inventory")
def listing(request: HttpRequest, inventory_id: int) -> HttpResponseBase:
    """Every task of a round, narrowed by what a figure was added up from."""
    row = get_object_or_404(InventoryRound.objects, pk=inventory_id)
    return respond(request, _tasks(row))


@permission_required("reform.inventory")
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: what was filled in, and how each means fits it, with the reasons."""
    rows = Task.objects.select_related("process", "work_class", "section__department", "round")
    row = get_object_or_404(rows, pk=task_id)
    context = {"task": row, "verdicts": verdicts(traits_of(row)), "row": row.row}
    return render(request, "reform/task.html", context)


@permission_required("reform.inventory")
def outlook(request: HttpRequest) -> HttpResponse:
    """The question of half the staff, with every assumption to be chosen."""
    row = latest_round(request.GET.get("round", ""))
    usual = outlooks.usual(row) if row else None
    if row is None or usual is None or not usual.hours:
        return render(request, "reform/outlook.html", {"round": None})
    initial = {"target": usual.target, "staff": 50, "work": 100, "done": usual.done}
    form = OutlookForm(request.GET if "target" in request.GET else None, initial=initial)
    asked = usual
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        asked = outlooks.with_choices(
            usual, given["target"], given["staff"] / 100, given["work"] / 100, given["done"]
        )
    try:
        found = years(asked)
    except ValueError as error:
        form.add_error("target", str(error))
        asked, found = usual, years(usual)
    last = found[-1]
    context = {
        "round": row,
        "form": form,
        "asked": asked,
        "found": found,
        "last": last,
        "short": first_short(found),
        "verdict": _verdict(found, asked.per_person),
        "chart": outlooks.outlook_chart(found),
        "assumptions": assumptions(asked),
        "noncore": asked.hours - asked.core,
    }
    return render(request, "reform/outlook.html", context, status=422 if form.errors else 200)


def _verdict(found: list[YearHours], per_person: float) -> str:
    """What the calculation says, in a sentence."""
    short, last = first_short(found), found[-1]
    persons = wording.grouped(abs(last.short) / per_person, 1)
    if short is None:
        return f"取組をすべて行えば、{last.year}年度に{wording.grouped(-last.short, 0)}時間（{persons}人分）残ります。"
    if last.short <= 1:
        return f"{short.year}年度から足りない年があり、{last.year}年度には足ります。取組を早めると、足りない年が減ります。"
    lacking = wording.grouped(last.short, 0)
    return f"取組をすべて行っても、{short.year}年度から足りず、{last.year}年度に{lacking}時間（{persons}人分）足りません。"
