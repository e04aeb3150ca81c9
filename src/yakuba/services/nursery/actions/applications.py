"""Correcting what the selection reads of one application or facility. Corrections outlive taking it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.services.nursery.actions.rounds import preparing
from yakuba.services.nursery.models import Application, Facility
from yakuba.services.nursery.queries.refusal import NotPossible

OF_THE_HOUSEHOLD = ("sibling_mode", "district")  # one answer for all children of a household


@transaction.atomic
def correct(application: Application, values: Mapping[str, Any], *, actor: User) -> list[str]:
    """Set selection items (fields of `Application`; `facts.<field>` for one value of the application).

    Returns the names of what changed; each is noted with who and when. Raises NotPossible on a frozen round.
    """
    preparing(application.round)
    row: Application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    changed = {name: value for name, value in values.items() if _differs(row, name, value)}
    if changed:
        _set(row, changed, actor)
        _tell_siblings(row, changed, actor)
        subject = f"application:{row.pk}"
        record("nursery.application_corrected", subject=subject, actor=actor, fields=list(changed))
    return list(changed)


def withdraw(application: Application, reason: str, *, actor: User) -> Application:
    """Take an application out of the round. Raises NotPossible without a reason or on a frozen round."""
    if not reason.strip():
        raise NotPossible("外す理由を書いてください。")
    return _turn(application, "nursery.application_withdrawn", reason.strip()[:200], actor)


def bring_back(application: Application, *, actor: User) -> Application:
    """Put an application back into the round. Raises NotPossible on a frozen round."""
    return _turn(application, "nursery.application_returned", "", actor)


@transaction.atomic
def _turn(application: Application, event: str, reason: str, actor: User) -> Application:
    """Out of the round with a reason, or back into it without one."""
    preparing(application.round)
    row: Application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    row.state = Application.State.WITHDRAWN if reason else Application.State.ACTIVE
    row.withdrawn_reason = reason
    row.save()
    record(event, subject=f"application:{row.pk}", actor=actor)
    return row


@transaction.atomic
def correct_facility(
    facility: Facility, vacancies: Mapping[str, int], shared: list[dict[str, Any]], *, actor: User
) -> list[str]:
    """Set a facility's free seats and shared seats. Returns what changed. Raises NotPossible on a frozen round."""
    preparing(facility.round)
    row: Facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility.pk)
    wanted = {"vacancies": dict(vacancies), "shared": shared}
    changed = {name: value for name, value in wanted.items() if _differs(row, name, value)}
    if changed:
        _set(row, changed, actor)
        record("nursery.facility_corrected", subject=f"facility:{row.pk}", actor=actor, fields=list(changed))
    return list(changed)


def _differs(row: Any, name: str, value: Any) -> bool:
    if name.startswith("facts."):
        return bool(row.facts.get(name.removeprefix("facts."), "") != value)
    return bool(getattr(row, name) != value)


def _set(row: Any, values: Mapping[str, Any], actor: User) -> None:
    """Each is noted with who and when, so that taking it again leaves it alone."""
    mark = {"by": str(actor), "at": timezone.now().isoformat(timespec="seconds")}
    for name, value in values.items():
        if name.startswith("facts."):
            row.facts[name.removeprefix("facts.")] = value
        else:
            setattr(row, name, value)
        row.corrected[name] = mark
    row.save()


def _tell_siblings(row: Application, changed: Mapping[str, Any], actor: User) -> None:
    """Those who have the same answer already are noted, too: it stays one answer when they are taken again."""
    said = {name: changed[name] for name in OF_THE_HOUSEHOLD if name in changed}
    if said:
        for other in Application.objects.filter(round=row.round_id, household=row.household).exclude(
            pk=row.pk
        ):
            _set(other, said, actor)
