"""One of everything that the letters' addresses name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.letters import actions, queries
from yakuba.kernel.registry import letter_kinds


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """A draft of the first kind of letter that there is."""
    kind = next(iter(letter_kinds().values()))
    row = actions.take(kind, f"{known['secret_word']}.docx", queries.beginning(kind), actor=clerk)
    return {"letter_kind": kind.code, "template_id": row.pk}
