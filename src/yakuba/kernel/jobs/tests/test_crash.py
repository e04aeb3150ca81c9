"""Workers in processes of their own, killed, frozen and stopped."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from yakuba.kernel.jobs import enqueue
from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.jobs.waiting import wait_for

Eventually = Callable[..., None]
LEASE = timedelta(seconds=0.5)
# Leases are the same code on both databases, and processes are slow to start: one database each is enough.
ON_SQLITE = pytest.mark.parametrize("migrated", ["sqlite"], indirect=True, scope="session")
ON_POSTGRESQL = pytest.mark.parametrize(
    "migrated", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True, scope="session"
)


def test_every_job_finishes_whatever_is_killed(installation: Installation, eventually: Eventually) -> None:
    # Leases that outlast the test: who is gone is seen to be gone, and not waited for.
    first, second = (installation.start_process(LEASE_SECONDS="36000") for _ in range(2))
    meeting = [enqueue("test.meet", key=f"meeting-{n}", company=3) for n in range(3)]
    wait_for(meeting, PATIENCE)  # three at once: both workers, with two threads each, are at work
    jobs = [enqueue("test.steps", key=f"job{n}", count=16, seconds=0.05) for n in range(5)]
    jobs += [
        enqueue("test.steps", key=f"row{n}", lane="testrobots:tax", count=5, seconds=0.05) for n in range(2)
    ]
    eventually(lambda: {worker_of(first), worker_of(second)} <= workers_with_a_job())
    first.kill()
    first.wait()
    eventually(lambda: not Worker.objects.filter(pid=first.pid).exists())
    eventually(lambda: worker_of(second) in workers_with_a_job())
    second.kill()
    second.wait()
    third = installation.start_process()
    rows = wait_for(jobs, PATIENCE)
    assert {row.state for row in rows} == {State.DONE}
    assert sum(row.crashes for row in rows) == 0, "a finished job has no open crashes"
    expected = {f"{row.key} step {step}" for row in rows for step in range(row.arguments["count"])}
    expected |= {f"{row.key} finished" for row in rows}
    times = Counter(line for line in evidence() if "is here" not in line)
    assert set(times) == expected
    assert set(times.values()) == {1}, "twice means that two workers had one job at the same time"
    third.send_signal(signal.SIGTERM)
    assert third.wait(PATIENCE) == 0


@ON_POSTGRESQL
def test_a_frozen_worker_loses_its_job_and_notices(
    installation: Installation, eventually: Eventually
) -> None:
    job = enqueue("test.side_effect", key="a", seconds=1)
    frozen = installation.start_process(LEASE_SECONDS=str(LEASE.total_seconds()))
    eventually(lambda: evidence())
    frozen.send_signal(signal.SIGSTOP)
    with installation.worker(lease=LEASE):
        assert wait_for([job], PATIENCE)[0].state == State.DONE
        frozen.send_signal(signal.SIGCONT)
        eventually(lambda: len(evidence()) == 4)
        eventually(lambda: Worker.objects.filter(pid=frozen.pid, left_at=None))  # its new life
    begun_here = f"a begin {os.getpid()}"
    assert evidence() == [
        f"a begin {frozen.pid}",
        begun_here,
        f"a mine {os.getpid()}",
        f"a lost {frozen.pid}",
    ]
    assert job.refreshed().state == State.DONE


@ON_POSTGRESQL
def test_a_silent_worker_on_another_machine_keeps_its_job_for_the_lease(
    installation: Installation, eventually: Eventually
) -> None:
    lease = timedelta(seconds=3)
    job = enqueue("test.side_effect", key="a", seconds=0.5)
    gone = installation.start_process()
    eventually(lambda: evidence())
    gone.kill()
    gone.wait()
    Worker.objects.update(place="another machine")
    with installation.worker(lease=lease):
        last_heartbeat = Worker.objects.get(pid=gone.pid).heartbeat_at
        wait_for([job], PATIENCE)
    waited = job.refreshed().started_at - last_heartbeat
    assert waited >= lease


@ON_SQLITE
def test_a_handler_that_does_not_stop_is_cut_off(installation: Installation, eventually: Eventually) -> None:
    job = enqueue("test.stubborn", key="a", seconds=60)
    process = installation.start_process()
    eventually(lambda: evidence())
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None, "the handler is given time"
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 1
    Job.objects.update(arguments={"seconds": 0})
    with installation.worker():
        assert wait_for([job], PATIENCE)[0].state == State.DONE


def worker_of(process: object) -> str | None:
    """The id of the worker in that process."""
    return Worker.objects.filter(pid=process.pid).values_list("pk", flat=True).first()  # type: ignore[attr-defined]


def workers_with_a_job() -> set[str | None]:
    """The workers that are at work on something with progress."""
    return set(Job.objects.filter(state=State.RUNNING, progress_done__gt=0).values_list("worker", flat=True))
