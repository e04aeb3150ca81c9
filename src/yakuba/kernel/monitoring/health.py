"""Whether this installation can work: what a load balancer, systemd or a person on call asks every few seconds."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from yakuba.kernel.administration.checks import disk_has_room
from yakuba.kernel.jobs.work import workers_heard

log = logging.getLogger("yakuba.health")
KEPT_SECONDS = 2.0  # strangers may ask as often as they like: the database is not asked more often than this

_lock = threading.Lock()
_kept: tuple[float, dict[str, bool]] | None = None
_migrated = False


def checks() -> dict[str, bool]:
    """Name of a check -> whether it holds, at most KEPT_SECONDS old. A check that breaks does not hold."""
    global _kept
    with _lock:
        now = time.monotonic()
        if _kept is None or now - _kept[0] > KEPT_SECONDS:
            _kept = (now, {name: _holds(name, check) for name, check in _CHECKS.items()})
        return dict(_kept[1])


def forget() -> None:
    """Ask anew the next time."""
    global _kept, _migrated
    with _lock:
        _kept, _migrated = None, False


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever it is, the others are asked
        log.warning("the check %s broke", name, exc_info=True)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    """Whether every table is as this program knows it. Once it was, it stays so: a program does not change while it
    runs."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _data_folder() -> bool:
    """Whether a file can be written where all data lies."""
    path = settings.YAKUBA.data_dir / f".health-{os.getpid()}"
    try:
        path.write_bytes(b"ok")
        return bool(path.read_bytes() == b"ok")
    finally:
        path.unlink(missing_ok=True)


def _workers() -> bool:
    return workers_heard().exists()


_CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "data_folder": _data_folder,
    "disk": disk_has_room,
    "workers": _workers,
}
