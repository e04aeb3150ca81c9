"""Other print that differs by a stroke: 土 and 士, 千円 and 干円, 6か月 and 8か月.

A correlation hardly sees one stroke. So the form is blurred as much as this scan is, laid on the scan to a fraction of a
pixel, and what remains is looked at: ink too much, and print that is missing. On a good scan next to nothing
of either remains; where more remains all over (fax, black and white), nothing is said. A stroke of a pen
over the words runs on beyond the character, another character does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from .definitions import Rect

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

BLURS = (
    0.0,
    0.6,
    0.9,
    1.2,
    1.6,
)  # pixels, sigma: from a form drawn anew to the worst scan that still says something
REACH = 6  # pixels from which the strongest of them takes something
SAMPLE = 10  # windows by which the scan's blur is judged
SHIFT = 3  # pixels by which print may lie beside its place on the form
AROUND = 6  # pixels around a window: what reaches their edge runs on
DARKER = 80  # grey levels on a good copy; half of a thin stroke's
LIGHTEST = 75  # per cent of a window that are no lighter than its paper
TOO_MUCH, TOGETHER = (
    7,
    10,
)  # pixels: ink too much, the same with print that is missing; on good scans 6 remain at most
PEN, NEXT = 3, 3  # pixels of ink too much that a line leaves in each character; windows' widths
GOOD = 2  # pixels that remain in nineteen of twenty windows of a good scan, at most


@dataclass(frozen=True)
class Rest:
    """The largest connected pieces of one window, in pixels. more: ink that the form does not have.  less: print that
    the scan does not have.  runs_on: the former goes on beyond the window."""

    more: int
    less: int
    runs_on: bool

    @property
    def other(self) -> bool:
        """Another character stands here."""
        return not self.runs_on and (self.more >= TOO_MUCH or self.more + self.less >= TOGETHER)


class Comparison:
    """A scan laid on its form, window by window. What was worked out is kept, since headings and what was written over
    them ask for the same windows; `like`: the same scan with a few places otherwise (red kept), which has done so for
    all that is the same."""

    def __init__(self, scan: Grey, form: Grey, like: Comparison | None = None) -> None:
        self.scan, self.form, self._like = scan, form, like
        self._known: dict[tuple[Rect, float], Floats] = {}

    @cached_property
    def light(self) -> Comparison:
        """The same for white letters on dark bars."""
        return Comparison(255 - self.scan, 255 - self.form, self._like.light if self._like else None)

    def remaining(self, windows: Sequence[Rect]) -> list[Floats]:
        """How much darker the scan is than the form, blurred like it, in and around each window, in grey levels of a good
        copy; negative where print is missing."""
        if not windows:
            return []
        blur = self._blur(windows[:: max(1, len(windows) // SAMPLE)])
        return [self._one(window, blur) for window in windows]

    def _blur(self, some: Sequence[Rect]) -> float:
        """How much the scan is blurred, judged by some windows: one of BLURS."""
        errors = [sum(float((self._one(one, blur) ** 2).mean()) for one in some) for blur in BLURS]
        return BLURS[int(np.argmin(errors))]

    def _one(self, window: Rect, blur: float) -> Floats:
        known = self._known.get((window, blur))
        if known is None:
            known = self._known[window, blur] = self._compared(window, blur)
        return known

    def _compared(self, window: Rect, blur: float) -> Floats:
        place = _around(window)
        near = _grown(place, SHIFT)
        if self._like and np.array_equal(self.scan[near], self._like.scan[near]):
            return self._like._one(window, blur)
        return remaining(self.scan[near], self._form(place, blur))

    def _form(self, place: tuple[slice, slice], blur: float) -> Grey:
        """A part of the form, blurred; what lies around it counts as well."""
        if not blur:
            return self.form[place]
        wide = _grown(place, REACH)
        top, left = (inner.start - outer.start for inner, outer in zip(place, wide, strict=True))
        soft = cv2.GaussianBlur(self.form[wide], (0, 0), blur)
        height, width = self.form[place].shape
        return np.asarray(soft[top : top + height, left : left + width], np.uint8)


def other_print(windows: Sequence[Rect], compared: Comparison) -> list[bool]:
    """For each window whether the scan shows another character there; never where the scan is too poor to say so."""
    if not windows:
        return []
    rests = [_rest(window, rest) for window, rest in zip(windows, compared.remaining(windows), strict=True)]
    if np.percentile([rest.more + rest.less for rest in rests], 95) > GOOD:
        return [False] * len(windows)
    marked = [window for window, rest in zip(windows, rests, strict=True) if rest.runs_on or rest.more >= PEN]
    return [
        rest.other and not any(_beside(window, one) for one in marked)
        for window, rest in zip(windows, rests, strict=True)
    ]


def _beside(window: Rect, other: Rect) -> bool:
    """A window near this one that shares nothing with it: a pen's line shows in both, cut by the print it crosses."""
    x, y, width, height = window
    apart = other[0] - x - width if other[0] > x else x - other[0] - other[2]
    return 0 <= apart <= NEXT * width and abs(other[1] - y) < height


def _around(window: Rect) -> tuple[slice, slice]:
    """The pixels in and around a window."""
    x, y, width, height = window
    top, left = max(0, y - AROUND), max(0, x - AROUND)
    return slice(top, top + height + 2 * AROUND), slice(left, left + width + 2 * AROUND)


def _grown(place: tuple[slice, slice], by: int) -> tuple[slice, slice]:
    rows, columns = (slice(max(0, side.start - by), side.stop + by) for side in place)
    return rows, columns


def remaining(near: Grey, known: Grey) -> Floats:
    """How much darker a part of the scan is than the form, which may lie anywhere in it and is laid on it to a fraction of
    a pixel."""
    height, width = known.shape
    found = cv2.matchTemplate(near, known, cv2.TM_CCOEFF_NORMED)
    left, top = cv2.minMaxLoc(found)[3]
    turn = np.array(
        [[1, 0, -left - _peak(found[top], left)], [0, 1, -top - _peak(found[:, left], top)]], np.float32
    )
    laid = cv2.warpAffine(
        near, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    print_, ink = _below_paper(known), _below_paper(laid)
    gain = float((print_ * ink).sum() / max(1.0, float((print_ * print_).sum())))
    return np.asarray((ink - gain * print_) / max(gain, 0.3), np.float32)


def _below_paper(grey: Grey) -> Floats:
    """How much darker than its own paper each pixel is; labels are shaded on the form and hardly on a copy."""
    return np.asarray(np.maximum(_percentile(grey, LIGHTEST) - grey.astype(np.float32), 0), np.float32)


def _percentile(grey: Grey, per_cent: int) -> float:
    """What np.percentile gives, from the counts of the 256 levels: on a window of a few hundred pixels a tenth of its
    time."""
    sums = np.bincount(grey.ravel(), minlength=256).cumsum()
    at = per_cent / 100 * (grey.size - 1)
    low, high = np.searchsorted(sums, (int(at), min(int(at) + 1, grey.size - 1)), side="right")
    return float(low + (high - low) * (at - int(at)))


def _peak(along: Floats, at: int) -> float:
    """How far beside a sampled maximum the true one lies, by the parabola through three points; -0.5 to 0.5."""
    if not 0 < at < along.size - 1:
        return 0.0
    before, here, after = (float(along[at + step]) for step in (-1, 0, 1))
    bend = before - 2 * here + after
    return min(0.5, max(-0.5, 0.5 * (before - after) / bend)) if bend < 0 else 0.0


def _rest(window: Rect, rest: Floats) -> Rest:
    inner = slice(AROUND, AROUND + window[3]), slice(AROUND, AROUND + window[2])
    more, runs_on = _largest(rest > DARKER, inner)
    less, _ = _largest(rest < -DARKER, inner)
    return Rest(more, less, runs_on)


def _largest(mask: NDArray[np.bool_], inner: tuple[slice, slice]) -> tuple[int, bool]:
    """Pixels of the largest piece that lies in the inner part, and whether any of these reaches the edge."""
    if not mask[inner].any():
        return 0, False
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    there = np.unique(labels[inner])
    there = there[there > 0]
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return int(stats[there, cv2.CC_STAT_AREA].max()), bool(np.isin(there, edge[edge > 0]).any())
