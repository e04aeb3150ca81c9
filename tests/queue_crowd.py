"""What one of several processes at one queue does: `play ROLE NUMBER`, in a process that has set Django up. What it got stands on
its output, a label a line."""

from __future__ import annotations

import sys

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.queue import actions

CLERKS, TICKETS = 3, 12


def set_up(number: int) -> None:
    """One town, clerks at their windows, and people who wait."""
    town = Municipality.objects.create(code="990019", name="やくば市")
    with active_municipality(town):
        for one in range(CLERKS):
            clerk = User.objects.create_user(f"clerk{one}", password="yakuba-test-word", municipality=town)
            actions.set_category("A", "住民票", actor=clerk)
            actions.sit(f"{one}番", [], actor=clerk)
        for one in range(TICKETS):
            actions.issue("A", f"key-of-a-ticket-{one:08d}")


def clerk(number: int) -> None:
    """Calls until nobody waits."""
    person, seen = User.objects.get(username=f"clerk{number}"), 0
    while (row := actions.call_next(seen, actor=person)) is not None:
        sys.stdout.write(f"{row.label}\n")
        seen = row.pk


def machine(number: int) -> None:
    """Gives tickets."""
    for one in range(TICKETS // CLERKS):
        label = actions.issue("A", f"key-of-machine-{number}-{one:08d}").label
        sys.stdout.write(f"{label}\n")


def play() -> None:
    """The role on the command line."""
    role, number = sys.argv[1], int(sys.argv[2])
    if role == "set_up":
        set_up(number)
        return
    with active_municipality(Municipality.objects.get()):
        {"clerk": clerk, "machine": machine}[role](number)
