"""Sizes of paper: when a stated resolution can be believed.

Programs write resolutions that nobody measured: 72 for a photo, one pixel a point for a scan put into a PDF, a bare
ratio for a fax. A resolution is believed when the sheet that it makes of the picture is one that offices have, from
a card to A3; otherwise only the ratio of its two numbers is.
"""

from __future__ import annotations

DPI = 200  # of every page image
MAX_PIXELS = 60_000_000  # an A3 page at 400 dpi is 31 million
SHORTEST, LONGEST = 2.0, 17.6  # inches: a business card's short side, A3 and ledger with a margin
RESOLUTIONS = (60.0, 1250.0)  # dots an inch
RATIOS = (0.25, 4.0)  # between across and down: faxes have 204 × 98, 204 × 391 and 408 × 391


def is_paper(width: float, height: float) -> bool:
    """Whether a sheet of `width` × `height` inches is plausible."""
    return min(width, height) >= SHORTEST and max(width, height) <= LONGEST


def page_size(size: tuple[int, int], resolution: tuple[float, float] | None) -> tuple[int, int]:
    """Pixels that a picture of `size` gets as a page, by its stated resolution (across, down; any unit)."""
    across, down = resolution or (0.0, 0.0)
    if not (across > 0 and down > 0 and RATIOS[0] <= across / down <= RATIOS[1]):
        return size
    believed = RESOLUTIONS[0] <= min(across, down) and max(across, down) <= RESOLUTIONS[1]
    if believed and is_paper(size[0] / across, size[1] / down):
        return _within((size[0] * DPI / across, size[1] * DPI / down), size)
    ratio = across / down  # the finer side keeps its pixels
    return _within((size[0] * max(1.0, 1 / ratio), size[1] * max(1.0, ratio)), size)


def _within(wanted: tuple[float, float], size: tuple[int, int]) -> tuple[int, int]:
    width, height = max(1, round(wanted[0])), max(1, round(wanted[1]))
    return (width, height) if width * height <= MAX_PIXELS else size
