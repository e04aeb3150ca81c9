"""How far a job has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps are finished; `note` is for staff."""

    done: int
    total: int
    note: str
