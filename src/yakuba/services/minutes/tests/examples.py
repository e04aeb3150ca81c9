"""One object of every kind that an address of this room names."""

from __future__ import annotations

import io
import wave
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.minutes.actions import deciding, editing, sounding
from yakuba.services.minutes.contracts import NewMeeting, Transcript, Utterance
from yakuba.services.minutes.models import Change, Matter, Point, Publication, Speaker, Speech


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A meeting of two speeches, one of them changed."""
    said = (
        Utterance("議長", "えー、開会します。", 0.0, 4.0),
        Utterance("委員", known["secret_word"], 4.0, 8.0),
    )
    meeting = editing.take_in(NewMeeting(known["secret_word"]), Transcript(said), "example.vtt", actor=clerk)
    speech = Speech.objects.filter(meeting=meeting).order_by("position").first()
    editing.edit(speech.pk, speech.version, "開会します。", actor=clerk)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    buffer.seek(0)
    sounding.take_sound(meeting, buffer, "example.wav", actor=clerk)
    mark = deciding.hide(speech, "withheld", "開会", "", actor=clerk)
    matter = deciding.set_matter(meeting, Matter(title=known["secret_word"]), actor=clerk)
    point = Point.objects.create(speech=speech, kind=Point.Kind.DECISION, sentence="開会します。")
    publication = Publication.objects.create(
        meeting=meeting, content={"nameOfMeeting": known["secret_word"]}, reason="見本", proposed_by=clerk
    )
    return {
        "mark_id": mark.pk,
        "matter_id": matter.pk,
        "point_id": point.pk,
        "record_id": publication.pk,
        "meeting_id": meeting.pk,
        "speech_id": speech.pk,
        "speaker_id": Speaker.objects.filter(meeting=meeting).first().pk,
        "change_id": Change.objects.filter(meeting=meeting, kind=Change.Kind.EDITED).first().pk,
    }
