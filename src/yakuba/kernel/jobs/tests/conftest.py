"""Two real installations, one on a SQLite file and one on PostgreSQL, and workers for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from tests.postgresql_server import postgresql_server
from yakuba.config.environment import Environment
from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.models import Job, Worker
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.jobs.worker import run_worker
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality


@dataclass
class Installation:
    """An installation with its own folder and databases, and the processes that were started for it."""

    environment: Environment
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_process(self, **variables: str) -> subprocess.Popen[bytes]:
        """Start a worker in a process of its own, as in real life."""
        settings = {
            "YAKUBA_DATA_DIR": str(self.environment.data_dir),
            "YAKUBA_DATABASE_URL": self.environment.database_url or "",
            "DJANGO_SETTINGS_MODULE": "yakuba.kernel.jobs.tests.worker_settings",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "yakuba.kernel.jobs.tests.worker_process"],
            env={**os.environ, **settings, **variables},
        )
        self.processes.append(process)
        return process

    @contextmanager
    def worker(self, **arguments: Any) -> Iterator[None]:
        """A worker in a thread of the test, for what needs no killing."""
        stop_event = threading.Event()
        errors: list[BaseException] = []

        def run() -> None:
            try:
                assert run_worker(stop_event, **arguments)
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop_event.set()
            thread.join(PATIENCE)
        assert not thread.is_alive()
        assert not errors, errors

    def clean_up(self) -> None:
        """End the processes and empty the tables."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        self.processes.clear()
        with every_municipality("all there is"):
            Job.all_municipalities.all().delete()
            Worker.objects.exclude(pid=os.getpid(), left_at=None).delete()
        (self.environment.data_dir / "evidence").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database on a server of the tests."""
    with postgresql_server() as server:
        yield server.new_database("jobs")


@contextmanager
def _database(environment: Environment) -> Iterator[None]:
    """Point Django's default connection, in all threads, at the installation's database."""
    former = connections.databases["default"]
    connections["default"].close()
    connections.databases["default"] = {**former, "OPTIONS": {}, **environment.django_database()}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.databases["default"] = former
        del connections["default"]


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def migrated(
    request: Any, tmp_path_factory: Any, django_db_setup: None, django_db_blocker: Any
) -> Environment:
    """The settings of an installation whose tables exist."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    folder: Path = tmp_path_factory.mktemp(f"jobs-{request.param}")
    environment = Environment(data_dir=folder, database_url=url)
    with django_db_blocker.unblock(), _database(environment):
        call_command("migrate", "jobs", verbosity=0)
        call_command("migrate", "privacy", verbosity=0)  # a new municipality gets its keys
    return environment


@pytest.fixture(scope="module")
def placed(migrated: Environment, django_db_blocker: Any) -> Iterator[Installation]:
    """The installation as this process's own; やくば市 is active."""
    with django_db_blocker.unblock(), _database(migrated), override_settings(YAKUBA=migrated):
        city, _ = Municipality.objects.get_or_create(code="000019", defaults={"name": "やくば市"})
        with active_municipality(city):
            yield Installation(migrated)


@pytest.fixture(scope="module", autouse=True)
def no_chores_of_others() -> Iterator[None]:
    """The databases of these tests have the tables of the jobs and of the keys alone."""
    kept, registry._chores[:] = registry._chores[:], []
    yield
    registry._chores[:] = kept


@pytest.fixture
def installation(placed: Installation) -> Iterator[Installation]:
    """An installation without jobs and without workers."""
    yield placed
    placed.clean_up()


@pytest.fixture(scope="module")
def worker(placed: Installation) -> Iterator[None]:
    """One worker for all tests of a module: starting one takes a second."""
    with placed.worker(concurrency=6):
        yield


@pytest.fixture
def other_town(installation: Installation) -> Municipality:
    """となり町."""
    return Municipality.objects.get_or_create(code="000027", defaults={"name": "となり町"})[0]


@pytest.fixture
def eventually() -> Callable[..., None]:
    """`eventually(condition, seconds)`: wait until it holds, fail when it does not in time."""

    def wait(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        pause = threading.Event()
        for _ in range(int(seconds / 0.05)):
            if condition():
                return
            pause.wait(0.05)
        pytest.fail(f"not so after {seconds} s")

    return wait
