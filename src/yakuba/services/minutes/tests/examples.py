"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.contracts import NewMeeting, Transcript, Utterance
from yakuba.services.minutes.models import Change, Speaker, Speech


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A meeting of two speeches, one of them changed."""
    said = (
        Utterance("議長", "えー、開会します。", 0.0, 4.0),
        Utterance("委員", known["secret_word"], 4.0, 8.0),
    )
    meeting = editing.take_in(NewMeeting(known["secret_word"]), Transcript(said), "example.vtt", actor=clerk)
    speech = Speech.objects.filter(meeting=meeting).order_by("position").first()
    editing.edit(speech.pk, speech.version, "開会します。", actor=clerk)
    return {
        "meeting_id": meeting.pk,
        "speech_id": speech.pk,
        "speaker_id": Speaker.objects.filter(meeting=meeting).first().pk,
        "change_id": Change.objects.filter(meeting=meeting, kind=Change.Kind.EDITED).first().pk,
    }
