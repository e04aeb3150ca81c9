"""Values that came in another unit than their series has, and what becomes of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.actions.other_units import decision_of
from yakuba.services.cityhub.forms.other_units import OtherUnitForm
from yakuba.services.cityhub.models import OtherUnit
from yakuba.services.cityhub.operations import other_units as operations
from yakuba.services.cityhub.queries import looking
from yakuba.services.cityhub.queries import other_units as queries

SHOWN = 20  # of the values that wait
State = OtherUnit.State


def _state(row: OtherUnit) -> Cell:
    words = {State.WAITING: "決めていない", State.DISCARDED: "捨てる"}
    if row.state == State.TAKEN:
        same = row.factor == 1 and row.offset == 0
        return status("success", "そのまま入れる" if same else f"×{row.factor:g} {row.offset:+g} で入れる")
    return status("waiting" if row.state == State.WAITING else "success", words[State(row.state)])


OTHERS = Listing(
    "cityhub.other_units",
    "単位の合わない値",
    "単位",
    columns=(
        Column(
            "entity",
            "実体",
            lambda row: Cell(row.series.entity_id, url=reverse("cityhub:other_unit", args=[row.pk])),
            ("series__entity_id", "pk"),
        ),
        Column("attribute", "属性", lambda row: row.series.attribute, ("series__attribute", "pk")),
        Column("own", "系列の単位", lambda row: row.series.unit),
        Column("unit", "届いた単位", lambda row: row.unit, ("unit", "pk")),
        Column("came", "届いた数", lambda row: row.came, ("came", "pk"), number=True),
        Column("waits", "待っている値", lambda row: row.waits, ("waits", "pk"), number=True),
        Column("state", "扱い", _state, ("state", "pk")),
    ),
    rows=queries.others,
    nothing=Nothing(
        "単位の合わない値はありません",
        "ためている単位へ換算できない単位で値が届くと、ここに並び、扱いを決めるまで測定には入りません。",
    ),
    search=Search(queries.searched, label="実体か属性"),
    filters=(Filter("state", "扱い", lambda: list(State.choices), queries.in_state),),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def other_units(request: HttpRequest) -> HttpResponseBase:
    """All of them."""
    return respond(request, OTHERS, "cityhub/other_units.html")


@permission_required("cityhub.manage")
def other_unit(request: HttpRequest, other_id: int) -> HttpResponse:
    """One: what came, and what becomes of it."""
    row = get_object_or_404(queries.others(), pk=other_id)
    form = OtherUnitForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.decide_other_unit(person_of(request), other_id=row.pk, **form.decision())
            messages.success(request, "扱いを決めました。これから届く値も同じに扱います。")
            return redirect("cityhub:other_units")
    context = {
        "row": row,
        "sentence": queries.sentence_of(row),
        "readings": [(looking.moment(one.at), one.number) for one in row.readings.order_by("-at")[:SHOWN]],
        "form": form,
        "shown": SHOWN,
    }
    return render(request, "cityhub/other_unit.html", context, status=422 if form.errors else 200)


def _initial(row: OtherUnit) -> dict[str, Any]:
    same = row.factor == 1 and row.offset == 0
    choice = ("as_is" if same else "converted") if row.state == State.TAKEN else row.state
    found: dict[str, Any] = {"choice": choice, "note": row.note, "before": decision_of(row)}
    return found if same else found | {"factor": row.factor, "offset": row.offset}
