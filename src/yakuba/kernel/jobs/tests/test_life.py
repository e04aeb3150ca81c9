"""What a worker does in its life: start, chores, shutdown. Each test has workers of its own."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from yakuba.kernel.jobs import enqueue, registry, states, upkeep
from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.jobs.waiting import wait_for

Eventually = Callable[..., None]


def test_shutdown_leaves_the_job_for_the_next_worker(
    installation: Installation, eventually: Eventually
) -> None:
    job = enqueue("test.steps", key="a", count=20, seconds=0.05)  # before any worker runs
    with installation.worker():
        eventually(lambda: job.refreshed().progress_done)
    assert (job.refreshed().state, job.refreshed().crashes) == (State.WAITING, 0)
    assert not Worker.objects.filter(left_at=None).exists()
    with installation.worker():
        assert wait_for([job], PATIENCE)[0].state == State.DONE
    assert len([line for line in evidence() if "step" in line]) == 20


def test_what_the_engine_has_lost_is_handed_over_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "OVERDUE", timedelta(seconds=0.5))
    job = enqueue("test.municipality", key="a")
    Job.objects.update(handed_over_at=states.from_now(timedelta(0)))  # but the engine never saw the ticket
    with installation.worker():
        assert wait_for([job], PATIENCE)[0].state == State.DONE


def test_start_is_quiet_and_alone(
    installation: Installation, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: object) -> None:
        called.append(address)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", watched)
    with installation.worker(concurrency=4):
        wait_for([enqueue("test.municipality", key="a")], PATIENCE)
        wait_for([enqueue("test.municipality", key=str(n)) for n in range(20)], PATIENCE)
        assert server_connections() <= 25, "a thread has kept its connection"
    assert not called, "the databases' own library connects by itself; nothing else may connect anywhere"
    output = capfd.readouterr()
    assert (output.out, output.err) == ("", "")
    assert not [h for h in logging.getLogger("dbos").handlers if isinstance(h, logging.StreamHandler)]


@pytest.mark.parametrize(
    "migrated", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True, scope="session"
)
def test_a_restarted_database_loses_no_job(installation: Installation, eventually: Eventually) -> None:
    jobs = [enqueue("test.steps", key=f"job{n}", count=20, seconds=0.05) for n in range(4)]
    with installation.worker():
        eventually(lambda: jobs[0].refreshed().progress_done)
        with connections["default"].cursor() as cursor:  # what everybody else sees of a restart
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert {row.state for row in wait_for(jobs, PATIENCE)} == {State.DONE}


def test_what_other_parts_want_done_is_done_by_every_worker(
    installation: Installation, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    monkeypatch.setattr(registry, "_chores", [])
    registry.chore(0.05, lambda: done.append(1))
    with installation.worker():
        eventually(lambda: len(done) > 2)


def server_connections() -> int:
    """How many connections PostgreSQL has; 0 for SQLite, which has no list of them."""
    if connections["default"].vendor != "postgresql":
        return 0
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_a_ticket_that_was_taken_away_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    from dbos._error import DBOSAwaitedWorkflowCancelledError

    logger = logging.getLogger("dbos")
    try:
        raise DBOSAwaitedWorkflowCancelledError("one")
    except DBOSAwaitedWorkflowCancelledError:
        logger.exception("Exception encountered in background workflow")
    logger.warning(
        "Workflow one outcome was not recorded: the workflow is no longer owned by this execution."
    )
    assert not caplog.records
    try:
        raise OSError("disk full")
    except OSError:
        logger.exception("Exception encountered in background workflow")
    assert len(caplog.records) == 1, "what an operator can mend is told"
