"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.drafting.actions import kept, terms
from yakuba.services.drafting.contracts import TextClass, TownWord


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A word of the list and a text that the clerk kept."""
    term = terms.write(TownWord(known["secret_word"], "やくば"), actor=clerk)
    text = kept.keep("残した文", known["secret_word"], TextClass.NOTICE, actor=clerk)
    return {"term_id": term.pk, "kept_id": text.pk}
