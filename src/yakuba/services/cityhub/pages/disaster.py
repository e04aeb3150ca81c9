"""Warnings, shelters and closed roads, as staff keep them during a disaster."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.operations.arguments import Upload
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.engine.disaster import HEADS, DisasterSort
from yakuba.services.cityhub.forms.disaster import DisasterForm, DisasterTableForm, ShelterStateForm
from yakuba.services.cityhub.models import Shelter
from yakuba.services.cityhub.operations import disaster as operations
from yakuba.services.cityhub.queries import disaster as queries
from yakuba.services.cityhub.queries import levels

WORDS = {
    DisasterSort.WARNINGS: "気象警報など",
    DisasterSort.SHELTERS: "避難所",
    DisasterSort.CLOSURES: "通行止め",
}


@permission_required("cityhub.view")
def disaster(request: HttpRequest) -> HttpResponse:
    """All of it on one page, as it stands now."""
    context = {
        "standing": levels.standing(),
        "warnings": queries.warnings(),
        "shelters": [
            (row, ShelterStateForm(initial={"state": row.state, "people": row.people}, prefix=f"s{row.pk}"))
            for row in queries.shelters()[: queries.MOST_SHELTERS]
        ],
        "more_shelters": max(0, queries.shelters().count() - queries.MOST_SHELTERS),
        "closures": queries.closures(),
        "closure_map": queries.closure_map(),
        "rivers": queries.rivers(),
        "issues": allowed(request.user, "cityhub.issue"),
        "public": bool(value("cityhub.levels_public")),
        "town": current_municipality(),
        "note": queries.NOTE,
    }
    return render(request, "cityhub/disaster.html", context)


def _sort(name: str) -> DisasterSort:
    try:
        return DisasterSort(name)
    except ValueError:
        raise Http404 from None


@permission_required("cityhub.issue")
def enter_disaster(request: HttpRequest, disaster_sort: str) -> HttpResponse:
    """Enter one of them."""
    sort = _sort(disaster_sort)
    form = DisasterForm(sort, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = operations.enter_disaster(person_of(request), sort=sort, cells=form.cells)
            messages.success(request, f"「{row}」を入れました。公開のページに出ます。")
            return redirect("cityhub:disaster")
    context = {"form": form, "word": WORDS[sort], "sort": sort}
    return render(request, "cityhub/enter_disaster.html", context, status=422 if form.errors else 200)


@permission_required("cityhub.issue")
def load_disaster(request: HttpRequest, disaster_sort: str) -> HttpResponse:
    """A table of them, all or nothing."""
    sort = _sort(disaster_sort)
    form = DisasterTableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            file = form.cleaned_data["file"]
            number = operations.load_disaster(
                person_of(request), sort=sort, file=Upload(file.name, file.file)
            )
            messages.success(request, f"{number}件を入れました。公開のページに出ます。")
            return redirect("cityhub:disaster")
    context = {"form": form, "word": WORDS[sort], "sort": sort, "heads": HEADS[sort]}
    return render(request, "cityhub/load_disaster.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("cityhub.issue")
def end_disaster(request: HttpRequest, disaster_sort: str, disaster_id: int) -> HttpResponse:
    """It is over."""
    row = operations.end_disaster(person_of(request), sort=_sort(disaster_sort), disaster_id=disaster_id)
    messages.success(request, f"「{row}」を解除しました。")
    return redirect("cityhub:disaster")


@require_POST
@permission_required("cityhub.issue")
def set_shelter(request: HttpRequest, shelter_id: int) -> HttpResponse:
    """How full it is."""
    row = get_object_or_404(Shelter.objects, pk=shelter_id)
    form = ShelterStateForm(request.POST, prefix=f"s{row.pk}")
    if form.is_valid():
        operations.set_shelter(person_of(request), shelter_id=row.pk, **form.cleaned_data)
        messages.success(request, "避難所のようすを変えました。公開のページに出ます。")
    else:
        messages.error(request, "変えていません。状態を選び、人数は0からの整数で書いてください。")
    return redirect("cityhub:disaster")


@permission_required("cityhub.issue")
@step_up
def handover(request: HttpRequest) -> HttpResponseBase:
    """The file that staff carry."""
    return operations.make_handover(person_of(request)).answer()
