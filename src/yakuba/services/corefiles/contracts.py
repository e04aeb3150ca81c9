"""What may leave the room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """A case that is not in a file. faults: each with its column and what to do."""

    case_id: int
    receipt_number: str
    faults: tuple[str, ...]
