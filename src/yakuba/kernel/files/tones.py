"""From what a picture file holds to what a page is: 8 bits, grey or colour, dark writing on white paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

# Depths that scanners write into wider numbers: the white of 8, 10, 12, 14 and 16 bits.
WHITES = (255, 1023, 4095, 16383, 65535)

# When a page of two tones counts as white on black. In blocks of 8 × 8 pixels, a negative is solid black in most
# of the page and its white is strokes; a sheet scanned under an open lid is a solid white patch in the black, a
# dark halftone has dots in its black, and a page with nothing on it stays black and goes to a person.
SOLID_BLACK = 0.5  # at least this share of the blocks
SOLID_WHITE = 0.08  # at most; a form's shaded headings have half of it
INK = (0.002, 0.3)  # share of white pixels


def on_paper(image: Image, *, min_is_white: bool = False, unsigned: bool = False) -> Image:
    """The picture as mode L or RGB on white paper. Of a deep picture, `min_is_white`: 0 is white in its numbers;
    `unsigned`: they have no sign, which Pillow gives to all of 32 bits."""
    import PIL.Image

    mode = image.mode
    if mode in {"I", "F"} or mode.startswith("I;16"):
        return _eight_bits(image, min_is_white, unsigned)
    if mode in {"La", "RGBa"}:
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[mode])
    if image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info:
        drawn = image.convert("RGBA")
        sheet = PIL.Image.new("RGBA", image.size, "white")
        sheet.alpha_composite(drawn)
        return sheet.convert("RGB")
    if mode in {"1", "L"}:
        return image.convert("L")
    return _lab(image) if mode == "LAB" else image.convert("RGB")


def _eight_bits(image: Image, min_is_white: bool, unsigned: bool) -> Image:
    import numpy
    import PIL.Image

    numbers = numpy.asarray(image)
    if unsigned and numbers.dtype == numpy.int32:
        numbers = numbers.view(numpy.uint32)
    values = numbers.astype(numpy.float32)
    clear = image.info.get("transparency")
    low, high = float(numpy.nanmin(values)), float(numpy.nanmax(values))
    if not (numpy.isfinite(low) and numpy.isfinite(high)):
        raise ValueError("a picture of numbers without an end")
    if image.mode == "F" and low >= 0 and high <= 1:
        white = 1.0
    elif low >= 0 and high <= WHITES[-1]:
        white = next(float(white) for white in WHITES if high <= white)
    else:  # 32 bits, or numbers below zero: no custom says what white is
        values, white = values - low, max(high - low, 1.0)
    grey = values * (255 / white)
    if min_is_white:
        grey = 255 - grey
    if isinstance(clear, int):
        grey[values == clear] = 255
    return PIL.Image.fromarray(numpy.nan_to_num(grey, nan=255).round().clip(0, 255).astype(numpy.uint8))


def _lab(image: Image) -> Image:
    from PIL import ImageCms

    return ImageCms.profileToProfile(  # type: ignore[return-value]
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )


def turned_if_negative(image: Image) -> Image:
    """A page of two tones, mode L, with its tones exchanged when it is white writing on black."""
    from PIL import ImageOps

    return ImageOps.invert(image) if _is_negative(image) else image


def is_dark(image: Image) -> bool:
    """Whether most of the page is black: the cheap question before the others."""
    small: Any = image.convert("L").reduce(8) if min(image.size) >= 8 else image.convert("L")
    return bool(sum(small.histogram()[:64]) > small.width * small.height * SOLID_BLACK)


def _is_negative(image: Image) -> bool:
    if min(image.size) < 64 or not is_dark(image):
        return False
    blocks = image.reduce(8)
    counts, area = blocks.histogram(), blocks.width * blocks.height
    ink = sum(image.histogram()[128:]) / (image.width * image.height)
    return (
        sum(counts[:16]) >= SOLID_BLACK * area
        and sum(counts[240:]) <= SOLID_WHITE * area
        and INK[0] <= ink <= INK[1]
    )


def is_grey(image: Image) -> bool:
    """Whether a colour picture has no colour to speak of."""
    import numpy

    pixels = numpy.asarray(image.reduce(4) if min(image.size) >= 8 else image).astype(int)
    return bool((pixels.max(axis=2) - pixels.min(axis=2)).max() < 24)
