"""Strokes that are not a character's own: a small network compares each character that was read with how it is written.

A line through a character, a figure made into another, a second one squeezed in: the recogniser reads through them. What
tells them is the character itself beside its picture, so the network sees both (training/reading/foreign.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from . import shapes
from .crops import Grey, bounds
from .paper import INK

SIDE, EM = 40, 32  # pixels of what the network sees, and of a character's square in it
# How sure the network must be. Of 122 combs and 60 lines that passed on ordinary sheets none had more than 0.36, of 126
# lines on misleading ones to which nothing was done one had 0.76 (docs/adr/0021). Of 3,573 ordinary figures on scans of all kinds
# three had 0.55, two of them on faxes; of 1,777 made another one by a stroke of their own 1,514 had 0.7, 1,595 have 0.55.
SURE, SURE_OF_FIGURE = 0.8, 0.55
# Two weak witnesses are one good one: how sure the network is at least, and ems of stroke that the character has too much on
# long runs in one direction, and in all (shapes.Line.excess). The first two hold without the network. Of 4,209 characters on
# ordinary sheets three have one, all of a brush (業, 葉, 模); of 26 struck lines of 203 that nothing else asked for 14, all 8 entries
# of lists among them.
TOGETHER = (
    (0.0, 0.8, 0.4),
    (0.0, 1.4, -0.2),
    (0.2, 0.75, 0.5),
    (0.25, 0.35, 0.3),
    (0.5, 0.35, 0.0),
    (0.5, 0.2, 0.2),
)


class Watcher(Protocol):
    """What sees foreign strokes."""

    def foreign(self, characters: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """For each character how likely a stroke lies on it that is not its own, 0..1; 0 for one that is not known.
        pictures: `[characters, SIDE, SIDE]`, ink towards 255."""
        ...


def seen(picture: Grey, scale: float) -> NDArray[np.uint8]:
    """One character (black on white) as the network sees it: its ink in the middle, `scale` times as large."""
    x, y, width, height = bounds(picture < INK) or (0, 0, *picture.shape[::-1])
    middle = SIDE / 2 - scale * (x + (width - 1) / 2), SIDE / 2 - scale * (y + (height - 1) / 2)
    moved = np.array([[scale, 0, middle[0]], [0, scale, middle[1]]], np.float32)
    soft = cv2.GaussianBlur(picture, (3, 3), 0) if scale < 0.6 else picture
    return np.asarray(
        cv2.warpAffine(cv2.bitwise_not(soft), moved, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8
    )


def of_line(line: shapes.Line) -> NDArray[np.uint8]:
    """The characters of a line that was cut (`shapes.read_line`) as the network sees them."""
    return np.stack([seen(part, EM / shapes.EM) for part in line.parts])


def of_cells(cells: Sequence[Grey], figures: str) -> NDArray[np.uint8] | None:
    """The figures of a comb, all at one scale; None where one of them is not known."""
    known = shapes.shapes()
    if len(cells) != len(figures) or not set(figures) <= known.keys():
        return None
    boxes = [bounds(cell < INK) or (0, 0, 1, 1) for cell in cells]
    sizes = [max(box[2:]) / max(known[one].box[2:]) for box, one in zip(boxes, figures, strict=True)]
    scale = EM / max(float(np.median(sizes)), EM / 4)
    return np.stack([seen(cell, scale) for cell in cells])


def on_line(watcher: Watcher | None, text: str, line: shapes.Line) -> bool:
    """A foreign stroke lies on one character of a line: the network is sure of it, or half sure and the character has more of
    such strokes than it has in any face."""
    if watcher is None:
        return False
    return any(
        sure >= SURE or any(sure >= half and run >= long and more >= ink for half, long, ink in TOGETHER)
        for sure, (run, more) in zip(watcher.foreign(text, of_line(line)), line.excess, strict=True)
    )


def on_figures(watcher: Watcher | None, figures: str, pictures: NDArray[np.uint8] | None) -> bool:
    """A foreign stroke lies on one figure of a comb."""
    return (
        watcher is not None
        and pictures is not None
        and bool((watcher.foreign(figures, pictures) >= SURE_OF_FIGURE).any())
    )
