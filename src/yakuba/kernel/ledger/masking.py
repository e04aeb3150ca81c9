"""Who sees values that are masked (個人番号): nobody without a permission of its own."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts import allowed
from yakuba.kernel.values import TYPES

REVEAL = "ledger.reveal"
MASKED_TYPES = frozenset(code for code, kind in TYPES.items() if kind.masked)


def reveals(user: Any) -> bool:
    """Whether masked values are shown to the user."""
    return allowed(user, REVEAL)
