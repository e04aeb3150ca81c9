"""A case that no robot enters: a person enters it in the core system and says under which number it stands there."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, move
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.values.widths import WIDTHS

LONGEST_NUMBER = 60
AT_ONCE = 5_000  # numbers in a query
Taken = dict[str, Case]  # a core system's number → whose it is


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


def own_number(case: Case, number: str, taken: Taken | None = None) -> str:
    """The core system's number that a person gives for a case. Raises NotEntered for one that is none, and for another
    case's, in whatever width it was typed; until the transaction ends no other case of the procedure gets one, so that of
    two at once the second sees the first.

    taken: of `taken_numbers`, where many cases get theirs at once; the number is noted there.
    """
    number = number.strip()
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise NotEntered(
            f"基幹システムに表示された登録番号を、そのまま{LONGEST_NUMBER}文字以内で入力してください。"
        )
    if taken is None:
        taken = taken_numbers(case.procedure_id, [number])
    same = next((taken[one] for one in alike(number) if one in taken and taken[one].pk != case.pk), None)
    if same is not None:
        raise NotEntered(
            f"登録番号 {number} は受付 {same.receipt_number} のものです。番号を確かめてください。"
        )
    taken |= dict.fromkeys(alike(number), case)
    return number


def taken_numbers(procedure: int, numbers: Iterable[str]) -> Taken:
    """Which of the numbers stand at cases of the procedure, in whatever width. The procedure is held until the transaction
    ends."""
    Procedure.objects.select_for_update(no_key=True).get(pk=procedure)
    asked = sorted({one for number in numbers for one in alike(number.strip()) if one})
    found: dict[str, Case] = {}
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        for case in Case.objects.filter(procedure=procedure, target_number__in=part):
            found[case.target_number] = case
    return found


def alike(number: str) -> set[str]:
    """The number in every width."""
    return {number, WIDTHS["半角"](number), WIDTHS["全角"](number)}
