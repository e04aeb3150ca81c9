"""How the boxes of a form that is registered are called in print, and under which heading they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..definitions import Box, PageDefinition, Rect
from ..formmark import mark_place
from ..headings import Heading, headings
from ..recognition import Recogniser
from .finding import found
from .printed import SURE, printed, read
from .ruled import Grey, around, holds, overlap, ruled

LONGEST = 460  # pixels: longer print is a sentence, not a label
DOUBTS_OF_NAME = ("欄の名前", "同じ名前")  # how sentences about a label begin


@dataclass
class Called:
    """labels: field code → label; headings: field code → heading. What could not be read for sure is left out."""

    labels: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)


def called(grey: Grey, page: PageDefinition, recogniser: Recogniser) -> Called:
    """Of a blank page `[h, w]` at 200 dpi."""
    lines = ruled(grey)
    mark = mark_place(grey)
    lowest = max((rect[1] + rect[3] for box in page.boxes for rect in box.rects), default=0)
    places = [
        run
        for run in printed(grey, lines)
        if run[2] <= LONGEST and run[1] <= lowest and (mark is None or not holds(mark, run))
    ]
    proposals = found(lines, read(grey, places, recogniser), grey.shape[1]).fields
    said = Called()
    for box in page.boxes:
        for one in proposals:
            fits = any(overlap(rect, other) for rect in one.rects for other in box.rects)
            if fits and one.label and not any(doubt.startswith(DOUBTS_OF_NAME[0]) for doubt in one.doubts):
                # 氏名（2）is this room's own way to keep two apart; on paper both are 氏名.
                twice = any(doubt.startswith(DOUBTS_OF_NAME[1]) for doubt in one.doubts)
                said.labels[box.field] = one.label.rsplit("（", 1)[0] if twice else one.label
                break
    bars = _bars(grey, page, recogniser)
    for box in page.boxes:
        over = [text for rect, text in bars if rect[1] < _top(box)]
        if over:
            said.headings[box.field] = over[-1]
    return said


def _bars(grey: Grey, page: PageDefinition, recogniser: Recogniser) -> list[tuple[Rect, str]]:
    """The white headings on dark bars, from top to bottom, without their numbers."""
    light = [_whole(one) for one in headings(grey, page) if one.light]
    rows: dict[int, list[Rect]] = {}
    for rect in sorted(light, key=lambda one: (one[1], one[0])):
        near = next((key for key in rows if abs(key - rect[1]) < rect[3]), rect[1])
        rows.setdefault(near, []).append(rect)
    places = [around(row) for _, row in sorted(rows.items())]
    words = read((255 - grey).astype(grey.dtype), places, recogniser)
    told = [
        (word.rect, word.text.lstrip("0123456789０１２３４５６７８９.．・ 　"))
        for word in words
        if word.sure >= SURE
    ]
    return [(rect, text) for rect, text in told if text]


def _whole(heading: Heading) -> Rect:
    return around(heading.windows)


def _top(box: Box) -> int:
    tops: Sequence[int] = [rect[1] for rect in box.rects]
    return min(tops)
