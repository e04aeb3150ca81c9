"""Other print that differs by a stroke: 土 and 士, 千円 and 干円, 6か月 and 8か月.

A correlation hardly sees one stroke. So the form is blurred as much as this scan is, laid on the scan to a fraction of a
pixel, and what remains is looked at: ink too much, and print that is missing. On a good scan next to nothing
of either remains; where more remains all over (fax, black and white), nothing is said. A stroke of a pen
over the words runs on beyond the character, another character does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def other_print(windows: Sequence[Rect], scan: Grey, form: Grey) -> list[bool]:
    """For each window whether the scan shows another character there; never where the scan is too poor to say so."""
    if not windows:
        return []
    blurred = as_blurred(windows, scan, form)
    rests = [_rest(window, scan, blurred) for window in windows]
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


def as_blurred(windows: Sequence[Rect], scan: Grey, form: Grey) -> Grey:
    """The form blurred like the scan."""
    some = windows[:: max(1, len(windows) // SAMPLE)]
    forms = [form if not sigma else cv2.GaussianBlur(form, (0, 0), sigma) for sigma in BLURS]
    errors = [sum(float((remaining(one, scan, blurred) ** 2).mean()) for one in some) for blurred in forms]
    return forms[int(np.argmin(errors))]


def remaining(window: Rect, scan: Grey, form: Grey) -> Floats:
    """How much darker the scan is than the form in and around a window, laid on it to a fraction of a pixel."""
    x, y, width, height = (
        max(0, window[0] - AROUND),
        max(0, window[1] - AROUND),
        window[2] + 2 * AROUND,
        window[3] + 2 * AROUND,
    )
    known = form[y : y + height, x : x + width]
    height, width = known.shape
    near = scan[max(0, y - SHIFT) : y + height + SHIFT, max(0, x - SHIFT) : x + width + SHIFT]
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


def _rest(window: Rect, scan: Grey, blurred: Grey) -> Rest:
    rest = remaining(window, scan, blurred)
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
