"""Asking the target system about one undecided row, so that a person decides on what stands there now."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.refusals import Conflict
from yakuba.services.robots.actions.rows import keep_picture
from yakuba.services.robots.actions.stations import reporting
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import LOOK_UP_PICTURE, Row
from yakuba.services.robots.queries import register

JOB = "robots.look_up"


@transaction.atomic
def ask(row: Row) -> Row:
    """Let a robot look the row's receipt number up; it enters nothing. Raises Conflict."""
    if row.row_state is not RowState.UNDECIDED:
        raise Conflict("この行は判断を待っていないため、照会しません。")
    if row.run.away_at is not None:
        raise Conflict(
            f"基幹システムに届くのは別の端末「{row.run.away_at}」だけです。「もう一度入力に回す」を選ぶと、端末が先に照会し、"
            "登録されていなければ入力します。"
        )
    register.require(row.run.scenario)
    jobs.enqueue(JOB, key=f"row-{row.pk}", lane=row.run.job_lane, row_id=row.pk)
    return row


@transaction.atomic
def note(row: Row, numbers: Sequence[str], problem: str, picture: bytes | None, media_type: str) -> None:
    """Keep what the target said: the numbers under which the receipt number stands, or why nobody can tell."""
    at = timezone.now()
    answer = {"at": at.isoformat(), "numbers": list(numbers), "problem": problem}
    Row.objects.filter(pk=row.pk).update(look_up=answer)
    if picture is not None:
        keep_picture(row, LOOK_UP_PICTURE, picture, media_type, at)
    if row.run.came_from_id is not None:
        reporting.tell_again(row)
