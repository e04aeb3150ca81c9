"""The scan laid on the form, its boxes cut out, and the form's own print taken away.

Everything here is in form pixels (200 dpi). Grey images have white paper at 255 and ink towards 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from . import highlighted, paper
from .alignment import Alignment
from .definitions import Rect
from .paper import INK

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

PRINT = 200  # a blank form's pixel below this is print (label shading is lighter)
SOLID_PRINT = 80  # the darkest parts of the print, by which the scan's contrast is judged
GOOD_BLACK = 60  # grey level of solid print on a good scan
LARGEST_GAIN = 2.2
DARK_PRINT = 150  # print that a light copy or a fax still shows
BLEED = 2  # pixels by which print on a scan may lie beside its place on the form
LONGEST_BRIDGE = 9  # a stroke cut by a removed line is joined over at most this many pixels
MARGIN = 10  # pixels around a box that are looked at too: writing does not stop at the frame
GROWN = 6  # pixels on each side of a printed line in which a scan may show it
FRINGE = 230  # the soft edge of a thin printed line counts as its width
THICK = 5  # pixels with fringe: a thick line, which black-and-white scans make thicker still
UPRIGHT = 25  # pixels: a printed upright line is at least as long
WIDEST = 85  # per cent of the upright lines of a page
RED = 45  # grey levels by which red ink is redder than green and blue


@dataclass(frozen=True)
class Sheet:
    """A scan on its form: `grey` is the scan with white paper and red ink taken out, `[height, width]`.

    full: the same with red kept.  red: where red ink lies.  red_fringe: the same with its soft edges.
    form: the blank page.  tinted: where a highlighter was drawn, at half the size (`highlighted.tinted`).
    """

    grey: Grey
    full: Grey
    red: Mask
    red_fringe: Mask
    form: Grey
    tinted: Mask | None = None

    @cached_property
    def writing(self) -> Grey:
        """`grey` without the form's print: only what was added to the blank form."""
        return without_print(self.grey, self.form < PRINT)

    @cached_property
    def added(self) -> Mask:
        """All ink that was added to the blank form, however light, but for red."""
        return paper.added(self.grey, self.form, self.from_print, self.red_fringe)

    @cached_property
    def from_print(self) -> NDArray[np.float32]:
        """Distance of each pixel to the form's print, in pixels."""
        return cv2.distanceTransform((self.form >= PRINT).astype(np.uint8), cv2.DIST_L2, 3)

    @cached_property
    def print_found(self) -> float:
        """Share of the form's print that is there, 0..1; fax and light copies lose thin lines."""
        return self.print_found_near((0, 0, self.grey.shape[1], self.grey.shape[0]), 0)

    def print_found_near(self, rect: Rect, margin: int = 40) -> float:
        """Share of the form's print in and around a box that is on the scan, 0..1; 1 where none is printed."""
        part = self.window(rect, margin)
        wanted = self.solid_print[part]
        if wanted.sum() < 50:
            return 1.0
        return float((wanted & self.nearly_ink[part]).sum() / wanted.sum())

    def print_gap(self, rect: Rect, margin: int = 8) -> int:
        """The longest stretch, in pixels, of the print in and at a box that is not on the scan: whitened, covered, torn."""
        part = self.window(rect, margin)
        missing = (self.solid_print[part] & ~self.nearly_ink[part]).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(missing, np.ones((3, 3), np.uint8)))
        sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
        return int(sides.max()) if sides.size else 0

    @cached_property
    def line_growth(self) -> tuple[float, float]:
        """(thin, thick): pixels by which the scan shows the form's upright lines wider than they are printed, all but the
        widest: a slightly turned one of a pixel is two or three where it steps."""
        upright = cv2.morphologyEx(
            (self.form < FRINGE).astype(np.uint8), cv2.MORPH_OPEN, np.ones((UPRIGHT, 1), np.uint8)
        )
        _, _, stats, _ = cv2.connectedComponentsWithStats(upright)
        found: tuple[list[float], list[float]] = ([], [])
        for x, y, width, height in stats[1:, :4].tolist():
            if width > 2 * GROWN:
                continue
            band = self.window((x - GROWN, y, width + 2 * GROWN, height))
            printed = (self.form[band] < FRINGE).sum(axis=1)
            written = (self.grey[band] < INK).sum(axis=1)
            thick = float(np.median(printed)) >= THICK
            found[thick].append(float(np.median(written - printed)))
        thin, thick_ = (float(np.percentile(growths, WIDEST)) if growths else 0.0 for growths in found)
        return thin, thick_

    @cached_property
    def solid_print(self) -> Mask:
        """Dark print of the form of two pixels and more."""
        return cv2.erode((self.form < DARK_PRINT).astype(np.uint8), np.ones((2, 2), np.uint8)).astype(bool)

    @cached_property
    def nearly_ink(self) -> Mask:
        """Whatever is darker than paper on the scan, and two pixels around it."""
        return cv2.dilate((self.grey < 190).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)

    def window(self, rect: Rect, margin: int = 0) -> tuple[slice, slice]:
        """Slices of the rectangle grown by `margin`, kept inside the page."""
        x, y, width, height = rect
        rows, columns = self.grey.shape
        top, left = max(0, y - margin), max(0, x - margin)
        return slice(top, min(rows, y + height + margin)), slice(left, min(columns, x + width + margin))


def lay_on_form(image: NDArray[np.uint8], alignment: Alignment) -> Sheet:
    """Warp a scan (grey `[h, w]` or RGB `[h, w, 3]`) onto its form and clean it."""
    height, width = alignment.template.image.shape
    to_form = np.linalg.inv(alignment.matrix)
    flat = cv2.warpPerspective(
        _shrunk_for(image, alignment)[0],
        to_form @ _shrunk_for(image, alignment)[1],
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderValue=(255, 255, 255),
    )
    grey, full, red, fringe = drop_red(flat)
    form = alignment.template.image
    return Sheet(
        _full_contrast(grey, form), _full_contrast(full, form), red, fringe, form, highlighted.tinted(flat)
    )


def _full_contrast(grey: Grey, form: Grey) -> Grey:
    """A light copy made as dark as a good one: the form's own print says how dark black is."""
    solid = cv2.erode((form < SOLID_PRINT).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if not solid.any():
        return grey
    black = float(np.median(grey[solid]))
    gain = min(max((255 - GOOD_BLACK) / max(255 - black, 1.0), 1.0), LARGEST_GAIN)
    return cv2.convertScaleAbs(255 - grey, alpha=gain) ^ np.uint8(255)


def _shrunk_for(
    image: NDArray[np.uint8], alignment: Alignment
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A scan much finer than the form is averaged down first, so that warping does not skip pixels.

    Returns the image and the matrix from its pixels to those of the original.
    """
    height, width = alignment.template.image.shape
    quad = np.array(alignment.corners, np.float32)
    factor = (cv2.contourArea(quad) / (height * width)) ** 0.5
    if factor < 1.3:
        return image, np.eye(3)
    small = cv2.resize(image, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    scale = image.shape[1] / small.shape[1]
    offset = (scale - 1) / 2  # pixel centres
    return small, np.array([[scale, 0, offset], [0, scale, offset], [0, 0, 1]], np.float64)


def white_paper(grey: Grey) -> Grey:
    """Divide by the paper's own brightness, so that shadows and yellow paper become white."""
    small = cv2.resize(grey, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), (0, 0), 6)
    paper = np.maximum(cv2.resize(paper, grey.shape[::-1]), 60)
    return cv2.divide(grey, paper, scale=255)


def drop_red(flat: NDArray[np.uint8]) -> tuple[Grey, Grey, Mask, Mask]:
    """(grey without red ink, grey with everything, red ink, red ink with its fringe) of an RGB or grey image."""
    if flat.ndim == 2:
        grey = white_paper(flat)
        none = np.zeros(flat.shape, np.bool_)
        return grey, grey, none, none
    full = white_paper(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY))
    first, green, blue = cv2.split(flat)
    red = (cv2.subtract(first, cv2.max(green, blue)) > RED).astype(np.uint8)
    if red.mean() < 1e-5:
        none = np.zeros(full.shape, np.bool_)
        return full, full, none, none
    # red ink is nearly white in the red channel, black and blue ink are not
    fringe = cv2.dilate(red, np.ones((5, 5), np.uint8)).astype(bool)
    return np.where(fringe, white_paper(first), full), full, red.astype(bool), fringe


def without_print(grey: Grey, print_mask: Mask) -> Grey:
    """Paint the form's print white, but keep strokes that run across it."""
    removed = cv2.dilate(print_mask.astype(np.uint8), np.ones((2 * BLEED + 1,) * 2, np.uint8)).astype(bool)
    # grey fringes around a removed line must go with it, a stroke's own pixels must not
    ink = grey < INK
    free = (ink & ~removed).astype(np.uint8)
    crossing = removed & ink & (_bridged(free, vertical=True) | _bridged(free, vertical=False))
    return np.where(removed & ~crossing, np.uint8(255), grey)


def _bridged(free: NDArray[np.uint8], vertical: bool) -> Mask:
    """Pixels with ink within reach on both sides, along one direction; two pixels sideways for slant."""
    reach = LONGEST_BRIDGE
    before = np.zeros((2 * reach + 1, 5), np.uint8)
    before[:reach] = 1
    after = before[::-1].copy()
    if not vertical:
        before, after = before.T.copy(), after.T.copy()
    return (cv2.dilate(free, before) & cv2.dilate(free, after)).astype(bool)


def specks_removed(ink: Mask, smallest: int = 6) -> Mask:
    """Without components of fewer than `smallest` pixels (scanner noise, fax dots)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    keep = stats[:, cv2.CC_STAT_AREA] >= smallest
    keep[0] = False
    return keep[labels] if count > 1 else np.zeros(ink.shape, np.bool_)


def bounds(ink: Mask) -> tuple[int, int, int, int] | None:
    """x, y, width, height around all True pixels, or None."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)
