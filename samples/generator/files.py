"""The files a scanner leaves: PDF, TIFF, JPEG and PNG."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image

DPI = 200
# A fixed date in the files, so that the same seed gives the same bytes.
MADE = time.gmtime(1_795_000_000)


@dataclass(frozen=True)
class FileKind:
    """extension: pdf | tif | jpg | png; mode: colour | grey | bilevel; quality: of JPEG, 0 where there is none."""

    extension: str
    mode: str
    quality: int = 0

    @property
    def single(self) -> bool:
        """True when the format holds one page only."""
        return self.extension in ("jpg", "png")


# How often a file is of a kind: most town halls scan to PDF.
KINDS = {
    ("pdf", "colour"): 34,
    ("pdf", "grey"): 24,
    ("pdf", "bilevel"): 10,
    ("tif", "grey"): 6,
    ("tif", "bilevel"): 8,
    ("jpg", "colour"): 10,
    ("png", "grey"): 8,
}
QUALITIES = (35, 50, 60, 75, 85)


def draw_kind(rng: Random) -> FileKind:
    extension, mode = rng.choices(list(KINDS), list(KINDS.values()))[0]
    lossy = extension != "png" and mode != "bilevel"
    return FileKind(extension, mode, rng.choice(QUALITIES) if lossy else 0)


def save(pictures: list[Image.Image], path: Path, kind: FileKind) -> None:
    """Write the pictures into one file at 200 dpi; pages in black and white are packed as fax data."""
    first, rest = pictures[0], pictures[1:]
    if kind.extension == "pdf":
        quality = {"quality": kind.quality} if kind.quality else {}
        first.save(
            path,
            save_all=True,
            append_images=rest,
            resolution=DPI,
            creationDate=MADE,
            modDate=MADE,
            **quality,
        )
    elif kind.extension == "tif":
        packing = (
            {"compression": "jpeg", "quality": kind.quality} if kind.quality else {"compression": "group4"}
        )
        first.save(path, save_all=True, append_images=rest, dpi=(DPI, DPI), **packing)
    elif kind.extension == "jpg":
        first.save(path, quality=kind.quality, dpi=(DPI, DPI))
    else:
        first.save(path, dpi=(DPI, DPI), compress_level=1)
