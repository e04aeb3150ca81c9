"""A database that refuses for a moment: nothing is begun again for it, and what is begun again says so."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction

from yakuba.kernel.jobs import enqueue, persistence, states
from yakuba.kernel.jobs.lease import WorkerLease, take_dead_workers
from yakuba.kernel.jobs.models import State, Worker
from yakuba.kernel.jobs.persistence import persistently
from yakuba.kernel.jobs.progress import RESUMED
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.jobs.tests.test_port import WORKER, begin
from yakuba.kernel.jobs.waiting import wait_for

Eventually = Callable[..., None]
ON_SQLITE = pytest.mark.parametrize("migrated", ["sqlite"], indirect=True, scope="session")


@pytest.fixture
def impatient(installation: Installation) -> Iterator[None]:
    """Django's connections give up on a locked database after 0.1 s instead of half a minute."""
    options = connections.databases["default"]["OPTIONS"]
    former = options["timeout"]
    options["timeout"] = 0.1
    connections["default"].close()
    yield
    options["timeout"] = former
    connections["default"].close()


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Another program writes for as long as this lasts."""
    other = sqlite3.connect(installation.environment.data_dir / "yakuba.sqlite3", timeout=600)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@ON_SQLITE
def test_a_locked_database_restarts_no_job_and_stops_no_heartbeat(
    installation: Installation, impatient: None, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    job = enqueue("test.steps", key="a", count=8, seconds=0.1)
    with installation.worker(lease=timedelta(seconds=1)):
        eventually(lambda: "a step 2" in evidence())
        with locked(installation):
            eventually(lambda: "a finished" in evidence())  # the handler goes on, the end cannot be written
            eventually(lambda: "heartbeat could not be written" in caplog.text)
            eventually(lambda: "the database refused for the moment" in caplog.text)  # the end is tried again
            before = Worker.objects.get(left_at=None).heartbeat_at
        rows = wait_for([job], PATIENCE)
        eventually(lambda: Worker.objects.get(left_at=None).heartbeat_at > before)
        eventually(lambda: "heartbeats are written again" in caplog.text)
    assert [(row.state, row.failures, row.crashes, row.progress_done) for row in rows] == [
        (State.DONE, 0, 0, 8)
    ]
    assert evidence().count("a finished") == 1
    assert RESUMED not in rows[0].progress_note


@ON_SQLITE
def test_inside_a_transaction_of_the_caller_nothing_is_tried_again(installation: Installation) -> None:
    calls = []

    def refuse() -> None:
        calls.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError), transaction.atomic():
        persistently(refuse)
    assert len(calls) == 1
    with pytest.raises(OperationalError):
        persistently(refuse, (0.0, 0.0))
    assert len(calls) == 1 + 3
    assert not connection.in_atomic_block
    assert sum(persistence.FOR_WRITING) > 60


def test_a_lost_lease_is_announced_on_both_sides(
    installation: Installation, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    lease = WorkerLease(timedelta(seconds=1))

    def taken_for_dead() -> bool:
        silent = states.from_now(-timedelta(minutes=1))  # until the next heartbeat
        Worker.objects.filter(pk=lease.id).update(place="", heartbeat_at=silent)
        return lease.id in [worker.pk for worker in take_dead_workers("another")]

    try:
        eventually(taken_for_dead)
        eventually(lambda: lease.lost)
        assert lease.stopping
    finally:
        lease.close()
    assert caplog.text.count("this worker was taken for dead") == 1


def test_a_job_that_is_begun_again_says_so_to_staff(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    job = begin(enqueue("test.steps", key="a", count=2, seconds=0))
    assert job.progress_note == ""
    states.interrupt(job.pk, WORKER)
    assert begin(job.refreshed()).progress_note == RESUMED
    states.interrupt(job.pk, WORKER)
    Worker.objects.filter(pk=WORKER).delete()
    with installation.worker():
        assert wait_for([job], PATIENCE)[0].progress_note == f"2件目{RESUMED}"


def test_the_adoption_of_a_dead_workers_jobs_is_announced(
    installation: Installation, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    job = begin(enqueue("test.steps", key="a", count=2, seconds=0))
    Worker.objects.filter(pk=WORKER).update(host="machine-7", pid=4711, left_at=states.from_now(timedelta(0)))
    with installation.worker():
        assert wait_for([job], PATIENCE)[0].state == State.DONE
    assert "the worker machine-7 (4711) is gone" in caplog.text
