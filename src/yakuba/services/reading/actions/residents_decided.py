"""What a person decides about whom a case is (宛名突合)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.persons import queries as register
from yakuba.kernel.persons.matching import Probe
from yakuba.kernel.refusals import Invalid
from yakuba.services.reading.actions.cases import locked_case, move_on
from yakuba.services.reading.actions.questions import LONGEST_LOOK
from yakuba.services.reading.actions.residents import sum_of
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import PersonMatch
from yakuba.services.reading.queries.residents import probe_of, waits


@transaction.atomic
def choose(row: PersonMatch, number: str, *, actor: Actor, seconds: float = 0.0) -> PersonMatch:
    """A person says who it is. Raises Invalid for a number that the register does not have, and WrongStep where nobody is
    asked any more."""
    match_row, case, item = _asked(row)
    wanted = item.canonical(number)
    load = register.current()
    if not wanted or (load is not None and not load.persons.filter(number=wanted).exists()):
        raise Invalid(
            f"宛名番号「{wanted}」は登録簿にありません。番号を確かめるか、「登録簿にいない」を選んでください。"
        )
    ledger.confirm_value(
        case,
        item.code,
        wanted,
        actor=actor,
        seconds=max(0.0, min(LONGEST_LOOK, seconds)),
        insist=True,
    )
    _decide(match_row, PersonMatch.State.CHOSEN, wanted, actor)
    match_row.told = sum_of(probe_of(case) or Probe())  # the number now belongs to what is known
    match_row.save(update_fields=["told"])
    move_on(case, actor)
    return match_row


@transaction.atomic
def nobody(row: PersonMatch, *, actor: Actor, seconds: float = 0.0) -> PersonMatch:
    """A person says that none of the register is meant: the case goes on without a number, also where one was read or chosen
    before. Raises Invalid where the procedure needs a number."""
    match_row, case, item = _asked(row)
    if item.required:
        raise Invalid(
            f"この手続では「{item.label}」が要ります。番号を調べて入力するか、登録簿に載ってから、もう一度突き合わせてください。"
        )
    _decide(match_row, PersonMatch.State.NOBODY, "", actor)
    _leave_out(match_row, case, item.code, actor)
    ledger.add_event(
        case,
        "reading.person_nobody",
        user=actor,
        seconds=max(0.0, min(LONGEST_LOOK, seconds)),
        field=item.code,
    )
    move_on(case, actor)
    return match_row


@transaction.atomic
def again(row: PersonMatch, *, actor: Actor) -> PersonMatch:
    """Look up once more, since the register is another by now. Raises WrongStep where nobody is asked any more."""
    match_row, case, _ = _asked(row)
    move_on(case, actor)
    match_row.refresh_from_db()
    return match_row


def _leave_out(row: PersonMatch, case: Case, field: str, actor: Actor) -> None:
    """The number of somebody who is not meant leaves the ledger: it would be entered as this person's. Gone altogether, so
    that the register supplies one when other values make somebody certain."""
    stored = CaseValue.objects.filter(case=case, field=field).first()
    if stored is None:
        return
    if stored.value:
        ledger.add_event(case, "ledger.value_changed", user=actor, field=field, before=stored.value, after="")
    stored.delete()
    row.told = sum_of(probe_of(case) or Probe())  # the number no longer belongs to what is known
    row.save(update_fields=["told"])


def _asked(row: PersonMatch) -> tuple[PersonMatch, Case, Any]:
    case = locked_case(row.case_id)
    current = PersonMatch.objects.select_for_update(of=("self",)).get(pk=row.pk)
    item = case.procedure.definition.resident
    if item is None or not waits(case):
        raise WrongStep("この受付の宛名は、もう決まっています。")
    return current, case, item


def _decide(row: PersonMatch, state: str, number: str, actor: Actor) -> None:
    row.state, row.number, row.reason = state, number, ""
    row.decided_by, row.decided_at = actor, timezone.now()
    row.save()
