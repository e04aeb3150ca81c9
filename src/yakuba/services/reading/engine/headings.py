"""Whether the print that belongs to no field is that of the registered form: its title, headings, instructions.

A heading says what the fields below it are about (前年の収入, 本年の収入), and no box owns it. White letters on a dark bar
count as well. What is noticed is a word that is another one: two windows of a line, each about a character, in which
nothing like the form's print is found. docs/adr/0014.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .definitions import PageDefinition, Rect
from .fineprint import Comparison, other_print
from .formmark import mark_place
from .labels import (
    FEWEST,
    OTHER_PRINT,
    PRINT,
    SOFT,
    Grey,
    Likeness,
    Mask,
    cut,
    glyphs,
    likeness,
    lines,
    runs,
)

STRIP = (3, 60)  # pixels, height and width: what a bar has above and below its letters, at least
LETTERS = (
    34  # pixels: higher letters between the strips are not looked for; rows of a table are further apart
)
DARK = 0.6  # share of a bar that is dark, at least
TEXT = 0.5  # share of a line's rectangle that is print at most; what is left of a bar holds more
LOWEST_TEXT = 18  # pixels: lower pieces are dots and dashes
THERE = 0.93  # share of print or ink that counts as all of it, with a pixel's tolerance
OTHER_WINDOWS = 2  # windows lie half a character apart, so that one other character fills two


@dataclass(frozen=True)
class Heading:
    """A line of print in form pixels, in windows of about a character, and the fields that it speaks of. light: white
    letters on a dark bar."""

    windows: tuple[Rect, ...]
    fields: frozenset[str]
    light: bool

    @property
    def rect(self) -> Rect:
        """The whole line."""
        (left, top, _, height), (last, _, side, _) = self.windows[0], self.windows[-1]
        return left, top, last + side - left, height


def headings(form: Grey, page: PageDefinition) -> tuple[Heading, ...]:
    """The lines of a blank page that are no field's label, but for areas that are free for the office."""
    print_ = form < PRINT
    light = _bars(print_) & ~print_
    found = [(line, print_) for line in lines(form, page.boxes).get((), [])]
    found += [(line, light) for line in runs(glyphs(light))]
    mark = mark_place(form)
    places = [*page.free, mark] if mark else page.free
    tops = {box.field: min(rect[1] for rect in box.rects) for box in page.boxes}
    return tuple(
        Heading(tuple(cut(line)), _below(line, tops), letters is light)
        for line, letters in found
        if _is_text(line, letters) and not any(_within(line, place) for place in places)
    )


def _bars(print_: Mask) -> Mask:
    """Dark bars with light letters in them: solid strips above and below the letters, and more dark than light."""
    strips = cv2.morphologyEx(print_.astype(np.uint8), cv2.MORPH_OPEN, np.ones(STRIP, np.uint8))
    closed = cv2.morphologyEx(strips, cv2.MORPH_CLOSE, np.ones((LETTERS, 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    dark = np.bincount(labels.ravel(), print_.ravel()) > DARK * stats[:, cv2.CC_STAT_AREA]
    dark[0] = False
    return np.asarray(dark[labels], np.bool_)


def _is_text(line: Rect, letters: Mask) -> bool:
    x, y, width, height = line
    ink = int(letters[y : y + height, x : x + width].sum())
    return height >= LOWEST_TEXT and FEWEST <= ink <= TEXT * width * height


def _within(line: Rect, place: Rect) -> bool:
    x, y = line[0] + line[2] / 2, line[1] + line[3] / 2
    return place[0] <= x <= place[0] + place[2] and place[1] <= y <= place[1] + place[3]


def _below(line: Rect, tops: Mapping[str, int]) -> frozenset[str]:
    """The fields below a line; all of the page for a note that stands below them."""
    below = frozenset(field for field, top in tops.items() if top >= line[1])
    return below or frozenset(tops)


def changed_below(known: Sequence[Heading], compared: Comparison) -> frozenset[str]:
    """Fields of which a heading, the title or an instruction speaks where the scan shows other print than the form.
    compared: the scan, with white paper and without seals, laid on the form."""
    found: set[str] = set()
    for light in (False, True):
        pair = compared.light if light else compared
        soft = cv2.GaussianBlur(pair.scan, (0, 0), SOFT), cv2.GaussianBlur(pair.form, (0, 0), SOFT)
        some = [heading for heading in known if heading.light is light]
        stroke = iter(other_print([window for heading in some for window in heading.windows], pair))
        for heading in some:
            others = [
                next(stroke) | _is_other(likeness(window, pair.scan, pair.form, soft))
                for window in heading.windows
            ]
            found |= heading.fields if sum(others) >= OTHER_WINDOWS else set()
    return frozenset(found)


def _is_other(look: Likeness) -> bool:
    """Pen over print leaves all of the print, and what hides it brings no other ink; other words leave neither."""
    return look.correlation < OTHER_PRINT and max(look.print_there, look.ink_known) < THERE
