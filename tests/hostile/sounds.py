"""Sound files: lengths that no sound has, heads that lead nowhere, and what only sounds like one."""

from __future__ import annotations

import struct

from hostile import MARK, Hostile

NO_SOUND = "音声のファイルではない|音声は|写真|空です"


def _wav(size: int, rate: int, said: int = 0xFFFFFFFF) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, rate, rate, 1, 8)
    return (
        b"RIFF"
        + struct.pack("<I", said)
        + b"WAVEfmt \x10\0\0\0"
        + form
        + b"data"
        + struct.pack("<I", size)
        + b"\x80" * 8000
    )


def wave() -> bytes:
    """A second of silence."""
    return _wav(8000, 8000, 8036)


def _box(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(body) + 8 if size is None else size) + name + body


MP4 = _box(b"ftyp", b"M4A \0\0\0\0")
OGG = b"OggS\0\2" + b"\0" * 20 + b"\1\x1eOpusHead\1\2\0\0\x80\xbb\0\0"
# name → (file's name, content, what is said; empty where it is taken as it is)
SOUNDS = {
    "wav-4-gigabytes": ("a.wav", _wav(0xFFFFFFFF, 8000), ""),
    "wav-no-rate": ("a.wav", _wav(8000, 0), ""),
    "wav-no-size": ("a.wav", _wav(0, 8000, 0), ""),
    "wav-chunks-that-lead-away": ("a.wav", b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\xff\xff\xff\xff" * 99, ""),
    "wav-10000-chunks": ("a.wav", b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\0\0\0\0" * 10_000, ""),
    "wav-head-alone": ("a.wav", b"RIFF\0\0\0\0WAVE", ""),
    "mp3-tag-of-256-megabytes": ("a.mp3", b"ID3\3\0\0\x7f\x7f\x7f\x7f" + MARK, ""),
    "mp3-no-rate": ("a.mp3", b"\xff\xfb\xfc\0" + b"\0" * 400, ""),
    "mp3-endless-frames": ("a.mp3", b"\xff\xfb\x90\0Xing\0\0\0\1\xff\xff\xff\xff" + b"\0" * 400, ""),
    "m4a-box-of-18-exabytes": ("a.m4a", MP4 + _box(b"mdat", b"\xff" * 8, 1), ""),
    "m4a-box-within-itself": ("a.m4a", MP4 + _box(b"moov", _box(b"moov", b"") * 300, 8), ""),
    "m4a-no-scale": ("a.m4a", MP4 + _box(b"moov", _box(b"mvhd", b"\0" * 12 + b"\0\0\0\0\xff\xff\xff\xff")), ""),
    "ogg-position-below-nothing": ("a.ogg", OGG + b"OggS\0\4" + b"\xff" * 60, "0秒"),
    "ogg-head-alone": ("a.ogg", b"OggS", ""),
    "web-page": ("a.mp3", b"<html><script>" + MARK, NO_SOUND),
    "heic": ("a.m4a", b"\0\0\0\x18ftypheic", NO_SOUND),
    "avif": ("a.m4a", b"\0\0\0\x18ftypavif", NO_SOUND),
    "playlist": ("a.mp3", b"#EXTM3U\nhttp://127.0.0.1/" + MARK, NO_SOUND),
    "program": ("a.wav", b"MZ" + MARK, NO_SOUND),
    "nothing": ("a.wav", b"", NO_SOUND),
}  # fmt: skip


def files(url: str) -> list[Hostile]:
    """All of them."""
    return [
        Hostile("sound", name, file, lambda content=content: content, says)
        for name, (file, content, says) in SOUNDS.items()
    ]
