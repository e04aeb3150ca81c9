"""A photograph of a stranger, opened in a process of its own: made small, drawn anew without anything that stood beside the
picture, and its marks, by which the same picture is found again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

import numpy as np
from PIL import (  # the readers are loaded here: behind the walls nothing is imported any more
    Image,
    ImageOps,
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from yakuba.kernel.refusals import Invalid

LONGEST_SIDE = 1_600  # pixels
MOST_PIXELS = 60_000_000
QUALITY = 85
KINDS = ("JPEG", "PNG", "WEBP")
NO_PICTURE = "写真として開けません。JPEGかPNGの写真を選んでください。iPhoneの写真（HEIC）は、設定の「互換性優先」で撮り直せます。"
TOO_LARGE = "写真が大きすぎます。画素の数を小さくして、もう一度選んでください。"
GPS, TAKEN = 0x8825, 0x9003  # EXIF: the directory of the place, DateTimeOriginal
EXIF = 0x8769


def prepare(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The picture as JPEG of at most 1,600 pixels without EXIF, place or colour profile. Head: width, height in pixels; taken:
    the camera's own time `YYYY-MM-DDTHH:MM:SS` or empty; latitude, longitude in degrees or None; mark, mirrored: perceptual
    hashes of 64 bits in hex, of the picture and of its mirror image. Raises Invalid."""
    try:
        with Image.open(file, formats=KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid(TOO_LARGE)
            exif = picture.getexif()
            place, taken = _place(exif), _taken(exif)
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            drawn = ImageOps.exif_transpose(picture).convert("RGB")
            drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            bare = Image.frombytes("RGB", drawn.size, drawn.tobytes())  # pixels alone
    except Invalid:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(NO_PICTURE) from error
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    yield (
        {
            "width": bare.width,
            "height": bare.height,
            "taken": taken,
            "latitude": place[0] if place else None,
            "longitude": place[1] if place else None,
            "mark": mark(bare),
            "mirrored": mark(ImageOps.mirror(bare)),
        },
        out.getvalue(),
    )


def mark(picture: Image.Image) -> str:
    """The perceptual hash (pHash): grey, 32 × 32, two-dimensional DCT-II, the 8 × 8 lowest frequencies against their median,
    64 bits in hex. A picture of one colour gives zeros or ones that say nothing (`tells`)."""
    grey = np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.LANCZOS), dtype=float)
    low = (_DCT @ grey @ _DCT.T)[:8, :8].ravel()
    bits = low > np.median(low)
    return f"{int(''.join('1' if one else '0' for one in bits), 2):016x}"


def _dct(size: int) -> np.ndarray[Any, Any]:
    index = np.arange(size)
    return np.cos(np.pi * index[:, None] * (2 * index[None, :] + 1) / (2 * size))


_DCT = _dct(32)


def apart(one: str, other: str) -> int:
    """How many of the 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _place(exif: Image.Exif) -> tuple[float, float] | None:
    """Latitude and longitude where the camera says both with their hemispheres, and not 0,0."""
    try:
        gps = exif.get_ifd(GPS)
        north, east = str(gps[1]).strip("\0 ").upper(), str(gps[3]).strip("\0 ").upper()
        if north not in ("N", "S") or east not in ("E", "W"):
            return None
        latitude = _degrees(gps[2]) * (1 if north == "N" else -1)
        longitude = _degrees(gps[4]) * (1 if east == "E" else -1)
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, SyntaxError, OSError):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or (
        abs(latitude) < 0.01 and abs(longitude) < 0.01
    ):
        return None
    return latitude, longitude


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(one) for one in parts)
    return degrees + minutes / 60 + seconds / 3600


def _taken(exif: Image.Exif) -> str:
    try:
        text = str(exif.get_ifd(EXIF).get(TAKEN, "")).strip("\0 ")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").isoformat()
    except (ValueError, TypeError, KeyError, SyntaxError, OSError):
        return ""
