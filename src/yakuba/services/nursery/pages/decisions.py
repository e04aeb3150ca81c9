"""Decisions by people: proposing, approving, freezing, declining."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.approvals.forms import AnswerForm
from yakuba.kernel.approvals.queries import right_of
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.nursery.actions import decisions as actions
from yakuba.services.nursery.forms.decisions import PlaceForm, ReasonForm
from yakuba.services.nursery.models import Application, Decision, Placement, Round
from yakuba.services.nursery.operations import decisions as operations
from yakuba.services.nursery.operations.outputs import export_for_decision
from yakuba.services.nursery.pages import lists
from yakuba.services.nursery.queries import covering, freezing, names, results
from yakuba.services.nursery.queries.finding import application_of, decision_of, round_of


@permission_required("nursery.view")
def decisions(request: HttpRequest, round_id: int) -> HttpResponseBase:
    """All decisions of a round, what waits first."""
    return respond(request, lists.decisions(round_of(round_id), request.user))


@permission_required("nursery.view")
def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """One decision; who may approves it or sends it back here."""
    row = decision_of(decision_id)
    closed = row.application_id in covering.hidden(request.user, [row.round_id])
    context = {
        "decision": row,
        "round": row.round,
        "form": AnswerForm(),
        "is_mine": row.proposed_by_id == request.user.pk,
        "may_answer": right_of(person_of(request), row) is not None,
        "facility_names": covering.names_for(names.facility_names(row.round), closed),
        "placement": _placement(row),
    }
    if row.kind == Decision.Kind.FREEZE and row.state == Decision.State.PROPOSED:
        may_take = allowed(request.user, "nursery.approve")
        file_url = reverse("nursery:decision_file", args=[row.pk]) if may_take else ""
        context |= _freezing(request.user, row.round, actions.obstacles_to_approve(row), file_url)
    return render(request, "nursery/decision.html", context)


@permission_required("nursery.approve")
def decision_file(request: HttpRequest, decision_id: int) -> HttpResponseBase:
    """All results on which a decision is to be made as a workbook, for who has to approve it."""
    return export_for_decision(person_of(request), decision_id=decision_id).answer()


@permission_required("nursery.propose")
def propose(request: HttpRequest, application_id: int) -> HttpResponse:
    """Propose another result for one child."""
    application = application_of(application_id)
    round = application.round
    if round.adopted is None:
        messages.error(request, "個別の決定は、計算の結果を採用してから起案できます。")
        return redirect("nursery:application", application.pk)
    final = results.final_of(application)
    covering.require_open(request.user, application)  # what is proposed names the facility
    facilities = names.facility_names(round)
    initial = {"slot": final.slot if final else ""}
    form = PlaceForm(request.POST or None, slots=_slots(application, facilities), initial=initial)

    def act() -> HttpResponse:
        row = operations.propose(person_of(request), application_id=application.pk, **form.cleaned_data)
        return _decided(request, row, "起案しました。別の職員が承認すると、結果が変わります。")

    context = {"application": application, "round": round, "final": final, "facility_names": facilities}
    return form_page(request, form, act, "nursery/propose.html", context)


@permission_required("nursery.propose")
def freeze(request: HttpRequest, round_id: int) -> HttpResponse:
    """Propose that the round's result is final."""
    round = round_of(round_id)
    form = ReasonForm(
        request.POST or None, initial={"reason": "選考の結果と個別の決定を確かめた。この内容で確定する。"}
    )

    def act() -> HttpResponse:
        row = operations.freeze(person_of(request), round_id=round.pk, **form.cleaned_data)
        return _decided(request, row, "確定を起案しました。別の職員が承認すると確定します。")

    may_take = allowed(request.user, "nursery.output") and round.adopted_id
    file_url = reverse("nursery:export_excel", args=[round.adopted_id]) if may_take else ""
    obstacles = [] if round.is_frozen else actions.freeze_obstacles(round)
    context = {"round": round} | _freezing(request.user, round, obstacles, file_url)
    return form_page(request, form, act, "nursery/freeze.html", context)


@permission_required("nursery.propose")
def decline(request: HttpRequest, application_id: int) -> HttpResponse:
    """The family declines its seat after the freeze."""
    application = application_of(application_id)
    form = ReasonForm(request.POST or None)

    def act() -> HttpResponse:
        row = operations.decline(person_of(request), application_id=application.pk, **form.cleaned_data)
        return _decided(request, row, "辞退を受けました。空いた枠は、次の選考回に引き継がれます。")

    context = {"application": application, "round": application.round}
    return form_page(request, form, act, "nursery/decline.html", context)


@require_POST
@permission_required("nursery.view")
def approve(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Approve what another person proposed."""
    row = decision_of(decision_id)
    actions.approve(row, actor=person_of(request), answer=request.POST.get("answer", ""))
    messages.success(request, "承認しました。")
    return redirect("nursery:round", row.round_id)


@require_POST
@permission_required("nursery.view")
def refuse(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Send a proposal back, or take one's own back."""
    asked = {"decision_id": decision_id, "answer": request.POST.get("answer", "")}
    row = operations.refuse(person_of(request), **asked)
    messages.success(request, "差し戻しました。")
    return redirect("nursery:round", row.round_id)


def _freezing(user: Any, round: Round, obstacles: list[str], file_url: str) -> dict[str, Any]:
    """What is seen where the freezing is proposed, and where it is approved."""
    found = freezing.of_round(round)
    changed = freezing.changed_in_words(found, round, user) if found else []
    return {"found": found, "changed": changed, "obstacles": obstacles, "file_url": file_url}


def _placement(decision: Decision) -> Placement | None:
    """The calculated result that a decision changes."""
    if decision.application_id is None:
        return None
    return Placement.objects.filter(run=decision.run_id, application=decision.application_id).first()


def _slots(application: Application, facilities: dict[str, str]) -> list[tuple[results.SlotState, str]]:
    """Slots to choose from: those of the child's age class first its wishes, then the rest; the child's own age
    only when it is known."""
    states = results.slot_states(application.round)
    placement = Placement.objects.filter(run=application.round.adopted_id, application=application).first()
    age = placement.age if placement else None
    mine = [one for one in states.values() if age is None or one.age == age]
    order = {code: number for number, code in enumerate(application.wishes)}
    mine.sort(key=lambda one: (order.get(one.facility, len(order)), one.facility, one.reserved))
    return [(one, names.slot_name(one.id, facilities)) for one in mine]


def _decided(request: HttpRequest, decision: Decision, done: str) -> HttpResponse:
    messages.success(request, done)
    return redirect("nursery:decision", decision.pk)
