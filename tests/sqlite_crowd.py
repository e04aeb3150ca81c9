"""What one of several processes at one database does: `play ROLE ROUNDS`, in a process that has set Django up.

Roles: `set_up` makes the database; `hog` writes without a pause until the file `stop` lies in the data folder; the others do their work so many
times, or fail.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.jobs.lease import WorkerLease
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

HELD = 0.05  # seconds of each of the hog's transactions


def set_up(rounds: int) -> None:
    """One town and one person who may do everything."""
    town = Municipality.objects.create(code="990019", name="やくば市")
    with active_municipality(town):
        user = User.objects.create_user("crowd", password="yakuba-test-word", municipality=town)
        user.roles.add(Role.objects.create(name="すべて", permissions=sorted(permission_names())))


def hog(rounds: int) -> None:
    stop = Path(settings.YAKUBA.data_dir) / "stop"
    while not stop.exists():
        with transaction.atomic():
            Municipality.objects.filter(code="990019").update(name="やくば市")
            time.sleep(HELD)


def heartbeat(rounds: int) -> None:
    lease = WorkerLease()
    for _ in range(rounds):
        lease._beat()  # raises where a heartbeat only logs
    lease.close()
    assert not lease.lost


def auditor(rounds: int) -> None:
    for number in range(rounds):
        record("reform.report_made", actor=User.objects.get(), number=number)


def clerk(rounds: int) -> None:
    for number in range(rounds):
        enqueue("nursery.run", key=f"{number}", run_id=0)


def reader(rounds: int) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get())
    for _ in range(rounds):
        for page in (reverse("reform:effects"), reverse("reform:effects-pdf"), reverse("home")):
            answer = client.get(page)
            assert answer.status_code == 200, (page, answer.status_code)


def impatient(rounds: int) -> None:
    """Reads without waiting for any lock."""
    for _ in range(rounds):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
        assert Municipality.objects.get().name == "やくば市"


def play() -> None:
    """The role that the command line names."""
    role, rounds = globals()[sys.argv[1]], int(sys.argv[2])
    if role in (set_up, impatient):
        role(rounds)
        return
    with active_municipality(Municipality.objects.get(code="990019")):
        role(rounds)
