"""What the search of the whole house finds in the ledger."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.listing import listed
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.lists import Wanted
from yakuba.kernel.registry import Found

MOST = 21  # one more than a page shows, so that it can say that there are others


def found_cases(user: Any, text: str) -> list[Found]:
    """Cases whose number or any value holds `text`. Looking for a value is recorded, as in the list."""
    if not allowed(user, "ledger.view"):
        return []
    rows = list(listed(Wanted(text=text))[:MOST])
    record("ledger.searched", actor=user, found=len(rows))
    return [
        Found(
            f"受付 {row.receipt_number} {row.name or ''}".strip(),
            reverse("ledger:case", args=[row.pk]),
            f"{row.procedure}、{LABELS[Status(row.status)]}",
        )
        for row in rows
    ]
