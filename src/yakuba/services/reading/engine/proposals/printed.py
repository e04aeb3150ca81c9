"""Runs of print on a blank page, and what a recogniser reads in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from yakuba.kernel.values import Script

from ..alphabets import alphabet
from ..definitions import Rect
from ..labels import glyphs, runs
from ..recognition import Recogniser, decode
from .ruled import Grey, Ruled

LIGHT = 195  # grey level: darker is print, also a hint such as 印 in light grey
BESIDE_RULE = 2  # pixels beside a rule that are its soft edge
BESIDE_BOX = 4
PAD = 6  # pixels of paper around a run for the recogniser
SMALLEST = 10  # pixels: lower print is no word
AT_ONCE = 24  # runs between two words of progress
SURE = 0.6  # probability of the least sure character


@dataclass(frozen=True)
class Word:
    """A run of print: where it stands, what it says, and how sure its least sure character is, 0..1."""

    rect: Rect
    text: str
    sure: float

    @property
    def right(self) -> int:
        """The first column behind it."""
        return self.rect[0] + self.rect[2]

    @property
    def middle(self) -> float:
        """The row through its middle."""
        return self.rect[1] + self.rect[3] / 2


def printed(grey: Grey, lines: Ruled) -> list[Rect]:
    """Runs of print that are no rule, from top to bottom."""
    print_ = grey < LIGHT
    edge = 2 * BESIDE_RULE + 1
    print_ &= ~cv2.dilate(lines.rules.astype(np.uint8), np.ones((edge, edge), np.uint8)).astype(bool)
    for x, y, width, height in (*(comb.rect for comb in lines.combs), *lines.marks):
        top, left = max(0, y - BESIDE_BOX), max(0, x - BESIDE_BOX)
        print_[top : y + height + BESIDE_BOX, left : x + width + BESIDE_BOX] = False
    found = [run for run in runs(glyphs(print_)) if run[3] >= SMALLEST and run[2] >= 4]
    return sorted(found, key=lambda run: (run[1], run[0]))


def read(
    grey: Grey,
    places: Sequence[Rect],
    recogniser: Recogniser,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> list[Word]:
    """The words at these places; `tell(done, total)` after every few."""
    letters = alphabet(Script.TEXT, recogniser.characters, gaps="")
    words: list[Word] = []
    for start in range(0, len(places), AT_ONCE):
        part = places[start : start + AT_ONCE]
        outputs = recogniser.probabilities([_cut(grey, rect) for rect in part])
        for rect, output in zip(part, outputs, strict=True):
            decoded = decode(output, letters)
            words.append(Word(rect, decoded.text, round(decoded.floor, 3) if decoded.text else 0.0))
        tell(len(words), len(places))
    return words


def _cut(grey: Grey, rect: Rect) -> Grey:
    x, y, width, height = rect
    part = grey[max(0, y - 2) : y + height + 2, max(0, x - 2) : x + width + 2]
    paper = int(np.percentile(part, 90))
    dark = int(part.min())
    stretched = np.clip((part.astype(np.int32) - dark) * 255 // max(1, paper - dark), 0, 255).astype(np.uint8)
    return np.pad(stretched, PAD, constant_values=255)
