"""Applications and facilities of a round: lists, one of each, correcting them, how an index came about."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.nursery.forms.applications import FacilityForm, sent
from yakuba.services.nursery.models import Application, Placement, Round
from yakuba.services.nursery.operations import applications as operations
from yakuba.services.nursery.pages import lists
from yakuba.services.nursery.queries import covering, index, names, results, rounds, rules
from yakuba.services.nursery.queries.facility_map import facility_map
from yakuba.services.nursery.queries.finding import application_of, facility_of, round_of


@permission_required("nursery.view")
def applications(request: HttpRequest, round_id: int) -> HttpResponseBase:
    """The round's applications."""
    return respond(request, lists.applications(round_of(round_id), request.user))


@permission_required("nursery.view")
def application(request: HttpRequest, application_id: int) -> HttpResponse:
    """One application: what the selection reads, how the index comes about, results, decisions."""
    row = application_of(application_id)
    record("nursery.application_viewed", subject=f"application:{row.pk}", actor=person_of(request))
    placements = Placement.objects.filter(application=row).select_related("run").order_by("-run_id")
    final = results.final_of(row)
    closed = row.pk in covering.hidden(request.user, [row.round_id])
    context = {
        "application": row,
        "round": row.round,
        "age": rounds.age_class(row, row.round),
        "siblings": rounds.applications(row.round).filter(household=row.household).exclude(pk=row.pk),
        "facility_names": covering.names_for(names.facility_names(row.round), closed),
        "closed": closed,
        "to_open": covering.to_open(request.user, row),
        "placements": placements[:10],
        "final": final,
        "explanation": covering.explained(final.placement.explained, closed) if final else None,
        "decisions": rounds.decisions().filter(application=row),
        "values": index.values(row, closed=closed),
    } | _modes(row.round)
    return render(request, "nursery/application.html", context)


@permission_required("nursery.view")
def application_index(request: HttpRequest, application_id: int) -> HttpResponse:
    """How one child's index comes about: lines with reasons, tie keys, points at facilities."""
    row = application_of(application_id)
    record("nursery.application_viewed", subject=f"application:{row.pk}", actor=person_of(request))
    context = {
        "application": row,
        "round": row.round,
        "found": index.of_application(row),
        "facility_names": covering.names_for(
            names.facility_names(row.round), row.pk in covering.hidden(request.user, [row.round_id])
        ),
    }
    return render(request, "nursery/application_index.html", context)


@permission_required("nursery.edit")
def edit(request: HttpRequest, application_id: int) -> HttpResponse:
    """Correct the selection items."""
    row = application_of(application_id)
    covering.require_open(request.user, row)
    form = operations.application_form(row, request.POST or None)

    def correct() -> HttpResponse:
        done = operations.correct(person_of(request), application_id=row.pk, values=sent(form))
        messages.success(request, "直しました。" if done["changed"] else "変わったところはありません。")
        return redirect("nursery:application", row.pk)

    context = {"application": row, "round": row.round}
    return form_page(request, form, correct, "nursery/application_form.html", context)


@require_POST
@permission_required("nursery.edit")
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    """Take the application out of the round, or put it back."""
    row = application_of(application_id)
    if row.state == Application.State.ACTIVE:
        reason = request.POST.get("reason", "")
        operations.withdraw(person_of(request), application_id=row.pk, reason=reason)
        messages.success(request, "この申込を選考から外しました。")
    else:
        operations.bring_back(person_of(request), application_id=row.pk)
        messages.success(request, "この申込を選考に戻しました。")
    return redirect("nursery:application", row.pk)


@permission_required("nursery.view")
def facilities(request: HttpRequest, round_id: int) -> HttpResponseBase:
    """The round's facilities with their free seats, on a map where the list says where they are."""
    round = round_of(round_id)
    return respond(
        request, lists.facilities(round), "nursery/facilities.html", lambda _: {"map": facility_map(round)}
    )


@permission_required("nursery.edit")
def facility_edit(request: HttpRequest, facility_id: int) -> HttpResponse:
    """Correct a facility's free seats."""
    row = facility_of(facility_id)
    form = FacilityForm(request.POST or None, facility=row)

    def correct() -> HttpResponse:
        operations.correct_facility(person_of(request), facility_id=row.pk, values=sent(form))
        messages.success(request, f"「{row}」の空き枠を直しました。")
        return redirect("nursery:facilities", row.round_id)

    context = {"facility": row, "round": row.round}
    return form_page(request, form, correct, "nursery/facility_form.html", context)


def _modes(round: Round) -> dict[str, Any]:
    read = if_valid(rules.of_round, round)
    return {"modes": read.sibling_modes if read else {}}
