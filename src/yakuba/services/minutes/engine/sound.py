"""What a sound file is, by its first bytes, and how long it takes, by its own head. Nothing of it is decoded: the browser
plays it."""

from __future__ import annotations

import struct
from typing import BinaryIO

from yakuba.kernel.refusals import Invalid

KINDS = {"audio/wav": "WAV", "audio/mpeg": "MP3", "audio/mp4": "M4A", "audio/ogg": "OGG"}
TAKEN = "音声は、WAV・MP3・M4A・OGGのどれかで選んでください。"
_TAIL = 65_536
_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s, MPEG 1 layer III
_BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG 2 and 2.5
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def kind_of(head: bytes) -> str:
    """The media type. Raises Invalid, saying what is taken."""
    if not head:
        raise Invalid("ファイルが空です。音声のファイルを選んでください。")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"OggS":
        return "audio/ogg"
    if head[4:8] == b"ftyp":
        if head[8:11] in (b"hei", b"avi"):
            raise Invalid("写真のファイルです。" + TAKEN)
        return "audio/mp4"
    if head[:3] == b"ID3" or (len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    raise Invalid("音声のファイルではないか、使えない形式です。" + TAKEN)


def seconds_of(file: BinaryIO, kind: str) -> float | None:
    """How long it takes, None where its head does not say. Raises Invalid for a file whose head is broken."""
    file.seek(0)
    try:
        found = {"audio/wav": _wav, "audio/ogg": _ogg, "audio/mp4": _mp4, "audio/mpeg": _mp3}[kind](file)
    except (struct.error, LookupError, ArithmeticError, ValueError, OSError):  # a broken head
        found = None
    finally:
        file.seek(0)
    if found is not None and found <= 0:
        raise Invalid("音声の長さが0秒です。録音し直すか、別のファイルを選んでください。")
    return found


def _wav(file: BinaryIO) -> float | None:
    file.seek(12)
    rate = 0
    for _ in range(200):
        head = file.read(8)
        if len(head) < 8:
            return None
        name, size = struct.unpack("<4sI", head)
        if name == b"fmt ":
            rate = struct.unpack("<HHII", file.read(12))[3]
            file.seek(size - 12 + size % 2, 1)
        elif name == b"data":
            here = file.tell()
            file.seek(0, 2)
            # A recorder that was cut off leaves 0 or too much as the size: what is there counts.
            left = file.tell() - here
            return (min(size, left) if size else left) / rate
        else:
            file.seek(size + size % 2, 1)
    return None


def _ogg(file: BinaryIO) -> float | None:
    head = file.read(100)
    rate = 48_000 if b"OpusHead" in head else 0
    if (at := head.find(b"\x01vorbis")) >= 0:
        rate = struct.unpack("<I", head[at + 12 : at + 16])[0]
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or not rate:
        return None
    return float(struct.unpack("<q", tail[at + 6 : at + 14])[0] / rate)


def _mp4(file: BinaryIO) -> float | None:
    """The movie header, within the boxes on top; the sound itself is passed over."""
    for _ in range(200):
        head = file.read(8)
        if len(head) < 8:
            return None
        size, name = struct.unpack(">I4s", head)
        if name == b"moov":
            continue  # the header stands within it
        if name == b"mvhd":
            version = file.read(4)[0]
            file.seek(16 if version else 8, 1)
            scale = struct.unpack(">I", file.read(4))[0]
            length = struct.unpack(">Q" if version else ">I", file.read(8 if version else 4))[0]
            return float(length / scale)
        if size == 1:
            size = struct.unpack(">Q", file.read(8))[0] - 8
        if size < 8:
            return None
        file.seek(size - 8, 1)
    return None


def _mp3(file: BinaryIO) -> float | None:
    head = file.read(10)
    at = 0
    if head[:3] == b"ID3":
        at = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(at)
    frame = file.read(400)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return None
    version = frame[1] >> 3 & 3
    rate = _RATES[version][frame[2] >> 2 & 3]
    samples = 1152 if version == 3 else 576
    for name in (b"Xing", b"Info"):
        if (found := frame.find(name)) >= 0 and frame[found + 7] & 1:
            return float(struct.unpack(">I", frame[found + 8 : found + 12])[0] * samples / rate)
    bits = (_BITRATES if version == 3 else _BITRATES_2)[frame[2] >> 4] * 1000
    file.seek(0, 2)
    return float((file.tell() - at) * 8 / bits)
