"""What was added to the blank form, told from paper, print and the scanner's own marks.

Ink is what differs from paper, not what is black: the threshold follows the noise of each scan, so that a hard
pencil counts and shadows, JPEG's ripples and the other side of the sheet do not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

INK = 150  # below this a pixel is ink
DARK = 170  # ink of a pen; on a black-and-white scan all ink
BLEED = 1, 6  # pixels beside print that a scan may blacken: any scan, and the worst that is looked for
BLED = 0.015  # share of the pixels at one distance from print that are dark where print does not reach
BLED_HERE = 0.06  # the same in one tile, where a word may be ticked
TILE = 146  # pixels at half size: where the paper is crumpled print lies beside its place
RIPPLE = 2.5  # pixels farther than print itself: JPEG's ripples around it
FAINT_CONTRAST = 26  # grey levels below the paper: the lightest pencil is 35 to 65, show-through below 20
NOISE = 5.0  # standard deviations of the paper, averaged over 3 × 3 pixels, that are still paper
FOLDED = 0.6  # of what is clear of print in a strip
STRIPS, MOST = 6, 4  # of the page: a fold or a fault of the scanner is seen in most of them


def added(grey: Grey, form: Grey, from_print: NDArray[np.float32], coloured: Mask) -> Mask:
    """Pixels of `grey` that are darker than paper and print. All images are of the page, paper at 255.

    from_print: distance of each pixel to the form's print.  coloured: where red ink was taken out, whose remains
    are not light ink.
    """
    smooth = cv2.blur(grey, (3, 3))
    paper = smooth[::4, ::4][from_print[::4, ::4] > 12]
    contrast = FAINT_CONTRAST
    if paper.size:
        middle, dark = np.percentile(paper, [50, 16])
        contrast = max(FAINT_CONTRAST, round(255 - middle + NOISE * (middle - dark)))
    # darker than the form here, and than the paper around: a shadow is not ink
    light = cv2.min(cv2.subtract(form, smooth), cv2.subtract(_background(smooth), smooth)) > contrast
    reach = _bleed(grey, from_print)
    clear, far = from_print > reach, from_print > reach + RIPPLE
    dark = (grey < DARK) & clear
    light &= far & ~coloured & ~dark
    _drop_folds(dark, clear, 2)
    _drop_folds(light, far, 4)
    return dark | light


def _bleed(grey: Grey, from_print: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pixels by which print on this scan lies beside, or is bolder than, print on the form, for each pixel."""
    dark, distance = grey[::2, ::2] < DARK, from_print[::2, ::2]
    tiles = -(-dark.shape[1] // TILE), -(-dark.shape[0] // TILE)
    least, most = BLEED
    reach = np.full(tiles[::-1], float(most), np.float32)
    page = 0
    for number in range(least, most):
        ring = (distance > number) & (distance <= number + 1)
        bled, room = (
            cv2.resize(mask.astype(np.float32), tiles, interpolation=cv2.INTER_AREA)
            for mask in (ring & dark, ring)
        )
        # writing crosses print everywhere alike; what is dark all along print is print
        reach[(reach == most) & (bled <= BLED_HERE * np.maximum(room, 1e-3))] = number
        if not page and bled.sum() <= BLED * max(float(room.sum()), 1e-3):
            page = number
        if page and reach.max() < most:
            break
    return cv2.resize(np.maximum(reach, page or most), grey.shape[::-1], interpolation=cv2.INTER_NEAREST)


def _background(grey: Grey) -> Grey:
    """The paper's own brightness around each pixel: without what is narrower than some 90 pixels."""
    small = cv2.resize(grey, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    return cv2.resize(cv2.blur(closed, (5, 5)), grey.shape[::-1])


def _drop_folds(ink: Mask, clear: Mask, around: int) -> None:
    """Take out what runs straight over most of the page: folds, and lines that a scanner or fax machine makes.
    clear: where no print is.  around: pixels above and below that go with it."""
    for view, open_ in ((ink, clear), (ink.T, clear.T)):
        rows, columns = view.shape
        width = columns // STRIPS
        cut = (slice(None), slice(0, width * STRIPS))
        seen, room = (part[cut].reshape(rows, STRIPS, width).sum(axis=2) for part in (view, open_))
        strips = seen > np.maximum(FOLDED * room, width / 6)
        near = cv2.dilate(strips.astype(np.uint8), np.ones((25, 1))).sum(axis=1) >= MOST
        for fold in _runs(near):
            where = [np.flatnonzero(strips[fold, strip]) for strip in range(STRIPS)]
            seen_in = [strip for strip in range(STRIPS) if where[strip].size]
            if not seen_in:  # what lies above and below these rows is nearly a fold together, and is not one
                continue
            for strip in range(STRIPS):
                known = min(seen_in, key=lambda other: (abs(other - strip), other))
                end = (strip + 1) * width if strip < STRIPS - 1 else columns
                for row in where[known] + fold.start:
                    view[max(0, row - around) : row + around + 1, strip * width : end] = False


def _runs(mask: Mask) -> list[slice]:
    """Where a mask of one dimension is True without a break."""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(np.int8), 0]))
    return [slice(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
