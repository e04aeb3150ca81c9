"""Correcting what the selection reads of one application or facility, as its pages do."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.http import QueryDict

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.nursery.actions import applications as actions
from yakuba.services.nursery.forms.applications import ApplicationForm, FacilityForm, data_of
from yakuba.services.nursery.models import Application
from yakuba.services.nursery.operations import answers
from yakuba.services.nursery.operations import asked as given
from yakuba.services.nursery.operations.table import OPERATIONS
from yakuba.services.nursery.queries import covering, rounds, rules
from yakuba.services.nursery.queries.finding import application_of, facility_of

AnyForm = TypeVar("AnyForm", bound=forms.Form)
COLUMNS = {
    "id": "申込",
    "receipt_number": "受付番号",
    "state_label": "状態",
    "withdrawn_reason": "外した理由",
}
AN_APPLICATION = Answer(answers.ApplicationOut, answers.application_facts, COLUMNS)
CORRECTED = Answer(answers.CorrectedOut, columns={"id": "番号", "changed": "変わった項目"})


@OPERATIONS.add(
    "申込",
    "nursery.view",
    "GET applications/{application_id}",
    "round application",
    answer=AN_APPLICATION,
    event="nursery.application_viewed",
    trace=answers.of_application,
)
def show_application(asked: given.OneApplication, actor: Actor) -> Application:
    """Whether an application takes part, and since when not."""
    return application_of(asked.application_id)


@OPERATIONS.add(
    "申込を選考から外す",
    "nursery.edit",
    "POST applications/{application_id}/withdraw",
    "round withdraw",
    answer=AN_APPLICATION,
)
def withdraw(asked: given.DeclineIn, actor: User) -> Application:
    """Take an application out of the round; it can be put back until the freeze."""
    return actions.withdraw(application_of(asked.application_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "申込を選考に戻す",
    "nursery.edit",
    "POST applications/{application_id}/return",
    "round return",
    answer=AN_APPLICATION,
)
def bring_back(asked: given.OneApplication, actor: User) -> Application:
    """Put an application back into the round."""
    return actions.bring_back(application_of(asked.application_id), actor=actor)


@OPERATIONS.add(
    "申込の選考項目を直す",
    "nursery.edit",
    "POST applications/{application_id}/correct",
    "round correct",
    help="申込の選考項目を直す（書かない項目はそのまま。取り込み直しても残る）",
    answer=CORRECTED,
)
def correct(asked: given.CorrectIn, actor: User) -> dict[str, Any]:
    """Correct the selection items that are given; the others stay. Corrections outlive taking the applications again."""
    row = application_of(asked.application_id)
    covering.require_open(actor, row)  # what is corrected names the facilities wished for
    form = _valid(application_form(row, data_of(application_form(row), asked.values)))
    return {"id": row.pk, "changed": actions.correct(row, form.values(), actor=actor)}


@OPERATIONS.add(
    "施設の空き枠を直す",
    "nursery.edit",
    "POST facilities/{facility_id}/correct",
    "round correct-facility",
    help="施設の空き枠を直す（書かない項目はそのまま）",
    answer=CORRECTED,
)
def correct_facility(asked: given.CorrectFacilityIn, actor: User) -> dict[str, Any]:
    """Correct a facility's free seats; what is not given stays."""
    row = facility_of(asked.facility_id)
    form = _valid(FacilityForm(data_of(FacilityForm(facility=row), asked.values), facility=row))
    changed = actions.correct_facility(row, form.vacancies(), form.shared(), actor=actor)
    return {"id": row.pk, "changed": changed}


def application_form(row: Application, data: QueryDict | None = None) -> ApplicationForm:
    """The form of an application with what stands in it, or with what was sent."""
    read = rules.of_round(row.round)
    return ApplicationForm(
        data,
        application=row,
        facilities=list(rounds.facilities(row.round)),
        modes=read.sibling_modes,
        asked=read.asked,
    )


def _valid(form: AnyForm) -> AnyForm:
    """Raises Invalid with what is wrong with each item."""
    if not form.is_valid():
        faults = [Problem(0, name, str(error)) for name, errors in form.errors.items() for error in errors]
        raise Invalid("直す項目に誤りがあります。", problems=faults)
    return form
