"""Who sees values that are masked (個人番号): nobody without a permission of its own, and only for ten minutes after a proof."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts import allowed, proof
from yakuba.kernel.values import TYPES

REVEAL = "ledger.reveal"
MASKED_TYPES = frozenset(code for code, kind in TYPES.items() if kind.masked)


def reveals(user: Any) -> bool:
    """Whether masked values may be shown to the user."""
    return allowed(user, REVEAL)


def shows(user: Any) -> bool:
    """Whether they are shown now: the person has proved lately to be the one."""
    return reveals(user) and proof.is_fresh(user)
