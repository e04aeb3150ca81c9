"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.fieldwork.tests import examples_rounds


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """Of rounds."""
    return examples_rounds.make(clerk, known)
