"""What people are told of a long piece of work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from yakuba.kernel.jobs import cancel, enqueue, pause, states
from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.progress import Progress
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.test_port import WORKER, begin
from yakuba.kernel.jobs.work import IN_LINE, NO_WORKER, ONE_BY_ONE, Work, work_of, works_of
from yakuba.kernel.refusals import Conflict, Unavailable


def going(done: int, total: int, *, since: float, before: int = 0) -> Work:
    """Work that was begun so many seconds ago, when `before` steps were done already."""
    job = begin(enqueue("test.steps", key=f"{done} of {total} after {since}", count=1, seconds=0))
    states.note_progress(job.ticket, Progress(done, total, "読んでいます"))
    Job.objects.filter(pk=job.pk).update(
        started_at=states.from_now(-timedelta(seconds=since)), progress_at=Now(), progress_from=before
    )
    return work_of(job.name, job.key)


def test_remaining_time_goes_by_the_pace_since_the_last_start(installation: Installation) -> None:
    assert going(30, 90, since=60).seconds_left == pytest.approx(120, abs=1)
    assert going(40, 90, since=10, before=30).seconds_left == pytest.approx(50, abs=1)
    assert going(0, 90, since=60).seconds_left is None
    assert going(90, 90, since=60).seconds_left is None
    assert going(5, 0, since=60).seconds_left is None
    assert going(5, 90, since=60, before=30).seconds_left is None, "it began from the first step again"


def test_a_start_notes_what_was_done_before(installation: Installation) -> None:
    job = begin(enqueue("test.steps", key="a", count=1, seconds=0))
    states.note_progress(job.ticket, Progress(7, 9, ""))
    states.interrupt(job.pk, WORKER)
    assert begin(job.refreshed()).progress_from == 7


def test_why_work_does_not_go_on(installation: Installation) -> None:
    first = enqueue("test.steps", key="a", lane="testrobots:tax", count=1, seconds=0)
    assert work_of("test.steps", "a").note == NO_WORKER
    begin(first)
    enqueue("test.steps", key="b", lane="testrobots:tax", count=1, seconds=0)
    enqueue("test.steps", key="c", lane="testpairs", count=1, seconds=0)
    notes = {key: work.note for key, work in works_of("test.steps", "abc").items()}
    assert notes == {"a": "", "b": ONE_BY_ONE, "c": IN_LINE}
    Worker.objects.update(heartbeat_at=states.from_now(-timedelta(minutes=2)))
    assert work_of("test.steps", "b").note == NO_WORKER


def test_work_that_is_tried_again_and_work_that_has_ended_say_why(installation: Installation) -> None:
    job = enqueue("test.row", key="a", subject="a")
    states.fail(begin(job).ticket, because=Unavailable("相手が応答しません。"), attempts=2)
    now = work_of("test.row", "a")
    assert (now.reason, now.is_live, now.can_retry) == ("相手が応答しません。", True, False)
    states.fail(begin(job.refreshed()).ticket, because=Conflict("様式がありません。"), attempts=2)
    now = work_of("test.row", "a")
    assert (now.reason, now.is_live, now.can_retry) == ("様式がありません。", False, True)
    other = enqueue("test.row", key="b", subject="b")
    pause(other)
    assert work_of("test.row", "b").is_live
    cancel(other)
    now = work_of("test.row", "b")
    assert (now.reason, now.is_live, now.can_retry) == (State.CANCELLED.label, False, True)
    assert work_of("test.row", "nobody") == Work()
