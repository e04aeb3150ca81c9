"""Writing over print that no field owns: 取下げ across the title, 無効 over a heading.

Where the form's print is taken away, such a word leaves crumbs. So the scan is compared with the print itself: the form,
blurred as this scan is and laid on it to a fraction of a pixel, explains all ink of a heading but what was written on it.
Such a word is said of the sheet as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from . import fineprint
from .crops import Grey
from .definitions import Rect
from .fineprint import Comparison
from .headings import Heading
from .labels import cut

DARKER = 80  # grey levels on a good copy by which ink is darker than the print explains
STROKE = np.ones((3, 3), np.uint8)  # the thinnest pen; print that has bled is a pixel wider on each side
# Pixels of such ink in a heading and windows, half a character apart, that hold some; times what half of
# the page's headings hold at most, since a word may lie over several. Of 110 ordinary sheets the most were 60, on a fax; of
# 15 words drawn over print the least 96, on a fax, and 101.
INK, WINDOWS, OTHERS = 100, 2, 3
# The same of white letters in a bar that ink has filled; where they run full by themselves, they do so in other bars too. Of
# these sheets the most were 54 in one bar alone and 275 in two; of words drawn over bars the least 150.
FILLED, OTHER_BARS = 140, 5
DEEPER, BLACK = (
    20,
    30,
)  # grey levels by which ink is darker than a grey bar; what is no darker than this shows none


def asks(known: Sequence[Heading], compared: Comparison) -> bool:
    """Whether a word was written over the title, a heading or an instruction. compared: the scan, with white paper and
    with red kept, laid on the form."""
    dark = [heading for heading in known if not heading.light]
    light = [heading for heading in known if heading.light]
    over = _inked(dark, compared)
    least = max(INK, OTHERS * int(np.median([sum(one) for one in over] or [0])))
    if any(_is_word(one, least) for one in over):
        return True
    if any(_is_word(one, INK) for one in _on_bars(light, compared)):
        return True
    filled = _inked(light, compared.light, missing=True)
    return any(
        _is_word(one, max(FILLED, OTHER_BARS * max(map(sum, filled[:at] + filled[at + 1 :]), default=0)))
        for at, one in enumerate(filled)
    )


def _is_word(inked: Sequence[int], least: int) -> bool:
    return sum(inked) >= least and sum(one > 0 for one in inked) >= WINDOWS


def _inked(known: Sequence[Heading], compared: Comparison, missing: bool = False) -> list[list[int]]:
    """Pixels of ink in each window of each heading that its print does not explain; missing: of print instead that is not
    there."""
    sign = -1 if missing else 1
    rests = iter(compared.remaining([window for heading in known for window in heading.windows]))
    return [[_strokes(sign * next(rests) > DARKER) for _ in heading.windows] for heading in known]


def _strokes(ink: NDArray[np.bool_]) -> int:
    """Pixels of what is as broad as a pen's stroke, but for the surroundings of a window."""
    around = fineprint.AROUND
    opened = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, STROKE)
    return int(opened[around:-around, around:-around].sum())


def _on_bars(light: Sequence[Heading], compared: Comparison) -> list[list[int]]:
    """Pixels of ink in each window of each bar that are darker than the bar itself, also where it has no letters."""
    if not light:
        return []
    smooth = cv2.blur(compared.scan, (3, 3))
    bars = cv2.erode((compared.form < fineprint.DARKER).astype(np.uint8), np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bars)
    own = {label for heading in light for label in np.unique(labels[_part(heading.rect)]).tolist()} - {0}
    return [
        [_deeper(window, smooth, labels == label) for window in cut(tuple(stats[label, :4].tolist()))]
        for label in sorted(own)
    ]


def _part(rect: Rect) -> tuple[slice, slice]:
    x, y, width, height = rect
    return slice(y, y + height), slice(x, x + width)


def _deeper(window: Rect, smooth: Grey, bars: NDArray[np.bool_]) -> int:
    part = _part(window)
    bar = smooth[part][bars[part]]
    level = float(np.percentile(bar, 75)) if bar.size else 0.0
    if level < BLACK:
        return 0
    ink = ((smooth[part] < level - DEEPER) & bars[part]).astype(np.uint8)
    return int(cv2.morphologyEx(ink, cv2.MORPH_OPEN, STROKE).sum())
