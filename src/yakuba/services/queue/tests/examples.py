"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.queue import actions

KEY = "example-ticket-of-the-town"


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A category, a ticket that waits, and a machine."""
    actions.set_category("Q", known["secret_word"], actor=clerk)
    ticket = actions.issue("Q", KEY)
    machine, key = actions.add_machine("ロビー", actor=clerk)
    return {"ticket_id": ticket.pk, "ticket_key": KEY, "machine_id": machine.pk, "machine_key": key}
