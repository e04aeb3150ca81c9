"""A case that no robot enters: a person enters it in the core system and says under which number it stands there."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, move
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.values.widths import WIDTHS

LONGEST_NUMBER = 60


class NotEntered(Conflict):
    """The case cannot be marked as entered."""


@transaction.atomic
def enter_by_hand(case: Case, number: str, *, actor: Actor, seconds: float, note: str = "") -> Case:
    """Mark a case that waits for its entry as entered under `number`. `seconds` ≥ 0: how long entering took.

    Raises NotEntered when a robot has the case, when it is not ready, or when another case has the number.
    """
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    require_ready(row)
    number = own_number(row, number)
    add_event(
        row, "ledger.entered_by_hand", user=actor, seconds=max(0.0, seconds), number=number, note=note.strip()
    )
    move(row, Status.ENTERED, user=actor, reason="手で入力した", target_number=number)
    record("ledger.entered_by_hand", subject=f"case:{row.pk}", actor=actor)
    return row


def require_ready(case: Case) -> None:
    """Raises NotEntered for a case that does not wait for its entry."""
    if case.status != Status.READY:
        raise NotEntered(
            f"受付 {case.receipt_number} は「{LABELS[Status(case.status)]}」なので、手で入力済みにできません。"
            "ほかの職員かほかの画面で先に進めたかもしれません。経過を確かめてください。"
        )


def own_number(case: Case, number: str) -> str:
    """The core system's number that a person gives for a case. Raises NotEntered for one that is none, and for another
    case's, in whatever width it was typed; until the transaction ends no other case of the procedure gets one, so that of
    two at once the second sees the first."""
    number = number.strip()
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise NotEntered(
            f"基幹システムに表示された登録番号を、そのまま{LONGEST_NUMBER}文字以内で入力してください。"
        )
    Procedure.objects.select_for_update(no_key=True).get(pk=case.procedure_id)
    alike = {number, WIDTHS["半角"](number), WIDTHS["全角"](number)}
    same = Case.objects.filter(procedure=case.procedure, target_number__in=alike).exclude(pk=case.pk).first()
    if same is not None:
        raise NotEntered(
            f"登録番号 {number} は受付 {same.receipt_number} のものです。番号を確かめてください。"
        )
    return number
