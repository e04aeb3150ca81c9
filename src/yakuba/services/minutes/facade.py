"""The minutes room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.services.minutes.actions import deciding, editing
from yakuba.services.minutes.contracts import MeetingKind, NewMeeting, WorkFacts
from yakuba.services.minutes.engine import reading
from yakuba.services.minutes.models import Meeting, Speech
from yakuba.services.minutes.queries import meetings as queries


def take_in(new: NewMeeting, name: str, content: bytes, *, actor: Actor) -> int:
    """A meeting of a transcript; its number. Raises Invalid with what is wrong with the file."""
    return int(editing.take_in(new, reading.read(content), name, actor=actor).pk)


def begin(meeting_id: int, checked: int, *, actor: Actor) -> None:
    """Say of the first speeches that they are right, as a clerk would who has begun; and look for what is to be decided."""
    meeting = Meeting.objects.get(pk=meeting_id)
    for speech in Speech.objects.filter(meeting=meeting).order_by("position")[:checked]:
        editing.edit(speech.pk, speech.version, speech.text, actor=actor, checked=True)
    deciding.find_points(meeting, actor=actor)
    deciding.find_marks(meeting, actor=actor)


def work() -> WorkFacts:
    """How long people worked on the meetings that are done."""
    return queries.work()


def is_empty() -> bool:
    """Whether the town has no meeting yet."""
    return not Meeting.objects.exists()


__all__ = ["MeetingKind", "NewMeeting", "WorkFacts", "begin", "is_empty", "take_in", "work"]
