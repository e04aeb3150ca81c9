"""The sound of a meeting: kept encrypted beside the transcript until the town's days are over."""

from __future__ import annotations

from typing import BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.meter.limits import require_room
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.minutes.engine import sound
from yakuba.services.minutes.models import Meeting, Sound

LARGEST = 1_900_000_000  # bytes, with a form around it within what the door takes; ten hours of speech as 16 kHz WAV are 1.2 GB
LONGEST = 12 * 3600  # seconds


@transaction.atomic
def take_sound(meeting: Meeting, file: BinaryIO, name: str, *, actor: Actor) -> Sound:
    """Keep a sound, in the place of the one before. Raises Invalid for what is none, is too long or too large."""
    kind = sound.kind_of(file.read(64))
    file.seek(0, 2)
    size = file.tell()
    if size > LARGEST:
        raise Invalid("音声が大きすぎます（1.9GBまで）。MP3かM4Aにすると小さくなります。")
    seconds = sound.seconds_of(file, kind)
    if seconds is not None and seconds > LONGEST:
        raise Invalid("音声が長すぎます（12時間まで）。会議ごとに分けてください。")
    require_room("storage", size)
    _let_go(meeting)
    kept = store(StoredFile.Kind.UPLOAD, name, kind, file, actor=actor)
    row: Sound = Sound.objects.create(meeting=meeting, file=kept, seconds=seconds)
    record("minutes.sound_taken", subject=f"meeting:{meeting.pk}", actor=actor)
    return row


@transaction.atomic
def drop_sound(meeting: Meeting) -> Meeting:
    """Let the sound go, at once. The operation records it."""
    if not _let_go(meeting):
        raise Missing("この会議に音声はありません。")
    return meeting


def _let_go(meeting: Meeting) -> bool:
    row = Sound.objects.select_related("file").filter(meeting=meeting).first()
    if row is None:
        return False
    file = row.file
    row.delete()
    remove(file)
    return True
