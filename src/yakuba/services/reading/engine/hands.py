"""Whether a sheet was printed or written by hand, seen in its figures: print sets them on one line, a hand does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np

from ..contracts import FieldReading, Hand
from .crops import Grey, bounds
from .paper import INK

FEWEST = 4  # figures by which a line is judged
EVEN = 0.016  # of a figure's height: of 14 drawn sheets print lay below 0.013 and all but one of the pens above 0.02


def unevenness(glyphs: Sequence[Grey]) -> float | None:
    """How far the feet of the figures of a row stray from one line, as a share of a figure's height; None where they are
    too few. glyphs: pictures of single figures that keep all rows of the row."""
    boxes = [box for glyph in glyphs if (box := bounds(glyph < INK))]
    if len(boxes) < FEWEST:
        return None
    feet = np.array([box[1] + box[3] for box in boxes], np.float64)
    along = np.arange(len(feet))
    level = np.polyval(np.polyfit(along, feet, 1), along)
    height = float(np.median([box[3] for box in boxes]))
    return round(float(np.abs(feet - level).mean()) / height, 4)


def hand_of(fields: Iterable[FieldReading]) -> Hand:
    """The hand of a sheet or of an application, by the figures of all its fields."""
    seen = [one.evidence.uneven for one in fields if one.evidence.uneven is not None]
    if not seen:
        return Hand.UNKNOWN
    return Hand.PEN if median(seen) > EVEN else Hand.PRINT
