"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.answers.actions import entries
from yakuba.services.answers.contracts import Draft


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A draft that waits for approval, in the town whose page residents may open."""
    version = entries.write(Draft("example", known["secret_word"], "窓口で受け付けます。"), actor=clerk)
    publication = entries.propose([version.pk], known["secret_word"], actor=clerk)
    return {
        "entry_id": version.entry_id,
        "publication_id": publication.pk,
        "town_code": current_municipality().code,
    }
