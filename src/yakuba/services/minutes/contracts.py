"""What may leave the minutes room, and what its engine reads and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Utterance:
    """What somebody said without a break. speaker: as the transcript calls who spoke, empty where it does not say; start,
    end: seconds from the beginning of the sound, None where they are not known."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Transcript:
    """A transcript as it was read. facts: what stood above the first speech, by its heading; notes: what was odd about the
    file, in Japanese, for who took it in."""

    utterances: tuple[Utterance, ...]
    facts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkFacts:
    """Work on meetings whose speeches have all been checked and whose length is known: how many, how long they took and how
    long people worked on them (seconds)."""

    meetings: int
    meeting_seconds: float
    work_seconds: float

    @property
    def minutes_per_hour(self) -> float:
        """Minutes of work for an hour of meeting; 0 without a meeting."""
        return self.work_seconds / self.meeting_seconds * 60 if self.meeting_seconds else 0.0


class MeetingKind(StrEnum):
    """What was held."""

    ASSEMBLY = "assembly"
    COMMITTEE = "committee"
    COUNCIL = "council"
    STAFF = "staff"
    CONSULTATION = "consultation"


class Form(StrEnum):
    """In which form minutes are written down."""

    VERBATIM = "verbatim"
    POINTS = "points"
    SUMMARY = "summary"


@dataclass(frozen=True)
class NewMeeting:
    """A meeting before anything was said. held_on: ISO 8601, empty where it is not known."""

    title: str
    kind: MeetingKind = MeetingKind.COMMITTEE
    body: str = ""
    held_on: str = ""
    place: str = ""
