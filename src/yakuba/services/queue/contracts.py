"""What leaves the queue. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Called:
    """A ticket that a clerk has called and not ended. ticket: `ticket:<number>`; label: what stands on it."""

    ticket: str
    label: str
    category: str
    called_at: datetime
