"""A row and its case go together: every change of a row's state moves the case in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.robots.actions.untold import touch
from yakuba.services.robots.contracts import EvidenceKind, RowState
from yakuba.services.robots.engine.states import OPEN, allowed
from yakuba.services.robots.models import IN_WORDS, Row, RowEvent, RowPicture

IN_TARGET = frozenset({RowState.ENTERED, RowState.FOUND_ALREADY})


def arrive(row: Row, *, user: Any = None, person_seconds: float = 0.0) -> None:
    """Note that `row` has come into its state, and put its case where it belongs. Call in the transaction
    that changes the row, after the new state and seconds are set; saves the row.

    `user` decided it, taking `person_seconds`; without one the robot did.
    """
    state = row.row_state
    message = row.stated_problem.message if row.stated_problem else ""
    if state not in OPEN:
        _leave_case(row, message, user, person_seconds)
        _note_machine_time(row)
    row.save()
    RowEvent.objects.create(row=row, state=row.state, message=message, user=user)


def keep_picture(row: Row, kind: str, image: bytes, media_type: str, at: datetime) -> None:
    """Keep a picture of the target's page, encrypted like every file."""
    ending = "txt" if media_type == IN_WORDS else media_type.rpartition("/")[2]
    name = f"{row.case.receipt_number}-{kind}.{ending}"
    file = store(StoredFile.Kind.EVIDENCE, name, media_type, image)
    RowPicture.objects.create(row=row, file=file, kind=kind, taken_at=at)


def keep_received(row: Row, name: str, content: bytes, media_type: str, at: datetime) -> None:
    """Keep a file that the target sent, instead of the one that a try before has got under that name."""
    name = f"{row.case.receipt_number}-{name}"
    kind = EvidenceKind.RECEIVED.value
    before = RowPicture.objects.filter(row=row, kind=kind, file__name=name).select_related("file")
    old = [one.file for one in before]
    with transaction.atomic():
        file = store(StoredFile.Kind.EVIDENCE, name, media_type, content)
        before.delete()
        remove(*old)
        RowPicture.objects.create(row=row, file=file, kind=kind, taken_at=at)


def send(row: Row, state: RowState) -> None:
    """Set a row's state by a person's will. Raises AssertionError for a step that the table does not know."""
    if not allowed(row.row_state, state):
        raise AssertionError(f"row {row.pk}: {row.state} -> {state}")
    row.state = state.value


def begin_anew(row: Row) -> None:
    """Give a row that a person has looked at all its tries again; its case is held from now on.

    The person has seen that nothing was stored, so the intent is forgotten, and the robot only looks the receipt
    number up before it enters anything. Where something of the intent may still leave, the person may have looked
    too early: then the robot cuts that off, waits until it has settled, and looks.
    """
    send(row, RowState.WAITING)
    row.attempts = row.starts = 0
    intent = row.stated_intent
    row.note_intent(None if intent is None or intent.cut else replace(intent, again=True, settles_from=None))
    row.not_before = row.problem = None
    row.target_number = ""
    row.holds_case = True


def _leave_case(row: Row, message: str, user: Any, person_seconds: float) -> None:
    """The row is over for the robot. Dry runs never leave a mark: their cases are ready again."""
    case: Case = row.case
    state = row.row_state
    if row.run.came_from_id is not None:
        _leave_to_sender(row, message)
        return
    row.holds_case = state is RowState.UNDECIDED and not row.run.dry_run
    spent: dict[str, Any] = {"user": user, "seconds": person_seconds}
    if row.run.dry_run:
        target = Status.READY
    elif state in IN_TARGET:
        target = Status.ENTERED
        spent["target_number"] = row.target_number
    else:
        target = Status.UNDECIDED if state is RowState.UNDECIDED else Status.READY
    ledger.move(case, target, reason=message, **spent)


def _leave_to_sender(row: Row, message: str) -> None:
    """The case is a sender's, who is told. What is not in the target stays held, and being entered, until the sender has said
    that it wants nothing more of it: nobody here may take it up in another way."""
    in_target = row.row_state in IN_TARGET and not row.run.dry_run
    row.holds_case = not in_target and not row.run.dry_run
    if in_target:
        ledger.move(row.case, Status.ENTERED, reason=message, target_number=row.target_number)
    elif row.row_state is RowState.UNDECIDED and not row.run.dry_run:
        ledger.move(row.case, Status.UNDECIDED, reason=message)
    touch(row.run.came_from_id)


def _note_machine_time(row: Row) -> None:
    """Add to the ledger the robot's time that does not stand there yet."""
    spent = row.total_seconds - row.noted_seconds
    entered = row.row_state in IN_TARGET and not row.run.dry_run
    if spent <= 0 and not entered:
        return
    kind = "robots.entered" if entered else "robots.tried"
    ledger.add_event(row.case, kind, seconds=max(spent, 0.0), run=row.run_id, row=row.number, state=row.state)
    row.noted_seconds = row.total_seconds
