"""Runs: start, progress, certificate, results by facility and by child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.charts import histogram
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.refusals import Invalid
from yakuba.services.nursery.actions.runs import unchanged
from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.forms.rounds import StartForm
from yakuba.services.nursery.models import Application, Facility, Run
from yakuba.services.nursery.operations import runs as operations
from yakuba.services.nursery.pages import result_lists
from yakuba.services.nursery.queries import covering, names
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries.certificate import certificate
from yakuba.services.nursery.queries.finding import round_of, run_of

SHOWN_BLOCKING = 100


@require_POST
@permission_required("nursery.run")
def start(request: HttpRequest, round_id: int) -> HttpResponse:
    """Calculate the round as it stands."""
    round_of(round_id)  # before anything is said of the form
    form = StartForm(request.POST)
    if not form.is_valid():
        raise Invalid("かけてよい時間は、1～3600の数字で入力してください。")
    run = operations.start_run(person_of(request), round_id=round_id, **form.cleaned_data)
    if run.is_done:
        messages.info(request, unchanged(run))
    return redirect("nursery:run", run.pk)


@permission_required("nursery.view")
def run(request: HttpRequest, matching_id: int) -> HttpResponse:
    """One run: while it works its progress, then the certificate, figures and blocking families."""
    row = run_of(matching_id)
    facilities = names.facility_names(row.round)
    shown = covering.blocking(row, request.user)[:SHOWN_BLOCKING]
    context = {
        "run": row,
        "round": row.round,
        "progress": queries.progress(row),
        "facility_names": facilities,
        "is_adopted": row.round.adopted_id == row.pk,
    }
    if row.is_done:
        context |= {
            "certificate": certificate(row),
            "outdated": not row.is_what_if and queries.is_outdated(row, row.round),
            "blocking": _blocking(row, shown),
            "more_blocking": len(row.blocking) - len(shown),
            "by_wish": [(int(wish), number) for wish, number in row.counts.get("by_wish", {}).items()],
            "rate": _rate(row),
            "indices": histogram(queries.indices(row), title="指数の分布", unit="点", counted="人"),
        }
    return render(request, "nursery/run.html", context)


stop = button(operations.stop_run, "nursery:run", "計算を中止しました。")
adopt = button(
    operations.adopt,
    "nursery:run",
    "この結果を採用しました。個別の決定があれば起案し、なければ確定を起案します。",
)


@permission_required("nursery.view")
def children(request: HttpRequest, matching_id: int) -> HttpResponseBase:
    """The result by child."""
    row = run_of(matching_id)
    return respond(request, result_lists.children(row, queries.placements(row), request.user))


@permission_required("nursery.view")
def facilities(request: HttpRequest, matching_id: int) -> HttpResponseBase:
    """The result by facility: seats, who is in, cut-offs."""
    row = run_of(matching_id)
    return respond(request, result_lists.results(row, lambda: _places(row)))


@dataclass(frozen=True)
class _Place:
    """A facility in a run; `slots` by age, the reserved ones behind the others."""

    facility: Facility
    slots: Sequence[list[dict[str, Any]]]


def _places(run: Run) -> list[_Place]:
    known = {place.code: place for place in Facility.objects.filter(round=run.round)}
    places: dict[str, _Place] = {}
    for slot, item in queries.slots_in_order(run):
        if item["facility"] in known:
            new = _Place(known[item["facility"]], [[] for _ in AGES])
            places.setdefault(item["facility"], new).slots[item["age"]].append(_slot(slot, item))
    return [places[code] for code in known if code in places]


@permission_required("nursery.view")
def facility(request: HttpRequest, matching_id: int, facility_id: int) -> HttpResponse:
    """One facility in a run: for each age who is in, in the order of the ranking, and the waiting list."""
    row = run_of(matching_id)
    place = get_object_or_404(Facility, pk=facility_id, round=row.round)
    mine = [(slot, item) for slot, item in queries.slots_in_order(row) if item["facility"] == place.code]
    ids = [child for _, item in mine for child in (*item["seated"], *item["waiting"])]
    known = {
        one.application.receipt_number: one
        for one in queries.placements(row).filter(application__receipt_number__in=ids)
    }
    closed = covering.unnamed(request.user, row.round_id)
    known = {number: one for number, one in known.items() if one.application_id not in closed}
    slots = []
    for slot, item in mine:
        seated = [known[child] for child in item["seated"] if child in known]
        waiting = [(number, known[c]) for number, c in enumerate(item["waiting"], 1) if c in known]
        slots.append(_slot(slot, item) | {"children": seated, "list": waiting, "index": item["index"]})
    context = {
        "run": row,
        "round": row.round,
        "facility": place,
        "slots": slots,
        "facility_names": names.facility_names(row.round),
    }
    return render(request, "nursery/run_facility.html", context)


@permission_required("nursery.view")
def placement(request: HttpRequest, placement_id: int) -> HttpResponse:
    """One child's result in a run, explained for staff and for the family."""
    row = operations.show_result(person_of(request), placement_id=placement_id)
    closed = row.application_id in covering.hidden(request.user, [row.run.round_id])
    context = {
        "placement": row,
        "application": row.application,
        "run": row.run,
        "round": row.run.round,
        "explanation": covering.explained(row.explained, closed),
        "facility_names": covering.names_for(names.facility_names(row.run.round), closed),
        "is_adopted": row.run.round.adopted_id == row.run_id,
    }
    return render(request, "nursery/placement.html", context)


@permission_required("nursery.run")
def market(request: HttpRequest, matching_id: int) -> HttpResponseBase:
    """The run's market as a file, for `yakuba nursery solve` and `check`: ids only, no names."""
    return operations.export_market(person_of(request), matching_id=matching_id).answer()


def _slot(slot: str, item: dict[str, Any]) -> dict[str, Any]:
    seated, waiting = len(item["seated"]), len(item["waiting"])
    return {**item, "id": slot, "seated": seated, "left": item["capacity"] - seated, "waiting": waiting}


def _blocking(run: Run, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each blocking household with its children and the wish that it could claim."""
    keys = [one["family"] for one in shown]
    members: dict[str, list[Application]] = {}
    for child in Application.objects.filter(round=run.round, household__in=keys).order_by("birth"):
        members.setdefault(child.household, []).append(child)
    return [
        {
            "children": members.get(one["family"], []),
            "wish": [slot for slot in one["wish"] if slot != HIDDEN],
            "hidden": one["wish"] == [HIDDEN],
        }
        for one in shown
    ]


def _rate(run: Run) -> dict[str, float | None]:
    children = run.counts.get("children", 0)
    if not children:
        return {"placed": None, "first": None}
    return {"placed": run.counts["placed"] / children, "first": run.counts["first"] / children}
