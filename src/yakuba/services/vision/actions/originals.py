"""What was sent, sealed while it waits, and opened again in memory alone.

The house's upload lies in the private temporary folder as long as its request lasts. From then on an original is only ever on
the disk under the town's key, until it was looked at; it is opened into memory (memfd), from which the process that reads it has
it. What is kept of a picture is made of its pixels.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of, store
from yakuba.kernel.refusals import Invalid, Unavailable
from yakuba.services.vision.engine.frames import LARGEST_PICTURE, shown_name
from yakuba.services.vision.models import AnalysisSource

MOST_FILES = 200
ARCHIVE, FILM, PICTURE = "archive", "film", "picture"
NOTHING = "写真か動画を選んでください。"
KIND_OF = {b"PK\x03\x04": ARCHIVE, b"PK\x05\x06": ARCHIVE, b"\x1aE\xdf\xa3": FILM, b"\x00\x00\x01\xba": FILM}


def kind_of(start: bytes) -> str:
    """What a file is by its first bytes: an archive, a film, or else (perhaps) a picture."""
    if start[:4] in KIND_OF:
        return KIND_OF[start[:4]]
    if start[4:8] == b"ftyp" and start[8:12] not in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        return FILM
    return FILM if start[:4] == b"RIFF" and start[8:12] == b"AVI " else PICTURE


@contextmanager
def in_memory() -> Iterator[BinaryIO]:
    """A file that is nowhere on a disk."""
    with os.fdopen(os.memfd_create("vision"), "w+b") as file:
        yield file


@contextmanager
def unsealed(row: StoredFile) -> Iterator[BinaryIO]:
    """The original, in memory. Raises Unavailable where it is not there any more."""
    with in_memory() as file:
        try:
            for piece in pieces_of(row):
                file.write(piece)
        except FileNotFoundError as error:
            raise Unavailable("元の写真がもうありません。もう一度入れてください。") from error
        file.seek(0)
        yield file


def sealed(analysis_name: str, given: Sequence[tuple[str, BinaryIO]]) -> list[tuple[str, str, StoredFile]]:
    """Name, kind and sealed file of everything that was sent: archives and films as they are, single pictures together as one
    archive. Raises Invalid."""
    if not given:
        raise Invalid(NOTHING)
    if len(given) > MOST_FILES:
        raise Invalid(f"一度に選べるのは{MOST_FILES}個までです。多いときは、ZIPにまとめてください。")
    kept: list[tuple[str, str, StoredFile]] = []
    pictures: list[tuple[str, BinaryIO]] = []
    for name, stream in given:
        stream.seek(0)
        kind = kind_of(stream.read(16))
        _require_size(name, stream)
        if kind == PICTURE:
            pictures.append((name, stream))
        else:
            kept.append(
                (
                    shown_name(name),
                    kind,
                    store(
                        StoredFile.Kind.UPLOAD,
                        f"{analysis_name}（見る前）",
                        "application/octet-stream",
                        stream,
                    ),
                )
            )
    if pictures:
        kept.insert(0, (f"写真 {len(pictures)}枚", ARCHIVE, _together(analysis_name, pictures)))
    return kept


def _require_size(name: str, stream: BinaryIO) -> None:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    most = settings.YAKUBA.upload_max_bytes
    if size > most:
        raise Invalid(
            f"大きすぎます（{most // 1_000_000}MBまで）。いくつかに分けてください。",
            place=f"「{shown_name(name)}」",
        )
    if size == 0:
        raise Invalid("空のファイルです。選び直してください。", place=f"「{shown_name(name)}」")


def _together(analysis_name: str, pictures: Sequence[tuple[str, BinaryIO]]) -> StoredFile:
    with in_memory() as held:
        with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
            taken: set[str] = set()
            for number, (name, stream) in enumerate(pictures, 1):
                called = name if name not in taken else f"{number}-{name}"
                taken.add(called)
                content = stream.read(LARGEST_PICTURE + 1)  # one that is larger is told when it is looked at
                archive.writestr(called, content)
        held.seek(0)
        return store(StoredFile.Kind.UPLOAD, f"{analysis_name}（見る前）", "application/zip", held)


def is_archive(row: AnalysisSource) -> bool:
    """Whether it is pictures, not a film."""
    return row.kind == AnalysisSource.Kind.ARCHIVE


__all__ = ["ARCHIVE", "FILM", "in_memory", "is_archive", "kind_of", "sealed", "unsealed"]
