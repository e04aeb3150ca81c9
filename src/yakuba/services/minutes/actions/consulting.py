"""What a person chose of a consultation is entered into a case of the ledger; nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger.actions import confirm_value, open_case
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.refusals import Conflict, Invalid, said_as
from yakuba.kernel.values import TYPES, ValueRefused
from yakuba.services.minutes.actions.noting import noted
from yakuba.services.minutes.models import Change, Meeting

OPEN = (Status.RECEIVED, Status.READING, Status.CONFIRMING)


@dataclass(frozen=True)
class Entered:
    """case: into which the values went; entered: labels of the fields; kept: of those that had a value already, which stays."""

    case: Case
    entered: tuple[str, ...]
    kept: tuple[str, ...]


@transaction.atomic
def enter(
    meeting: Meeting,
    procedure: Procedure,
    receipt: str,
    values: Mapping[str, str],
    *,
    actor: User,
    seconds: float = 0.0,
) -> Entered:
    """Write the values that a person chose or typed (field code → text) into the case of that receipt number; a new one waits
    for the rest. What stands there already is never written over. Raises Invalid with every value that is none, and Conflict
    for a case that is past being filled in."""
    definition = procedure.definition
    canonical: dict[str, str] = {}
    faults: list[str] = []
    for code, text in values.items():
        try:
            canonical[code] = definition.by_code[code].canonical(text)
        except KeyError:
            faults.append(f"手続「{definition.title}」に項目 {code} はありません。")
        except ValueRefused as error:
            faults.append(f"{definition.by_code[code].label}：{error}")
    if faults:
        raise Invalid("\n".join(faults))
    if not any(canonical.values()):
        raise Invalid("入れる値が選ばれていません。値に印を付けてから押してください。")
    case = _case(procedure, receipt)
    there = set(CaseValue.objects.filter(case=case).exclude(value="").values_list("field", flat=True))
    new = {code: value for code, value in canonical.items() if value and code not in there}
    for code, value in new.items():
        confirm_value(case, code, value, actor=actor, seconds=seconds / len(new))
    labels = definition.labels
    entered, kept = (
        tuple(labels[code] for code in new),
        tuple(labels[code] for code in canonical if code in there),
    )
    noted(
        meeting,
        Change.Kind.RECORD,
        actor=actor,
        after=f"受付 {case.receipt_number} に入れた項目：{'、'.join(entered)}",
    )
    return Entered(case, entered, kept)


def _case(procedure: Procedure, receipt: str) -> Case:
    if not receipt.strip():
        raise Invalid("受付番号を入れてください。")
    with said_as(Invalid, "受付番号："):
        number = TYPES["receipt_number"].canonical(receipt)
    case = open_case(procedure, number, Status.CONFIRMING)
    if case.status not in OPEN:
        raise Conflict(
            f"受付 {case.receipt_number} は「{LABELS[Status(case.status)]}」なので、ここからは値を入れられません。受付の画面で直してください。"
        )
    return case
