"""The engine behind the port: DBOS. It carries tickets from the queue to a free thread of some worker.

Nothing else knows DBOS, and nothing of value lies in its tables: they can be deleted while no worker runs.
A ticket is one DBOS workflow; lanes without a limit share one queue, lanes of a limited family are partitions of
the family's queue. Only workers start the engine; whoever enqueues writes a row and is done.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy

from yakuba.kernel.postgresql import line

if TYPE_CHECKING:
    from dbos import EnqueueOptions


def _of_a_live_ticket(record: logging.LogRecord) -> bool:
    """Whether DBOS says something that an operator can use. A ticket that was cancelled or given to another worker while
    its thread still ran ends in its own way (`states`, `turns`); what DBOS says of its end is a traceback about nothing."""
    error = record.exc_info[1] if record.exc_info else None
    gone = type(error).__name__ in ("DBOSAwaitedWorkflowCancelledError", "DBOSWorkflowCancelledError")
    return not gone and "outcome was not recorded" not in record.getMessage()


# Without a handler of its own DBOS would write to the console.
logging.getLogger("dbos").addHandler(logging.NullHandler())
logging.getLogger("dbos").addFilter(_of_a_live_ticket)

# DBOS leaves the work of another version of the code alone. Ours are tickets, which never change their shape.
VERSION = "1"
WORKFLOW = "yakuba.ticket"
QUEUE = "yakuba"
# How often DBOS looks for tickets, in seconds: every look gives each free thread one, and costs a few queries.
BUSY_INTERVAL = 0.04
IDLE_INTERVAL = 0.2
LONG_INTERVAL = (
    0.5  # of limited lanes, which hold long work: five families looked at so often cost an idle worker most
)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Ticket:
    """A job's turn in the queue. `limited`: only so many jobs of its lane may run at once."""

    id: str
    lane: str
    limited: bool


class Engine:
    """A running DBOS. It calls `run(ticket id)` in a thread of its own for every ticket that has its turn."""

    def __init__(
        self,
        url: str,
        *,
        worker_id: str,
        concurrency: int,
        limits: Mapping[str, int],
        run: Callable[[str], None],
    ) -> None:
        from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

        self._database = _database(url)
        self._dbos = DBOS(
            config={
                "name": "yakuba",
                "application_version": VERSION,
                "executor_id": worker_id,
                "system_database_engine": self._database,
                "serializer": DBOSPortableJSONSerializer(),  # the default would unpickle what it reads
                "log_level": "WARNING",
                "enable_otlp": False,
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.5,
            }
        )
        # In a function of its own: DBOS sets attributes on what it decorates.
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(lambda ticket: run(ticket))
        limited = {_family_queue(family): limit for family, limit in limits.items()}
        self._queues = [QUEUE, *limited]
        DBOS.listen_queues(self._queues)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=concurrency, polling_interval_sec=IDLE_INTERVAL)
        for queue, limit in limited.items():
            DBOS.register_queue(
                queue,
                partition_concurrency=limit,
                worker_concurrency=concurrency,
                polling_interval_sec=LONG_INTERVAL,
            )
        self._client = DBOSClient(
            system_database_engine=self._database,
            serializer=DBOSPortableJSONSerializer(),
            application_name="yakuba",
        )

    def hand_over(self, tickets: Iterable[Ticket]) -> None:
        """Put tickets in the queue, all or none. One that is there already is left as it is."""
        with self._database.begin() as connection:
            for ticket in tickets:
                options: EnqueueOptions = {
                    "workflow_name": WORKFLOW,
                    "queue_name": _family_queue(ticket.lane) if ticket.limited else QUEUE,
                    "workflow_id": ticket.id,
                    "app_version": VERSION,
                }
                if ticket.limited:
                    options["queue_partition_key"] = ticket.lane
                self._client.enqueue_in_transaction(connection, options, ticket.id)

    def hurry(self, busy: bool) -> None:
        """Look for tickets often while there are many short ones; limited lanes are looked at as always."""
        from dbos import DBOS

        interval = BUSY_INTERVAL if busy else IDLE_INTERVAL
        queue = DBOS.retrieve_queue(QUEUE)
        if queue is not None and queue.polling_interval_sec != interval:
            queue.set_polling_interval_sec(interval)

    def held_by(self, worker_id: str) -> list[str]:
        """The tickets that a worker took and has not given back."""
        return self._ids(executor_id=worker_id, status="PENDING")

    def queued(self, tickets: list[str]) -> set[str]:
        """Which of these tickets still wait for their turn, in a queue that this version looks into."""
        if not tickets:
            return set()
        return set(self._ids(workflow_ids=tickets, status="ENQUEUED", queue_name=self._queues))

    def withdraw(self, tickets: list[str]) -> None:
        """Take tickets back, so that they no longer count in their lane; passes over unknown and ended ones."""
        if tickets:
            self._client.cancel_workflows(tickets)

    def forget_old(self) -> None:
        """Delete tickets that ended more than a day ago, 20 000 at most."""
        before = (datetime.now(UTC) - KEPT).isoformat()
        for _ in range(20):
            old = self._ids(completed_before=before, status=["SUCCESS", "ERROR", "CANCELLED"], limit=1000)
            if not old:
                return
            self._client.delete_workflows(old)

    def stop_taking(self) -> None:
        """Take no further tickets; those that run go on."""
        for event in self._dbos.background_thread_stop_events:
            event.set()

    def close(self) -> None:
        """Shut down. Threads that still run are not waited for."""
        from dbos import DBOS

        self._client.destroy()
        DBOS.destroy(destroy_registry=True)
        self._database.dispose()

    def _ids(self, **lookup: Any) -> list[str]:
        found = self._client.list_workflows(name=WORKFLOW, load_input=False, load_output=False, **lookup)
        return [workflow.workflow_id for workflow in found]


def _family_queue(lane: str) -> str:
    return f"{QUEUE}-{lane.partition(':')[0]}"


def _pool(url: str) -> sqlalchemy.Engine:
    """Connections to PostgreSQL, given up as soon as those of the house are."""
    arguments = {"application_name": "yakuba", **line.CLIENT}
    engine = sqlalchemy.create_engine(
        url, pool_size=5, max_overflow=10, pool_pre_ping=True, connect_args=arguments
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.pgconn.exec_(line.SERVER.encode())

    return engine


def _database(url: str) -> sqlalchemy.Engine:
    """The connection pool for DBOS's own tables."""
    if not url.startswith("sqlite"):
        return _pool(url)
    path = sqlalchemy.make_url(url).database
    if path:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    engine = sqlalchemy.create_engine(url)

    @sqlalchemy.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # A writer takes its lock at BEGIN and waits for it, instead of failing in the middle.
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL: what was handed over must still be there after a power loss.
        connection.execute("PRAGMA synchronous=FULL")

    return engine
