"""Workers on machines of their own beside one database: a pulled cable, a power cut, a wrong clock."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.db.models import F

from tests import hosts
from tests.postgresql_server import postgresql_server
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.waiting import wait_for

Eventually = Callable[..., None]
pytestmark = [
    pytest.mark.full,
    pytest.mark.postgresql,
    pytest.mark.parametrize("migrated", ["postgresql"], indirect=True, scope="session"),
]
LONG = 600.0  # seconds until a test gives up; what is asked is the order of events


@pytest.fixture(scope="session")
def net() -> Iterator[hosts.Network]:
    with hosts.network() as network:
        yield network


@pytest.fixture(scope="session")
def postgresql_url(net: hosts.Network) -> Iterator[str]:
    """An empty database that the other machines reach."""
    with postgresql_server(also_at=net.address) as server:
        yield server.new_database("jobs").replace("127.0.0.1", net.address)


@dataclass
class Machine:
    """A host with a worker on it."""

    host: hosts.Host
    installation: Installation
    name: str

    def environment(self) -> dict[str, str]:
        """What its programs are started with."""
        return {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": ":".join(sys.path),
            "YAKUBA_DATA_DIR": str(self.installation.environment.data_dir),
            "YAKUBA_DATABASE_URL": self.installation.environment.database_url or "",
            "DJANGO_SETTINGS_MODULE": "yakuba.kernel.jobs.tests.worker_settings",
        }

    def start(self, **options: Any) -> None:
        """Start the worker."""
        program = f"{sys.executable} -m yakuba.kernel.jobs.tests.worker_process"
        self.host.start(
            ["sh", "-c", f"hostname {self.name} && exec {program}"], self.environment(), **options
        )

    def workers(self) -> Any:
        """Its rows in the table of workers; a worker that was taken for dead has begun a new one."""
        return Worker.objects.filter(host=self.name)

    def holds(self) -> bool:
        """Whether it is at work on something with progress."""
        return Job.objects.filter(
            state=State.RUNNING, progress_done__gt=0, worker__in=self.workers().values("pk")
        ).exists()


@pytest.fixture
def machines(net: hosts.Network, installation: Installation) -> Iterator[tuple[Machine, Machine]]:
    pair = [Machine(net.host(), installation, name) for name in ("first", "second")]
    yield pair[0], pair[1]
    for machine in pair:
        machine.host.join()
        machine.host.kill()


def test_hosts_are_cut_off_killed_and_come_back_with_a_wrong_clock(
    machines: tuple[Machine, Machine], eventually: Eventually
) -> None:
    first, second = machines
    first.start()
    second.start()
    jobs = [enqueue("test.steps", key=f"job{n}", count=30, seconds=0.1) for n in range(10)]
    jobs += [
        enqueue("test.steps", key=f"row{n}", lane="testrobots:tax", count=10, seconds=0.1) for n in range(3)
    ]
    eventually(lambda: first.holds() and second.holds(), LONG)

    first.host.cut()
    lost = set(
        Job.objects.filter(state=State.RUNNING, worker__in=first.workers().values("pk")).values_list(
            "pk", flat=True
        )
    )
    cut_off = first.workers().get().pk
    assert lost
    taken_over = Job.objects.filter(pk__in=lost).exclude(worker=cut_off).exclude(state=State.WAITING)
    eventually(lambda: taken_over.count() == len(lost), LONG)  # while the cable is still out

    first.host.join()
    eventually(lambda: first.workers().filter(left_at=None).exclude(pk=cut_off).exists(), LONG)
    jobs += [enqueue("test.steps", key=f"later{n}", count=30, seconds=0.1) for n in range(6)]
    eventually(lambda: first.holds() and second.holds(), LONG)

    second.host.kill()
    second.start(clock="+3h")
    eventually(lambda: second.workers().filter(left_at=None).exists() and second.holds(), LONG)
    rows = wait_for(jobs, LONG)

    assert {row.state for row in rows} == {State.DONE}
    assert not first.workers().exclude(pk=cut_off).exclude(left_at=None), (
        "the wrong clock took nobody for dead"
    )
    expected = {f"{row.key} step {step}" for row in rows for step in range(row.arguments["count"])}
    expected |= {f"{row.key} finished" for row in rows}
    assert set(evidence()) == expected, "no step is lost"


@pytest.mark.parametrize("clock", ["", "+3h"])
def test_what_a_cut_off_machine_was_about_to_do_is_done_by_the_other_alone(
    machines: tuple[Machine, Machine], eventually: Eventually, clock: str
) -> None:
    first, second = machines
    first.start(clock=clock)
    jobs = [enqueue("test.side_effect", key=f"effect{n}", seconds=3) for n in range(2)]
    eventually(lambda: len(evidence()) == 2, LONG)
    first.host.cut()
    second.start()
    assert {row.state for row in wait_for(jobs, LONG)} == {State.DONE}
    first.host.join()
    first.host.stop()  # its handlers have ended, whatever they were told
    mine = Counter(line.split()[0] for line in evidence() if " mine " in line)
    assert mine == {"effect0": 1, "effect1": 1}


HOLDING = """
import sys, time, django
django.setup()
from django.db import transaction
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.tenancy import every_municipality
with every_municipality("a test"), transaction.atomic():
    Job.all_municipalities.select_for_update().get(pk=int(sys.argv[1]))
    open(sys.argv[2], "w").close()
    time.sleep(3600)
"""


def test_the_locks_of_a_machine_that_is_cut_off_are_let_go(
    machines: tuple[Machine, Machine], eventually: Eventually
) -> None:
    """It holds a row in the midst of a transaction when the cable is pulled. Nobody tells the database."""
    first, _ = machines
    job = enqueue("test.steps", key="held", count=1, seconds=0)
    holds = Path(first.installation.environment.data_dir) / "holds"
    first.host.start([sys.executable, "-c", HOLDING, str(job.id), str(holds)], first.environment())
    eventually(holds.exists, LONG)
    holds.unlink()
    with pytest.raises(OperationalError), transaction.atomic():
        Job.objects.select_for_update(nowait=True).get(pk=job.id)
    first.host.cut()
    Job.objects.filter(pk=job.id).update(
        failures=F("failures")
    )  # waits for the lock, until the test's limit if need be
