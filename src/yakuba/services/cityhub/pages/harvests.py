"""Harvests by the sum of temperatures."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.kernel.ui.wording import wareki
from yakuba.services.cityhub.engine.degreedays import LEAST_YEARS, MOST_DAYS
from yakuba.services.cityhub.forms.harvests import HarvestForm
from yakuba.services.cityhub.models import HarvestPlan
from yakuba.services.cityhub.operations import harvests as operations
from yakuba.services.cityhub.queries import looking


def _days(row: HarvestPlan) -> str:
    if row.made_on is None:
        return "まもなく計算します"
    if row.reached:
        return f"{wareki(row.reached)}に達しました"
    if row.years < LEAST_YEARS:
        return f"同じ時期の値が{LEAST_YEARS}年ぶんないので、日は出しません（いま{row.years}年ぶん）"
    if row.earliest is None:
        return f"過去{row.years}年のどの年の気温でも、始めてから{MOST_DAYS}日のうちに達しません"
    middle = wareki(row.middle) if row.middle else "達しない"
    if row.latest is None:
        return f"早くて{wareki(row.earliest)}（まん中 {middle}、過去{row.years}年の気温から。達しない年もあります）"
    return f"{wareki(row.earliest)}〜{wareki(row.latest)}（まん中 {middle}、過去{row.years}年の気温から）"


HARVESTS = Listing(
    "cityhub.harvests",
    "収穫の見込み",
    "作物",
    columns=(
        Column(
            "title",
            "題名",
            lambda row: Cell(row.title, url=reverse("cityhub:edit_harvest", args=[row.pk])),
            ("title", "pk"),
        ),
        Column("days", "収穫の見込み", _days),
        Column("total", "積算温度（℃・日）", lambda row: round(row.total), ("total", "pk"), number=True),
        Column("target", "目標（℃・日）", lambda row: row.target, ("target", "pk"), number=True),
        Column("base", "基準温度（℃）", lambda row: row.base, ("base", "pk"), number=True),
        Column("begin", "積算を始めた日", lambda row: row.begin, ("begin", "pk")),
        Column("filled", "値のない日", lambda row: row.filled, ("filled", "pk"), number=True),
        Column("source", "出典", lambda row: row.source),
    ),
    rows=lambda: HarvestPlan.objects.order_by("title", "pk"),
    nothing=Nothing(
        "作物はまだありません",
        "気温の測定と、作物の基準温度・目標の積算温度を入れると、収穫の見込みの日が出ます。",
        ("作物を足す", reverse_lazy("cityhub:new_harvest")),
    ),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def harvests(request: HttpRequest) -> HttpResponseBase:
    """All crops."""
    return respond(request, HARVESTS, "cityhub/harvests.html")


@permission_required("cityhub.boards")
def new_harvest(request: HttpRequest) -> HttpResponse:
    """A crop."""
    return _edited(request, None)


@permission_required("cityhub.boards")
def edit_harvest(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Change a crop."""
    return _edited(request, get_object_or_404(HarvestPlan.objects, pk=plan_id))


def _edited(request: HttpRequest, row: HarvestPlan | None) -> HttpResponse:
    names = ("title", "series_id", "begin", "base", "target", "source")
    initial = {name: getattr(row, name) for name in names} if row else {}
    series = [(one.pk, f"{one.entity_id}　{one.attribute}") for one in looking.series()[:2_000]]
    form = HarvestForm(request.POST or None, series=series, initial=initial)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            person, given = person_of(request), form.cleaned_data
            if row is None:
                operations.make_harvest(person, **given)
            else:
                operations.change_harvest(person, plan_id=row.pk, **given)
            messages.success(request, "登録しました。数分で見込みの日が出ます。")
            return redirect("cityhub:harvests")
    context = {"form": form, "row": row}
    return render(request, "cityhub/edit_harvest.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("cityhub.boards")
def remove_harvest(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Away with it."""
    operations.remove_harvest(person_of(request), plan_id=plan_id)
    messages.success(request, "消しました。気温の値は残っています。")
    return redirect("cityhub:harvests")
