"""Road sections on the map and in a list, and the order of repair."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.charts import line_chart
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.vision.contracts import Damage
from yakuba.services.vision.forms import SectionForm, SectionsFileForm
from yakuba.services.vision.models import RoadSection, SectionResult
from yakuba.services.vision.operations import roads as operations
from yakuba.services.vision.queries import pictures, roads

SIGNS = {Damage.LIGHT: "success", Damage.MIDDLE: "warning", Damage.HEAVY: "error", None: "neutral"}
TRAIL = (("道路の区間", reverse_lazy("vision:sections")),)
MOST_ROWS = 500

SECTIONS = Listing(
    "vision.sections",
    "道路の区間",
    "区間",
    columns=(
        Column("code", "番号", lambda one: Cell(one.row.code, url=reverse("vision:section", args=[one.row.pk])), ("code",)),
        Column("name", "路線名", lambda one: one.row.name, ("name", "code")),
        Column("metres", "延長（m）", lambda one: round(one.row.metres), ("metres",), number=True),
        Column("damage", "ひび割れ", lambda one: status(SIGNS[one.damage], one.words)),
        Column("trend", "前回との比較", lambda one: one.trend),
        Column("driven", "走った日", lambda one: one.now.on if one.now else None),
        Column("pictures", "写真", lambda one: one.now.pictures if one.now else 0, number=True),
        Column("traffic", "交通量（台/日）", lambda one: one.row.traffic, ("traffic",), number=True),
        Column("repaired", "前の修繕", lambda one: one.row.repaired_on, ("repaired_on",)),
    ),
    rows=roads.sections,
    each=roads.standings,
    nothing=Nothing("道路の区間はまだありません", "町の区間をファイルから入れるか、道路の解析の画面で、走った道から作ります。", ("区間をファイルから入れる", reverse_lazy("vision:load_sections"))),
    search=Search(lambda rows, text: rows.filter(code__icontains=text) | rows.filter(name__icontains=text), label="番号、路線名"),
    filters=(Filter("made", "作り方", lambda: [("town", "町が入れた"), ("drive", "走った道から作った")], lambda rows, chosen: rows.filter(made=chosen == "drive")),),
    actions=(("修繕の順番", reverse_lazy("vision:priorities")), ("区間をファイルから入れる", reverse_lazy("vision:load_sections")), ("GeoJSONで書き出す", reverse_lazy("vision:sections_geojson"))),
    taken="vision.export",
    sort="code",
)  # fmt: skip


@permission_required("vision.view")
def sections(request: HttpRequest) -> HttpResponseBase:
    """The list with its map."""
    return respond(
        request,
        SECTIONS,
        "vision/sections.html",
        lambda wanted: {
            "map": roads.section_map(roads.standings(list(roads.sections()[: roads.MOST_MAPPED])))
        },
    )


@permission_required("vision.view")
@require_safe
def section(request: HttpRequest, road_section_id: int) -> HttpResponse:
    """One section: every drive, and its pictures."""
    row = get_object_or_404(RoadSection.objects, pk=road_section_id)
    (standing,) = roads.standings([row])
    results = list(SectionResult.objects.filter(section=row).select_related("analysis").order_by("on", "pk"))
    told = [one for one in results if one.share is not None]
    labels = [f"{one.on:%Y/%m/%d} {one.analysis_id}" for one in told]
    chart = (
        line_chart(
            labels,
            {"ひび割れのある区画": [100 * (one.share or 0) for one in told]},
            title="走るたびの変化",
            unit="%",
        )
        if len(told) > 1
        else None
    )
    context = {
        "row": row, "standing": standing, "kind": SIGNS[standing.damage], "results": results[::-1], "chart": chart,
        "pictures": [(one, pictures.result(one)) for one in pictures.pictures().filter(section=row).order_by("-taken_at")[:60]],
    }  # fmt: skip
    return render(request, "vision/section.html", context)


@permission_required("vision.set")
def edit_section(request: HttpRequest, road_section_id: int) -> HttpResponse:
    """What is known of a section."""
    row = get_object_or_404(RoadSection.objects, pk=road_section_id)
    form = SectionForm(
        request.POST or None,
        initial={"name": row.name, "traffic": row.traffic, "repaired_on": row.repaired_on},
    )
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.set_section(person_of(request), road_section_id=row.pk, **form.cleaned_data)
            messages.success(request, f"区間 {row.code} を直しました。")
            return redirect("vision:section", row.pk)
    context = {
        "form": form,
        "title": f"区間 {row.code} を直す",
        "press": "直す",
        "back": reverse("vision:section", args=[row.pk]),
        "above": f"区間 {row.code}",
    }
    return render(request, "vision/form.html", context, status=422 if form.errors else 200)


@permission_required("vision.set")
@require_POST
def remove_section(request: HttpRequest, road_section_id: int) -> HttpResponse:
    """The section goes."""
    row = get_object_or_404(RoadSection.objects, pk=road_section_id)
    operations.remove_section(person_of(request), road_section_id=row.pk)
    messages.success(request, f"区間 {row.code} を消しました。写真は残っています。")
    return redirect("vision:sections")


@permission_required("vision.set")
def load_sections(request: HttpRequest) -> HttpResponse:
    """Sections out of a file."""
    form = SectionsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form, "file"):
            file = form.cleaned_data["file"]
            number = operations.load_sections(person_of(request), file=Upload(str(file.name), file.file))
            messages.success(request, f"{number}の区間を入れました。")
            return redirect("vision:sections")
    context = {
        "form": form,
        "title": "区間をファイルから入れる",
        "press": "入れる",
        "back": reverse("vision:sections"),
        "above": "道路の区間",
        "files": True,
    }
    return render(request, "vision/form.html", context, status=422 if form.errors else 200)


@permission_required("vision.export")
@require_safe
def sections_geojson(request: HttpRequest) -> HttpResponseBase:
    """All sections."""
    return operations.take_sections(person_of(request)).answer()


@permission_required("vision.export")
@require_safe
def priorities_csv(request: HttpRequest) -> HttpResponseBase:
    """The order of repair."""
    return operations.take_priorities(person_of(request)).answer()


@permission_required("vision.view")
@require_safe
def priorities(request: HttpRequest) -> HttpResponse:
    """Which section comes first, with the steps of each sum."""
    first, unmeasured = roads.priorities()
    context = {
        "first": [
            (place, standing, ranked, SIGNS[standing.damage])
            for place, (standing, ranked) in enumerate(first[:MOST_ROWS], 1)
        ],
        "unmeasured": unmeasured[:MOST_ROWS],
        "number": len(first),
        "lacking": len(unmeasured),
        "weights": roads.weights(),
    }
    return render(request, "vision/priorities.html", context)
