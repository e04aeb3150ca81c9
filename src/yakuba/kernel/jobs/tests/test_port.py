"""Enqueueing and steering, without a worker."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now

from yakuba.kernel.jobs import cancel, enqueue, pause, resume, retry, states, upkeep
from yakuba.kernel.jobs.execution import Execution
from yakuba.kernel.jobs.models import TRANSITIONS, Job, State, Worker
from yakuba.kernel.jobs.progress import Progress
from yakuba.kernel.jobs.tests import handlers  # noqa: F401
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.tests.workers import standing_worker
from yakuba.kernel.refusals import Conflict, Unavailable
from yakuba.kernel.tenancy import (
    NoActiveMunicipality,
    active_municipality,
    every_municipality,
    municipality_or_none,
)
from yakuba.kernel.tenancy.activation import _active
from yakuba.kernel.tenancy.models import Municipality

WORKER = "0" * 32


def begin(job: Job) -> Job:
    """Stand in for a worker that takes the job."""
    begun = states.claim(job.ticket, standing_worker(WORKER).pk)
    assert begun is not None
    return begun


def test_same_key_is_the_same_job_until_it_has_finished(installation: Installation) -> None:
    first = enqueue("test.steps", key="a", count=1, seconds=0)
    assert enqueue("test.steps", key="a", count=1, seconds=0).pk == first.pk
    assert enqueue("test.steps", key="b", count=1, seconds=0).pk != first.pk
    assert enqueue("test.municipality", key="a").pk != first.pk
    states.finish(begin(first).ticket)
    again = enqueue("test.steps", key="a", count=2, seconds=0)
    assert (again.pk, again.state, again.generation) == (first.pk, State.WAITING, 2)
    assert again.arguments == {"count": 2, "seconds": 0}
    assert again.ticket != first.ticket


def test_municipalities_do_not_share_jobs(installation: Installation, other_town: Municipality) -> None:
    ours = enqueue("test.municipality", key="a")
    with active_municipality(other_town):
        theirs = enqueue("test.municipality", key="a")
        assert list(Job.objects.all()) == [theirs]
    assert list(Job.objects.all()) == [ours]


def test_without_a_municipality_nothing_is_enqueued(installation: Installation) -> None:
    token = _active.set(None)
    try:
        assert municipality_or_none() is None
        with pytest.raises(NoActiveMunicipality):
            enqueue("test.municipality", key="a")
    finally:
        _active.reset(token)
    with every_municipality("all there is"):
        assert not Job.all_municipalities.exists()


def test_a_rolled_back_transaction_leaves_no_job(installation: Installation) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("test.municipality", key="a")
        raise RuntimeError
    assert not Job.objects.exists()


def test_two_at_once_make_one_job(installation: Installation) -> None:
    city = municipality_or_none()
    assert city is not None
    barrier, found, errors = threading.Barrier(6), [], []

    def ask() -> None:
        try:
            barrier.wait()
            with active_municipality(city):
                found.append(enqueue("test.municipality", key="a").pk)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(found) == 6
    assert len(set(found)) == Job.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"name": "test.nobody", "key": "a"}, LookupError),
        ({"name": "test.steps", "key": ""}, ValueError),
        ({"name": "test.steps", "key": "x" * 201}, ValueError),
        ({"name": "test.steps", "key": "a", "value": object()}, TypeError),
        ({"name": "test.steps", "key": "a", "value": float("nan")}, ValueError),
    ],
)
def test_what_cannot_be_enqueued(installation: Installation, arguments: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        enqueue(**arguments)
    assert not Job.objects.exists()


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_worker_that_was_taken_for_dead_begins_nothing(installation: Installation, forgotten: bool) -> None:
    """It slept, and wakes with a ticket in its hands before its heartbeat tells it that it is gone."""
    job = begin(enqueue("test.municipality", key="a"))
    states.interrupt(job.pk, WORKER)
    workers = Worker.objects.filter(pk=WORKER)
    if forgotten:
        Job.all_municipalities.update(worker=None)
        workers.delete()
    else:
        workers.update(left_at=Now())
    waiting = job.refreshed()
    Execution(WORKER, SimpleNamespace(stopping=False)).run(waiting.ticket)
    after = job.refreshed()
    assert (after.state, after.handed_over_at) == (State.WAITING, None)
    assert after.ticket != waiting.ticket, "another takes it"


def test_steering_a_job_that_waits(installation: Installation) -> None:
    job = enqueue("test.municipality", key="a")
    assert pause(job).state == State.PAUSED
    assert states.claim(job.ticket, WORKER) is None
    assert enqueue("test.municipality", key="a").state == State.PAUSED
    resumed = resume(job)
    assert resumed.state == State.WAITING
    assert resumed.ticket != job.ticket, "the ticket from before the pause must not count any more"
    assert cancel(job).state == State.CANCELLED
    assert resume(job).state == State.CANCELLED
    assert retry(job).state == State.WAITING


def test_steering_a_job_that_runs(installation: Installation) -> None:
    job = begin(enqueue("test.municipality", key="a"))
    assert pause(job).stop_request == "pause"
    assert resume(job).stop_request == ""
    pause(job)
    states.stop(job.ticket)
    assert job.refreshed().state == State.PAUSED
    job = begin(resume(job))
    assert cancel(job).state == State.RUNNING
    states.stop(job.ticket)
    assert job.refreshed().state == State.CANCELLED


def test_a_job_enqueued_while_it_runs_runs_once_more(installation: Installation) -> None:
    job = begin(enqueue("test.municipality", key="a"))
    assert enqueue("test.municipality", key="a").run_again
    states.finish(job.ticket)
    assert job.refreshed().state == State.WAITING
    job = begin(job.refreshed())
    states.finish(job.ticket)
    assert job.refreshed().state == State.DONE


def test_who_has_lost_the_ticket_cannot_write(installation: Installation) -> None:
    old = begin(enqueue("test.municipality", key="a"))
    states.interrupt(old.pk, WORKER)
    new = begin(old.refreshed())
    assert new.crashes == 1
    states.finish(old.ticket)
    states.fail(old.ticket, because=Unavailable("x"), technical_error="x", attempts=1)
    states.stop(old.ticket)
    assert not states.note_progress(old.ticket, Progress(1, 1, ""))
    assert new.refreshed().state == State.RUNNING
    assert states.note_progress(new.ticket, Progress(1, 2, "一つ目"))
    assert new.refreshed().crashes == 0, "with progress the count of crashes starts again"


def test_a_job_that_kills_every_worker_fails_in_the_end(installation: Installation) -> None:
    job = enqueue("test.municipality", key="a")
    for _ in range(states.CRASHES_ALLOWED):
        job = begin(job.refreshed())
        states.interrupt(job.pk, WORKER)
    assert job.refreshed().state == State.FAILED
    assert "ワーカー" in job.refreshed().error


@pytest.mark.parametrize("source", State)
def test_only_the_moves_of_the_table_are_made(installation: Installation, source: State) -> None:
    job = enqueue("test.municipality", key="a")
    for target in set(State) - TRANSITIONS[source]:
        job.state = source
        with pytest.raises(ValueError, match="cannot move"):
            states.move(job, target)


def test_what_finished_long_ago_goes_and_a_failure_keeps_only_its_sentence(
    installation: Installation,
) -> None:
    jobs = {key: begin(enqueue("test.municipality", key=key)) for key in ("done", "failed", "new")}
    for key in ("done", "new"):
        states.finish(jobs[key].ticket)
    because = Unavailable("直せません")
    states.fail(jobs["failed"].ticket, because=because, technical_error="a traceback", attempts=1)
    waiting = enqueue("test.municipality", key="waiting")
    Job.objects.exclude(key="new").update(finished_at=states.from_now(-upkeep.KEPT) - timedelta(days=1))
    Job.objects.filter(pk=waiting.pk).update(finished_at=None)
    upkeep.forget_finished()
    assert set(Job.objects.values_list("key", flat=True)) == {"failed", "new", "waiting"}
    failed = jobs["failed"].refreshed()
    assert (failed.state, failed.error, failed.technical_error) == (State.FAILED, "直せません", "")


def failed(job: Job) -> None:
    for _ in range(2):
        states.fail(begin(job.refreshed()).ticket, because=Unavailable("読めません。"), attempts=2)


def refused(job: Job) -> None:
    states.fail(begin(job).ticket, because=Conflict("直してください。"), attempts=2)


def crashed(job: Job) -> None:
    for _ in range(states.CRASHES_ALLOWED):
        states.interrupt(begin(job.refreshed()).pk, WORKER)


def cancelled_while_it_waits(job: Job) -> None:
    cancel(job)


def cancelled_while_it_runs(job: Job) -> None:
    running = begin(job)
    cancel(job)
    assert evidence() == []
    states.stop(running.ticket)


@pytest.mark.parametrize("room_fails", [False, True])
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (failed, "読めません。"),
        (refused, "直してください。"),
        (crashed, states.CRASHED_TOO_OFTEN),
        (cancelled_while_it_waits, states.CANCELLED),
        (cancelled_while_it_runs, states.CANCELLED),
    ],
)
def test_a_room_hears_once_that_its_job_will_not_be_done(installation, end, reason, room_fails) -> None:
    job = enqueue("test.row", key="a", subject="a", room_fails=room_fails)
    end(job)
    assert job.refreshed().is_finished
    told = [f"a ended for {job.municipality.name} {reason}"]
    assert evidence() == told
    upkeep.tell_rooms()
    assert evidence() == told * (2 if room_fails else 1), "what went wrong in the room is tried once more"
    upkeep.tell_rooms()
    assert evidence() == told * (2 if room_fails else 1)


def test_a_room_hears_that_its_job_is_begun_again_or_refuses_it(installation) -> None:
    job = enqueue("test.row", key="a", subject="a")
    cancel(job)
    assert retry(job).state == State.WAITING
    assert evidence()[1:] == [f"a again for {job.municipality.name}"]
    other = enqueue("test.row", key="b", subject="b", room_fails=True)
    cancel(other)
    with pytest.raises(Conflict, match="もう要りません"):
        retry(other)
    assert other.refreshed().state == State.CANCELLED


def test_a_room_hears_nothing_of_a_job_that_is_done_or_tried_again(installation) -> None:
    job = enqueue("test.row", key="a", subject="a")
    states.fail(begin(job).ticket, because=Unavailable("x"), attempts=2)
    states.interrupt(begin(job.refreshed()).pk, WORKER)
    pause(job)
    resume(job)
    states.finish(begin(job.refreshed()).ticket)
    assert evidence() == []
