"""What a worker does beside the jobs themselves: hand waiting rows to the engine, and put right what crashes,
lost tickets and the clock leave behind. Every step may be repeated, and done by several workers at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connections
from django.db.models.functions import Now

from yakuba.kernel.jobs import registry, states
from yakuba.kernel.jobs.engine import Engine, Ticket
from yakuba.kernel.jobs.execution import Execution
from yakuba.kernel.jobs.lease import WorkerLease, take_dead_workers
from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.turns import next_tickets
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import every_municipality

log = logging.getLogger("yakuba.jobs")

BATCH = 200  # rows looked at or removed at once
OVERDUE = timedelta(seconds=30)  # a ticket that waits so long is looked up in the engine
KEPT = timedelta(days=90)  # how long a finished job, and what a failed one said for technicians, stays


class Upkeep:
    """The chores of one worker; `tick()` does those that are due."""

    def __init__(
        self, engine: Engine, execution: Execution, lease: WorkerLease, silence: timedelta, threads: int
    ) -> None:
        self._engine = engine
        self._execution = execution
        self._lease = lease
        self._silence = silence
        self._threads = threads
        self._chores = [
            Chore(0.1, self.hand_over),
            Chore(1, self.adopt),
            Chore(1, self.set_pace),
            Chore(2, self.collect_orphans),
            Chore(OVERDUE.total_seconds() / 3, self.look_up_overdue),
            Chore(OVERDUE.total_seconds(), tell_rooms),
            Chore(600, self._engine.forget_old),
            Chore(600, forget_finished),
            *(Chore(interval, work) for interval, work in registry.chores()),
        ]

    def tick(self) -> None:
        """Do what is due. A chore that fails is logged and tried again at its next turn."""
        for chore in self._chores:
            chore.do_if_due()

    @every_municipality("a worker looks after the jobs of all towns")
    def hand_over(self) -> None:
        """Give the engine tickets for those rows whose turn it is; the other workers count as big as this one."""
        workers = Worker.objects.filter(left_at=None).count()
        rows = next_tickets(self._threads * max(1, workers))
        if not rows:
            return
        self._engine.hand_over(
            Ticket(ticket, lane, registry.lane_limit(lane) is not None) for ticket, lane in rows
        )
        self._engine.hurry(True)
        # Between hand-over and note a crash only leads to a second hand-over of the same ticket, which changes nothing.
        Job.all_municipalities.filter(
            ticket__in=[ticket for ticket, _ in rows], state=State.WAITING, handed_over_at=None
        ).update(handed_over_at=Now())

    @every_municipality("a worker looks after the jobs of all towns")
    def set_pace(self) -> None:
        """Let the engine look for tickets rarely when nothing waits."""
        self._engine.hurry(Job.all_municipalities.filter(state=State.WAITING, due_at=None).exists())

    @every_municipality("a worker looks after the jobs of all towns")
    def adopt(self) -> None:
        """Put the jobs of workers that died or ended back in the queue."""
        for worker in take_dead_workers(self._lease.id, self._silence):
            held = self._engine.held_by(worker.pk)
            begun = list(Job.all_municipalities.filter(worker=worker).values_list("pk", flat=True))
            if held or begun:
                log.warning(
                    "the worker %s (%s) is gone; what it had begun starts again here", worker.host, worker.pid
                )
            self._engine.withdraw(held)
            for ticket in held:
                states.put_back(ticket)
            for job_id in begun:
                states.interrupt(job_id, worker.pk)
            if not Job.all_municipalities.filter(worker=worker).exists():
                worker.delete()

    @every_municipality("a worker looks after the jobs of all towns")
    def collect_orphans(self) -> None:
        """Put back rows that stand as running here but have no handler (its end could not be written down)."""
        running = Job.all_municipalities.filter(worker=self._lease.id, state=State.RUNNING)
        rows = list(running.values_list("pk", "ticket"))
        active = self._execution.active  # read after the rows: a job that began in between is in both
        for job_id, ticket in rows:
            if ticket not in active:
                self._engine.withdraw([ticket])
                states.interrupt(job_id, self._lease.id)

    @every_municipality("a worker looks after the jobs of all towns")
    def look_up_overdue(self) -> None:
        """Give a new ticket to rows whose ticket waits for long and is not in the queue any more."""
        overdue = Job.all_municipalities.filter(
            state=State.WAITING, handed_over_at__lt=states.from_now(-OVERDUE)
        )
        tickets = list(overdue.order_by("handed_over_at").values_list("ticket", flat=True)[:BATCH])
        queued = self._engine.queued(tickets)
        lost = [ticket for ticket in tickets if ticket not in queued]
        self._engine.withdraw(lost)
        for ticket in lost:
            states.put_back(ticket)
        Job.all_municipalities.filter(ticket__in=queued, state=State.WAITING).update(handed_over_at=Now())


@every_municipality("a worker looks after the jobs of all towns")
def tell_rooms() -> None:
    """Tell rooms of ended jobs that could not hear of it before."""
    for job_id in Job.all_municipalities.filter(untold=True).values_list("pk", flat=True)[:BATCH]:
        with states.locked(pk=job_id, untold=True) as job:
            if job is not None:
                Job.all_municipalities.filter(pk=job_id).update(untold=False)
                states.tell_end(job, Conflict(job.error or states.CANCELLED))


@every_municipality("a worker looks after the jobs of all towns")
def forget_finished() -> None:
    """Remove what finished long ago; a failure stays for its person, but not the traceback, which may hold
    personal data."""
    old = Job.all_municipalities.filter(finished_at__lt=states.from_now(-KEPT))
    over = old.filter(state__in=(State.DONE, State.CANCELLED)).values_list("pk", flat=True)[:BATCH]
    Job.all_municipalities.filter(pk__in=list(over)).delete()
    old.filter(state=State.FAILED).exclude(technical_error="").update(technical_error="")


class Chore:
    """Something to do every `interval` seconds."""

    def __init__(self, interval: float, work: Callable[[], None]) -> None:
        self._interval = interval
        self._work = work
        self._due_at = 0.0

    def do_if_due(self) -> None:
        """Do it when its time has come. Logs what goes wrong."""
        if time.monotonic() < self._due_at:
            return
        try:
            self._work()
        except Exception:
            log.warning("upkeep of the jobs: %s failed", self._work.__name__, exc_info=True)
            connections.close_all()  # the database may have been restarted
            self._due_at = time.monotonic() + max(self._interval, 1.0)
        else:
            self._due_at = time.monotonic() + self._interval
