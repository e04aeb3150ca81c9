"""The worker: one process, several threads, doing jobs until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from types import FrameType

from django.conf import settings
from django.db import connections

from yakuba.kernel.files import temporary
from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.engine import Engine
from yakuba.kernel.jobs.execution import Execution
from yakuba.kernel.jobs.lease import LEASE, WorkerLease
from yakuba.kernel.jobs.upkeep import Upkeep

log = logging.getLogger("yakuba.jobs")

TICK = 0.05  # seconds
GRACE = 30.0  # seconds that handlers get to reach their next check


def run_worker(
    stop_event: threading.Event,
    *,
    concurrency: int | None = None,
    lease: timedelta = LEASE,
    grace: float = GRACE,
) -> bool:
    """Do jobs until `stop_event` is set, or until the other workers took this one for dead.

    `concurrency` threads (the setting `YAKUBA_WORKER_CONCURRENCY` when not given) work on lanes without a
    limit and as many on each family of limited lanes. After the stop the handlers get `grace` seconds to reach their next
    check; their jobs go back to the queue. Returns whether all of them have ended; if not, the process must
    end at once (`main` does so), for its jobs will be adopted.
    """
    worker_lease = WorkerLease(lease)
    threads = concurrency or settings.YAKUBA.worker_concurrency
    execution = Execution(worker_lease.id, worker_lease)
    try:
        engine = Engine(
            settings.YAKUBA.jobs_database_url,
            worker_id=worker_lease.id,
            concurrency=threads,
            limits=registry.lane_limits(),
            run=execution.run,
        )
    except BaseException:
        worker_lease.close()
        raise
    try:
        upkeep = Upkeep(engine, execution, worker_lease, lease, threads)
        while not (stop_event.wait(TICK) or worker_lease.lost):
            upkeep.tick()
    finally:
        worker_lease.stopping = True
        engine.stop_taking()
        all_ended = _wait_for_end(execution, grace)
        engine.close()
        worker_lease.close()
        connections.close_all()
    return all_ended


def main(*, lease: timedelta = LEASE) -> None:
    """Run the worker in this process until SIGTERM or SIGINT; a second signal ends it at once.

    A worker that the others took for dead (its machine slept) begins a new life. Exits with 1 when handlers do
    not stop in time.
    """
    stop_event = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop_event.is_set():
            os._exit(1)
        stop_event.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    temporary.settle()
    while not stop_event.is_set():
        if not run_worker(stop_event, lease=lease):
            log.warning("some handlers did not stop in time; their jobs will be started again")
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1)
        if not stop_event.is_set():
            log.warning("the worker begins anew, after it had been taken for dead")


def _wait_for_end(execution: Execution, grace: float) -> bool:
    deadline = time.monotonic() + grace
    while execution.active and time.monotonic() < deadline:
        time.sleep(TICK)
    return not execution.active
