"""How far a job has come."""

from __future__ import annotations

from dataclasses import dataclass

# What staff see beside the progress of a job that was begun before and did not come to its end.
RESUMED = "（途中で止まったため、続きから再開）"


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps are finished; `note` is for staff."""

    done: int
    total: int
    note: str
