"""A worker's sign of life: its row in the table of workers and the thread that keeps it fresh."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from datetime import timedelta

from django.db import connections
from django.db.models import Q
from django.db.models.functions import Now

from yakuba.kernel.jobs import identity
from yakuba.kernel.jobs.models import Worker
from yakuba.kernel.jobs.persistence import FOR_ASKING, PASSING, persistently
from yakuba.kernel.jobs.states import from_now

log = logging.getLogger("yakuba.jobs")

# A worker that has not been heard of for so long is taken for dead, unless its process is seen to live …
LEASE = timedelta(seconds=8)
# … and then it gets this much longer: the machine is busy or asleep, and two must not do one job.
PATIENCE = 6
HEARTBEATS_PER_LEASE = 4
RETRY_SECONDS = 0.25  # after a heartbeat that could not be written


class WorkerLease:
    """Registers this process as a worker and beats until `close()`.

    `stopping` is set for a shutdown, and by the lease itself (`lost`) when the others took us for dead.
    """

    def __init__(self, lease: timedelta = LEASE) -> None:
        self.id = uuid.uuid4().hex
        self.stopping = False
        self.lost = False
        self._lease = lease
        self._beat_at = time.monotonic()
        self._closed = threading.Event()
        persistently(self._register)
        self._thread = threading.Thread(target=self._keep_beating, name="jobs-heartbeat", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop beating and let the others know at once that this worker is gone."""
        self._closed.set()
        self._thread.join(timeout=self._lease.total_seconds())
        try:
            persistently(lambda: Worker.objects.filter(pk=self.id).update(left_at=Now()), FOR_ASKING)
        except PASSING:
            log.warning("the end of the worker could not be written; the others will notice", exc_info=True)

    def _keep_beating(self) -> None:
        interval = self._lease.total_seconds() / HEARTBEATS_PER_LEASE
        pause, silent_since = interval, None
        while not self._closed.wait(pause):
            try:
                self._beat()
            except Exception:  # whatever it was, a thread that ended would never beat again
                if silent_since is None:
                    silent_since = self._beat_at
                    log.warning("a heartbeat could not be written; trying on", exc_info=True)
                pause = min(interval, RETRY_SECONDS)
            else:
                if silent_since is not None and not self.lost:
                    silence = time.monotonic() - silent_since
                    log.warning("heartbeats are written again after %.0f s; no job was lost", silence)
                pause, silent_since = interval, None
            finally:
                connections.close_all()

    def _register(self) -> None:
        Worker.objects.get_or_create(
            id=self.id,
            defaults={
                "host": socket.gethostname(),
                "place": identity.place(),
                "pid": os.getpid(),
                "pid_started": identity.started(os.getpid()) or 0,
                "started_at": Now(),
                "heartbeat_at": Now(),
            },
        )

    def _beat(self) -> None:
        sent = time.monotonic()
        if Worker.objects.filter(pk=self.id, left_at=None).update(heartbeat_at=Now()):
            self._beat_at = sent
        elif not self.lost:
            self.lost = self.stopping = True
            log.warning(
                "this worker was taken for dead after a silence (a sleeping or overloaded machine); "
                "its jobs start again with another, and it stops working on them"
            )


def take_dead_workers(own_id: str, lease: timedelta = LEASE) -> list[Worker]:
    """The workers that ended, are seen to be gone, or have been silent for too long.

    They are marked as gone before they are returned, so that one that only slept learns that it has lost.
    """
    dead = []
    for worker in Worker.objects.exclude(pk=own_id):
        alive = identity.is_alive(worker.place, worker.pid, worker.pid_started)
        silence = lease * PATIENCE if alive else lease
        gone = Worker.objects.filter(pk=worker.pk)
        if worker.left_at is None and alive is not False:
            gone = gone.filter(Q(left_at__isnull=False) | Q(heartbeat_at__lt=from_now(-silence)))
        if gone.update(left_at=Now()):
            dead.append(worker)
    return dead
