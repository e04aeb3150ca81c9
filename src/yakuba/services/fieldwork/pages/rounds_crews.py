"""Crews and roads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.arguments import Upload
from yakuba.kernel.operations.pages import button
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.actions import rounds_crews
from yakuba.services.fieldwork.engine.rounds.entries import CREW_HEAD, CREW_REQUIRED
from yakuba.services.fieldwork.engine.rounds.words import WEEKDAYS
from yakuba.services.fieldwork.forms.rounds import CrewForm, RoadsForm
from yakuba.services.fieldwork.models import Crew, RoadFile
from yakuba.services.fieldwork.operations import rounds_crews as operations
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_ways

ABOVE = ("巡回計画", reverse_lazy("fieldwork:rounds"))
TABLE = importing.TableKind(
    "fieldwork.crews", "班", tuple(TableColumn(name, required=name in CREW_REQUIRED) for name in CREW_HEAD)
)


def above_for(request: HttpRequest, page: tuple[str, str]) -> list[tuple[str, str]]:
    """What stands above an import, as far as the person may open it; who may open none goes back to the home page."""
    listed = [("巡回計画", reverse("fieldwork:rounds")), page]
    return [one for one in listed if may_open(request.user, one[1])] or [("ホーム", "/")]


def _works(row: Crew) -> str:
    return "".join(day for day, text in zip(WEEKDAYS, row.by_weekday, strict=True) if text)


CREWS = Listing(
    "fieldwork.crews",
    "班",
    "班",
    columns=(
        Column(
            "name",
            "班",
            lambda row: Cell(row.name, url=reverse("fieldwork:edit_crew", args=[row.pk])),
            ("name",),
        ),
        Column(
            "section", "課", lambda row: row.section.name if row.section else "", ("section__name", "name")
        ),
        Column("skills", "技能", lambda row: row.skills, ("skills", "name")),
        Column(
            "load", "積める量", lambda row: "限りなし" if row.load is None else row.load, ("load", "name")
        ),
        Column("place", "基地", lambda row: row.place, ("place", "name")),
        Column("days", "働く曜日", _works),
        Column(
            "state",
            "状態",
            lambda row: status("success", "使う") if row.active else status("stopped", "使わない"),
            ("active", "name"),
        ),
    ),
    rows=queries.crews,
    nothing=Nothing(
        "班はまだ登録されていません",
        "一つずつ登録するか、表で入れると、巡回を計画できます。",
        ("班を登録する", reverse_lazy("fieldwork:new_crew")),
    ),
    search=Search(queries.searched_crews, label="班、課、技能、基地"),
    filters=(
        Filter(
            "state",
            "状態",
            lambda: [("yes", "使う"), ("no", "使わない")],
            lambda rows, wanted: rows.filter(active=wanted == "yes"),
        ),
    ),
    actions=(
        ("班を登録する", reverse_lazy("fieldwork:new_crew")),
        ("表から入れる", reverse_lazy("fieldwork:load_crews")),
    ),
    taken="fieldwork.plan_rounds",
    trail=(ABOVE,),
)


@permission_required("fieldwork.rounds")
def crews(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, CREWS)


@permission_required("fieldwork.plan_rounds")
def new_crew(request: HttpRequest) -> HttpResponse:
    """Enter a crew."""
    return _edited(request, None)


@permission_required("fieldwork.plan_rounds")
def edit_crew(request: HttpRequest, crew_id: int) -> HttpResponse:
    """Change a crew."""
    return _edited(request, get_object_or_404(Crew.objects.select_related("section"), pk=crew_id))


def _edited(request: HttpRequest, row: Crew | None) -> HttpResponse:
    initial = CrewForm.of(queries.given_crew(row)) if row else None
    known, sections = list(queries.skills()), queries.sections()
    form = CrewForm(request.POST or None, initial=initial, skills=known, sections=sections)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = form.given
            fields = {name: getattr(given, name) for name in given.__dataclass_fields__ if name != "line"}
            fields["hours"] = list(given.hours)
            saved = operations.set_crew(person_of(request), crew_id=row.pk if row else None, **fields)
            messages.success(request, f"{saved}を登録しました。もうできている計画は変わりません。")
            return redirect("fieldwork:crews")
    context = {"form": form, "crew": row}
    return render(request, "fieldwork/rounds/crew.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.plan_rounds")
def load_crews(request: HttpRequest) -> HttpResponseBase:
    """Crews out of a table, looked at before."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = rounds_crews.load_crews(file, renamed, actor=person_of(request))
        messages.success(request, f"{number}の班を登録しました。")
        return redirect("fieldwork:crews")

    above = above_for(request, ("班", reverse("fieldwork:crews")))
    lead = "1行に1班。同じ名前の班は、表のとおりに変わります。月〜日の列には「8:30-17:15」、休憩の列には「12:00-12:30 60分」のように書きます。"
    return importing.respond(
        request, TABLE, rounds_crews.table_faults, take, importing.ImportPage(above, lead)
    )


@permission_required("fieldwork.rounds")
def roads(request: HttpRequest) -> HttpResponse:
    """How ways are measured; POST takes a road file."""
    form = RoadsForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        require(request.user, "fieldwork.plan_rounds")
        if form.is_valid():
            file = form.cleaned_data["file"]
            with told_in(form):
                upload = Upload(str(file.name), file.file)
                row = operations.take_roads(
                    person_of(request), file=upload, source=form.cleaned_data["source"]
                )
                messages.success(
                    request, f"{row.head['lines']:,}本の道路を入れました。これから、この道路で計算します。"
                )
                return redirect("fieldwork:roads")
    context = {
        "form": form,
        "roads": RoadFile.objects.select_related("loaded_by").order_by("-pk"),
        "in_use": rounds_ways.roads_in_use(),
        "factor": rounds_ways.factor(),
        "manages": allowed(request.user, "fieldwork.plan_rounds"),
    }
    return render(request, "fieldwork/rounds/roads.html", context, status=422 if form.errors else 200)


use_roads = button(
    operations.use_roads, lambda row: reverse("fieldwork:roads"), "これから、この道路で計算します。"
)
use_straight = button(
    operations.use_straight, lambda row: reverse("fieldwork:roads"), "これから、直線距離で計算します。"
)
