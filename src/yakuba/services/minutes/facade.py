"""The minutes room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.contracts import NewMeeting
from yakuba.services.minutes.engine import reading
from yakuba.services.minutes.models import Meeting


def take_in(new: NewMeeting, name: str, content: bytes, *, actor: Actor) -> int:
    """A meeting of a transcript; its number. Raises Invalid with what is wrong with the file."""
    return int(editing.take_in(new, reading.read(content), name, actor=actor).pk)


def is_empty() -> bool:
    """Whether the town has no meeting yet."""
    return not Meeting.objects.exists()


__all__ = ["NewMeeting", "is_empty", "take_in"]
