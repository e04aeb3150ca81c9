"""What may leave the room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LastValue:
    """The newest reading of a series. at: seconds since 1970 UTC."""

    entity_id: str
    attribute: str
    number: float | None
    unit: str
    at: float
