"""What may leave the room, and what its parts hand each other. Moments are milliseconds since 1970-01-01 00:00 of the
clock on the wall (Japan knows no summer time), so that hour and weekday are plain arithmetic on any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a log as it was handed in. at: milliseconds; person and pc: names that are not kept."""

    line: int
    at: int
    pc: str
    person: str
    section: str
    application: str
    title: str
    action: str
    object: str


@dataclass(frozen=True)
class ProcessHours:
    """Measured working time at PCs that the town's rules ascribe to a procedure. procedure: its code, or empty; minutes:
    measured, never estimated; months: the first of each month (ISO) → minutes."""

    activity: str
    procedure: str
    minutes: float
    events: int
    months: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class StepText:
    """What a step of a routine is, in words: application, screen (its title without digits), action, object."""

    application: str
    screen: str
    action: str
    object: str

    @property
    def words(self) -> str:
        """One line for a person."""
        where = f"{self.application}「{self.screen}」" if self.screen else self.application
        what = " ".join(part for part in (self.object, self.action) if part)
        return f"{where}　{what}".strip()

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "application": self.application,
            "screen": self.screen,
            "action": self.action,
            "object": self.object,
        }
