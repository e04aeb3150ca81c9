"""Pictures and scans that somebody names on the command line: opened apart, as uploads are, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from yakuba.kernel.definitions.given import Unreadable, content
from yakuba.kernel.files.apart import Told, answer, understood
from yakuba.kernel.files.opening import Ended, Opening
from yakuba.kernel.files.reasons import sentence
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import Invalid

LARGEST_PICTURE = 20_000_000  # bytes
LARGEST_SCAN = 200_000_000
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
MOST_PAGES = 500
FILE_SECONDS, SECONDS_A_PAGE, PAGE_SECONDS = 30, 10, 20  # of CPU
NO_PICTURE = "画像として開けません。PNG・JPEG・TIFFにしてください。"

Pixels = NDArray[np.uint8]


def picture(path: Path) -> Pixels:
    """The picture of one field: grey `[h, w]` or RGB `[h, w, 3]`, 8 bits. Raises Unreadable."""
    given = content(path, LARGEST_PICTURE)
    try:
        told = answer(_opened, given, raises=(Unreadable,), most=MOST_PIXELS * 3)
        with understood():
            return np.frombuffer(told.body, np.uint8).reshape(told.head["shape"])
    except Invalid as error:
        raise Unreadable(getattr(error, "sentence", NO_PICTURE), place=str(path)) from error


def _opened(file: BinaryIO) -> Iterator[Told]:
    """In the process of its own: the picture's shape and pixels."""
    try:
        with Image.open(file, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unreadable("画像が大きすぎます。1つの欄だけを切り出してください。")
            if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info:
                clear = opened.convert("RGBA")
                paper = Image.new("RGBA", clear.size, "white")
                found = np.asarray(Image.alpha_composite(paper, clear).convert("RGB"), np.uint8)
            else:
                found = np.asarray(opened.convert("L" if opened.mode in ("1", "L") else "RGB"), np.uint8)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable(NO_PICTURE) from error
    yield {"shape": found.shape}, found.tobytes()


def pages(path: Path) -> Iterator[Pixels]:
    """The pages of a scan at 200 dpi, a PDF or a picture file. Raises Unreadable."""
    with nameless_file() as file:
        file.write(content(path, LARGEST_SCAN))
        file.flush()
        opening = Opening(file, FILE_SECONDS)
        count = 0
        try:
            for frame in opening.frames("inspect", path.name[-80:], str(MOST_PAGES), "0"):
                _refuse(frame.head, path)
                count = max(count, int(frame.head.get("pages", 0)))
            opening.left = FILE_SECONDS + SECONDS_A_PAGE * count
            for frame in opening.frames("render", "0", str(count), str(PAGE_SECONDS)):
                _refuse(frame.head, path)
                yield _decoded(frame.body)
        except Ended as ended:
            raise Unreadable(sentence("too_heavy"), place=str(path)) from ended


def _refuse(head: dict[str, object], path: Path) -> None:
    if "refused" in head and "attachment" not in head:
        raise Unreadable(sentence(str(head["refused"]), str(head.get("detail", ""))), place=str(path))


def _decoded(body: bytes) -> Pixels:
    found = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None:
        raise Unreadable(NO_PICTURE)
    if found.ndim == 3:
        found = cv2.cvtColor(found[:, :, :3], cv2.COLOR_BGR2RGB)
    return np.asarray(found, np.uint8)
