"""The steps of a case that a person takes on its page: corrections asked for, examination, decision, end."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import move, put_away
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.queries import unsure
from yakuba.kernel.ledger.workflow import BY_HAND, LABELS, Status, WrongTransition
from yakuba.kernel.registry import manifests, resolve


def offered(case: Case) -> dict[Status, str]:
    """Where a person may take the case now, and what the button says.

    What waits for a look at its values is neither examined nor entered before; what is entered is not entered again.
    """
    closed = {Status.READY, Status.EXAMINING} if _unsure(case) else {Status.CONFIRMING}
    if case.is_entered:
        closed.add(Status.READY)
    steps = BY_HAND.get(Status(case.status), {})
    return {target: label for target, label in steps.items() if target not in closed}


def require_offered(case: Case, target: Status) -> None:
    """Raises WrongTransition for a step that a person may not take now."""
    if target not in offered(case):
        raise WrongTransition(
            f"受付 {case.receipt_number} は「{LABELS[Status(case.status)]}」なので、「{LABELS[target]}」にはできません。"
            "ほかの職員かほかの画面で先に進めたかもしれません。経過を確かめてください。"
        )


def _unsure(case: Case) -> bool:
    if unsure(CaseValue.objects.filter(case=case)).exists():
        return True
    return is_asked_about(case)


def is_asked_about(case: Case) -> bool:
    """Whether some room still has to ask a person about the case (`Manifest.asks`): then nothing takes it on by itself."""
    return any(resolve(one.asks)(case) for one in manifests() if one.asks)


@transaction.atomic
def take(case: Case, target: Status, *, actor: Actor, reason: str = "") -> Case:
    """Take the case a step on. Raises WrongTransition for a step that is not offered and for one without the reason that
    it needs, and ValueRefused as `actions.move`."""
    if target == Status.WITHDRAWN:
        put_away(case, reason, user=actor)
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    before = Status(row.status)
    require_offered(row, target)
    move(row, target, user=actor, reason=reason.strip())
    record("ledger.moved", subject=f"case:{row.pk}", actor=actor, origin=before.value, target=target.value)
    return row
