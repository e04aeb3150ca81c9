"""A person decides what the robot could not: it is in, it is not in, or the application is withdrawn."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.by_hand import own_number
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict
from yakuba.services.robots.actions.rows import arrive, begin_anew, send
from yakuba.services.robots.actions.runs import locked, work_again
from yakuba.services.robots.actions.stations import handing
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import Row


class Decision(StrEnum):
    """What a person can say of an undecided row."""

    ENTERED = "entered"  # it is in the target system, under a number
    AGAIN = "again"  # it is not in: the robot goes for it again
    ASIDE = (
        "aside"  # it is not in, and a value must be corrected first: back to the pile, where it can be opened
    )
    WITHDRAW = "withdraw"  # the application is taken out, for a reason


@transaction.atomic
def decide(
    row: Row,
    decision: Decision,
    *,
    actor: Actor,
    target_number: str = "",
    reason: str = "",
    seconds: float = 0.0,
) -> Row:
    """Carry out a decision; `seconds` is the time it took the person.

    Raises Conflict where the row waits for none, for a number that is empty, too long, or already another case's of the
    same procedure, and for a withdrawal without a reason.
    """
    row = _undecided(row)
    if row.run.came_from is not None:
        raise Conflict(
            f"「{row.run.came_from}」から任された申請です。判断は、渡した設備の画面で行います。ここでは照会だけができます。"
        )
    if decision is Decision.AGAIN:
        return _enter_again(row, actor, seconds)
    if decision is Decision.ENTERED:
        row.target_number, row.problem = own_number(row.case, target_number), None
    elif decision is Decision.WITHDRAW:
        reason = reason.strip()
        if not reason:
            raise Conflict("取り下げの理由を書いてください。")
        ledger.put_away(row.case, reason, user=actor)
    send(row, RowState.ENTERED if decision is Decision.ENTERED else RowState.SKIPPED)
    arrive(row, user=actor, person_seconds=seconds)
    if decision is Decision.WITHDRAW:
        ledger.move(row.case, Status.WITHDRAWN, user=actor, reason=reason)
    if row.run.away_at is not None:
        handing.tell(row.run.away_at)
    return row


def _enter_again(row: Row, actor: Actor, seconds: float) -> Row:
    """In the same run; where a station has it, by the row that it has."""
    away = row.run.away_at is not None
    run = handing.locked(row.run) if away else locked(row.run)
    begin_anew(row)
    ledger.move(row.case, Status.READY, user=actor, seconds=seconds, reason="登録されていないことを確かめた")
    ledger.move(row.case, Status.ENTERING, user=actor, reason=str(row))
    if away:
        handing.hand_over_again(run, row)
    arrive(row, user=actor)
    if not away:
        work_again(run)
    return row


def _undecided(row: Row) -> Row:
    rows = Row.objects.select_related("run__scenario", "run__away_at", "run__came_from", "case__procedure")
    found = rows.select_for_update(of=("self",)).get(pk=row.pk)
    if found.row_state is not RowState.UNDECIDED or found.run.dry_run:
        raise Conflict(
            f"この行は「{found.row_state.label}」です。ほかの職員が先に判断していないか確かめてください。"
        )
    return found
