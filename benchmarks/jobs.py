"""Jobs per second on SQLite and on PostgreSQL: `.venv/bin/python benchmarks/jobs.py [--jobs 300]`.

Every figure is taken with workers in processes of their own and durable commits. The handler writes one row.
"rows alone" does the same rows without the engine, in one thread: what the engine costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "src")]
COLUMNS = ("database", "workers", "enqueue/s", "jobs/s", "rows alone/s", "start ms", "after kill -9 s")
THREADS = 2


def set_up() -> None:
    """Django on the installation that the environment names, and the handlers."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "yakuba.kernel.jobs.tests.worker_settings"
    django.setup()
    from yakuba.kernel.jobs import JobContext, job

    @job("benchmark.row", label="一行を書く")
    def row(context: JobContext) -> None:
        context.progress(1, 1)

    @job("benchmark.sleep", label="待つ")
    def sleep(context: JobContext, *, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            context.progress(1, 2)
            time.sleep(0.05)


@contextmanager
def workers(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many worker processes, ready for work."""
    from yakuba.kernel.jobs.models import Worker

    Worker.objects.all().delete()
    command = [sys.executable, __file__, "--worker"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        while Worker.objects.filter(left_at=None).count() < count:
            time.sleep(0.1)
        time.sleep(2)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def jobs_per_second(count: int) -> tuple[float, float]:
    """Jobs enqueued and jobs finished a second."""
    from yakuba.kernel.jobs import enqueue
    from yakuba.kernel.jobs.waiting import wait_for

    began = time.perf_counter()
    jobs = [enqueue("benchmark.row", key=f"{began}-{n}") for n in range(count)]
    enqueued = time.perf_counter()
    wait_for(jobs, 600, interval=0.05)
    return count / (enqueued - began), count / (time.perf_counter() - enqueued)


def milliseconds_to_start(count: int = 15) -> float:
    """From the enqueueing of a single job to its beginning, median."""
    from yakuba.kernel.jobs import enqueue
    from yakuba.kernel.jobs.waiting import wait_for

    waits = []
    for n in range(count):
        time.sleep(1.5)  # until the worker idles again
        (job,) = wait_for([enqueue("benchmark.row", key=f"{time.time()}-{n}")], 60, interval=0.01)
        waits.append((job.started_at - job.created_at).total_seconds() * 1000)
    return statistics.median(waits)


def rows_alone_per_second(count: int) -> float:
    """The same jobs begun and finished one after the other, without workers and engine."""
    from django.db.models.functions import Now

    from yakuba.kernel.jobs import enqueue, states
    from yakuba.kernel.jobs.context import Progress
    from yakuba.kernel.jobs.models import Worker

    worker = Worker.objects.create(
        id="benchmark", pid=os.getpid(), pid_started=0, started_at=Now(), heartbeat_at=Now()
    )
    tickets = [enqueue("benchmark.row", key=f"alone-{time.time()}-{n}").ticket for n in range(count)]
    began = time.perf_counter()
    for ticket in tickets:
        states.claim(ticket, worker.pk)
        states.finish(ticket, Progress(1, 1, ""))
    return count / (time.perf_counter() - began)


def seconds_after_kill(processes: list[subprocess.Popen[bytes]]) -> float:
    """From the death of the only worker, with a new one started at once, until its job runs again."""
    from yakuba.kernel.jobs import cancel, enqueue
    from yakuba.kernel.jobs.models import Job

    job = enqueue("benchmark.sleep", key=str(time.time()), seconds=2)
    while not Job.objects.filter(pk=job.pk, progress_done=1).exists():
        time.sleep(0.02)
    processes[0].kill()
    processes[0].wait()
    killed = time.perf_counter()
    processes[0] = subprocess.Popen([sys.executable, __file__, "--worker"])
    while not Job.objects.filter(pk=job.pk, crashes=1, state="running").exists():
        time.sleep(0.02)
    cancel(job)
    return time.perf_counter() - killed


def measure(database: str, count: int) -> list[tuple[str, ...]]:
    """The table's rows for the installation that the environment names."""
    set_up()
    from django.core.management import call_command

    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality

    call_command("migrate", "jobs", verbosity=0)
    city = Municipality.objects.create(code="990019", name="やくば市")
    rows = []
    with active_municipality(city):
        alone = rows_alone_per_second(count)
        for number in (1, 2):
            with workers(number) as processes:
                enqueued, done = jobs_per_second(count)
                start = milliseconds_to_start() if number == 1 else None
                killed = seconds_after_kill(processes) if number == 1 else None
            rows.append(
                (
                    database,
                    f"{number} × {THREADS}",
                    f"{enqueued:.0f}",
                    f"{done:.0f}",
                    f"{alone:.0f}",
                    f"{start:.0f}" if start else "",
                    f"{killed:.1f}" if killed else "",
                )
            )
    return rows


def main() -> None:
    """Run the script for each database in a process of its own and print one table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=300)
    arguments.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--database", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.worker:
        set_up()
        from yakuba.kernel.jobs import worker

        worker.main()
    elif options.database:
        for row in measure(options.database, options.jobs):
            print("\t".join(row))
    else:
        print_table(options.jobs)


def print_table(count: int) -> None:
    """Both databases, with durable commits."""
    from tests.postgresql_server import postgresql_server

    table = [COLUMNS]
    with tempfile.TemporaryDirectory() as folder, postgresql_server(durable=True) as server:
        for database, url in (("SQLite", ""), ("PostgreSQL", server.new_database("benchmark"))):
            environment = {
                **os.environ,
                "YAKUBA_DATA_DIR": f"{folder}/{database}",
                "YAKUBA_DATABASE_URL": url,
                "YAKUBA_WORKER_CONCURRENCY": str(THREADS),
            }
            os.mkdir(f"{folder}/{database}")
            command = [sys.executable, __file__, "--database", database, "--jobs", str(count)]
            output = subprocess.run(
                command, env=environment, check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            table += [tuple(line.split("\t")) for line in output.splitlines()]
    widths = [max(len(row[column]) for row in table) for column in range(len(COLUMNS))]
    for row in table:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
