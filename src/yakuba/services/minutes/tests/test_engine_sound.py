"""What a sound is and how long it takes, by its head alone."""

from __future__ import annotations

import io
import struct
import wave

import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.minutes.engine import sound
from yakuba.services.minutes.engine.clocks import clock


def wav(seconds: float = 2.0, rate: int = 8000) -> bytes:
    """Silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(b"\0\0" * int(seconds * rate))
    return buffer.getvalue()


def of(content: bytes) -> tuple[str, float | None]:
    kind = sound.kind_of(content[:64])
    return kind, sound.seconds_of(io.BytesIO(content), kind)


def test_length_stands_in_the_head():
    assert of(wav()) == ("audio/wav", 2.0)
    cut = wav()[: 44 + 16_000]  # a recorder that was cut off in the middle
    assert of(cut) == ("audio/wav", 1.0)
    ogg = b"OggS" + bytes(24) + b"OpusHead" + bytes(50) + b"OggS\0\4" + struct.pack("<q", 144_000) + bytes(20)
    assert of(ogg) == ("audio/ogg", 3.0)
    box = struct.pack(">I4s", 108, b"mvhd") + bytes(12) + struct.pack(">II", 1000, 4500) + bytes(80)
    m4a = (
        struct.pack(">I4s", 16, b"ftyp") + b"M4A \0\0\0\0" + struct.pack(">I4s", len(box) + 8, b"moov") + box
    )
    assert of(m4a) == ("audio/mp4", 4.5)
    frame = b"\xff\xfb\x90\x00"  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz
    assert of(frame + bytes(16_000 - 4)) == ("audio/mpeg", 1.0)


def test_what_is_no_sound_is_refused_and_a_broken_head_says_nothing():
    for content in (b"", b"<html>", b"PK\x03\x04", b"\0" * 64, b"\0\0\0\x18ftypheic"):
        with pytest.raises(Invalid):
            sound.kind_of(content)
    with pytest.raises(Invalid, match="0秒"):
        of(wav(0.0))
    for head in (
        b"RIFF\0\0\0\0WAVE",
        b"OggS" + bytes(40),
        b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\2moov",
        b"ID3\3\0\0\0\0\0\0",
    ):
        assert of(head)[1] is None
    assert (clock(65.9), clock(3725)) == ("1:05", "1:02:05")


def test_a_head_that_says_what_no_standard_knows_is_only_without_a_length():
    frame = b"\xff\xea\x90\x00" + b"\0" * 500
    assert sound.seconds_of(io.BytesIO(frame), sound.kind_of(frame)) is None
