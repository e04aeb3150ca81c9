"""From rules and printed words to the fields of a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..definitions import Rect
from ..formmark import mark_place
from ..recognition import Recogniser
from . import words
from .beside import Label, above, hint_of, in_cell, label_of, left_of
from .printed import SURE, Word, printed, read
from .proposal import Proposal, field_of, named_apart
from .ruled import Comb, Grey, Ruled, around, holds, overlap, ruled

INSET = 5  # pixels between the rule around a cell and its line of writing
SMALLEST_LINE = (110, 30)  # pixels: what is smaller is not written in
HIGHEST_LINE = 190
OPTION_GAP = 44  # pixels from a check box to its word
ROW = 30  # pixels between the middles of what stands in one row
SPREAD = 420  # pixels between two check boxes of one question outside a table
UNDER = 62  # pixels of writing above an underline
STAMP = 30  # pixels that an office's stamp is larger than its cell
DATE_CELLS = 2


@dataclass(frozen=True)
class Found:
    """A page: its title, its fields from top to bottom, and where the office writes."""

    title: str
    fields: tuple[Proposal, ...]
    free: tuple[Rect, ...]


def propose(
    grey: Grey, recogniser: Recogniser, tell: Callable[[int, int], None] = lambda done, total: None
) -> Found:
    """The fields of a blank page `[h, w]` at 200 dpi; `tell(done, total)` while its words are read."""
    lines = ruled(grey)
    mark = mark_place(grey)
    if mark is not None:
        lines = _without(lines, mark)
    places = [run for run in printed(grey, lines) if mark is None or not holds(mark, run)]
    return found(lines, read(grey, places, recogniser, tell), grey.shape[1])


def found(lines: Ruled, texts: Sequence[Word], width: int) -> Found:
    """The fields of a page from what is ruled and what is printed."""
    page = _Page(lines, texts)
    fields = [*page.in_cells(), *page.outside()]
    free = [rect for rect in page.free if not any(overlap(rect, r) for one in fields for r in one.rects)]
    ordered = sorted(fields, key=lambda one: (around(one.rects)[1] // ROW, around(one.rects)[0]))
    return Found(_title(texts, width), tuple(named_apart(ordered)), tuple(free))


def _without(lines: Ruled, place: Rect) -> Ruled:
    """Rules but for those in a QR mark."""
    return dataclasses.replace(
        lines,
        cells=tuple(r for r in lines.cells if not holds(place, r)),
        combs=tuple(c for c in lines.combs if not holds(place, c.rect)),
        marks=tuple(r for r in lines.marks if not holds(place, r)),
    )


def _title(texts: Sequence[Word], width: int) -> str:
    """The highest print near the top."""
    top = [word for word in texts if word.rect[1] < 0.6 * width and len(word.text) >= 3 and word.sure > 0]
    largest = max(top, key=lambda word: (word.rect[3], word.rect[2]), default=None)
    return largest.text if largest else ""


class _Page:
    """What is on the page, and what of it has found its field."""

    def __init__(self, lines: Ruled, texts: Sequence[Word]) -> None:
        self.lines, self.texts = lines, list(texts)
        self.free: list[Rect] = []
        self.marks = [rect for rect in lines.marks if not self._in_a_sentence(rect)]
        self.content = {cell: in_cell(cell, lines.cells, self.texts) for cell in lines.cells}
        self.combs = {cell: [c for c in lines.combs if self._home(c.rect) == cell] for cell in lines.cells}
        self.ticks = {cell: [m for m in self.marks if self._home(m) == cell] for cell in lines.cells}
        self.labels = {cell: label for cell in lines.cells if (label := self._label_cell(cell)) is not None}
        self.office = self._office()

    def _home(self, rect: Rect) -> Rect | None:
        """The smallest cell that holds it."""
        cells = [cell for cell in self.lines.cells if holds(cell, rect)]
        return min(cells, key=lambda cell: cell[2] * cell[3], default=None)

    def _in_a_sentence(self, mark: Rect) -> bool:
        """該当する□に印を: a square between characters is one of them."""
        return any(
            abs(word.middle - mark[1] - mark[3] / 2) < ROW / 2 and 0 <= mark[0] - word.right < 14
            for word in self.texts
        )

    def _label_cell(self, cell: Rect) -> Label | None:
        """The label that fills a cell, or None for a cell that is written in."""
        if self.combs[cell] or self.ticks[cell]:
            return None
        return label_of(cell, self.content[cell])

    def _office(self) -> set[Rect]:
        """Cells that the office writes in: below heads of which most are words of an office."""
        office: set[Rect] = set()
        heads = [cell for cell in self.labels if cell not in office]
        for cell in heads:
            row = [one for one in heads if abs(one[1] - cell[1]) < 6 and abs(one[3] - cell[3]) < 6]
            known = [one for one in row if self.labels[one].text in words.OFFICE]
            below = [self._below(one) for one in row]
            if len(row) > 1 and 2 * len(known) >= len(row) and all(below):
                office |= {one for one in below if one is not None}
        if office:
            x, y, width, height = around(office)
            self.free.append(
                (max(0, x - STAMP), max(0, y - 2 * STAMP), width + 2 * STAMP, height + 3 * STAMP)
            )
        return office

    def _below(self, head: Rect) -> Rect | None:
        """The cell of the same width right below, that nothing is printed in."""
        return next(
            (
                cell
                for cell in self.lines.cells
                if 0 <= cell[1] - head[1] - head[3] <= 10
                and abs(cell[0] - head[0]) < 8
                and abs(cell[2] - head[2]) < 12
                and cell not in self.labels
            ),
            None,
        )

    def in_cells(self) -> Iterable[Proposal]:
        """The fields of tables."""
        for cell in self.lines.cells:
            if cell in self.labels or cell in self.office:
                continue
            label = self._label(cell)
            if self.combs[cell] or self.ticks[cell]:
                yield from self.boxed(cell, self.combs[cell], self.ticks[cell], self.content[cell], label)
            elif (line := self._line(cell, label)) is not None:
                yield line

    def _label(self, cell: Rect) -> Label | None:
        """What stands beside a cell, or above it."""
        beside = left_of(cell, self.labels, self.lines.cells)
        head = above(cell, self.labels, self.lines.cells)
        if beside is not None and head is not None:  # a table with heads on two sides
            return Label(f"{head.text}（{beside.text}）", min(beside.sure, head.sure))
        return head or beside

    def _line(self, cell: Rect, label: Label | None) -> Proposal | None:
        """A cell that is written in from side to side, but for the words at its ends."""
        hint = hint_of(cell, self.content[cell])
        if hint.seal is not None:
            self.free.append(hint.seal)
        left, right = hint.left + INSET, hint.right - INSET
        top, foot = cell[1] + INSET, cell[1] + cell[3] - INSET
        if right - left < SMALLEST_LINE[0] or not SMALLEST_LINE[1] <= foot - top <= HIGHEST_LINE:
            return None
        named = hint.label or label
        if named is None:
            return None
        return field_of(named, "line", (left, top, right - left, foot - top), unit=hint.unit)

    def outside(self) -> Iterable[Proposal]:
        """Combs, check boxes and underlines that stand in no table."""
        combs = [comb for comb in self.lines.combs if self._home(comb.rect) is None]
        ticks = [mark for mark in self.marks if self._home(mark) is None]
        for row_combs, row_ticks in _rows(combs, ticks):
            row = around([comb.rect for comb in row_combs] + row_ticks)
            near = [
                word
                for word in self.texts
                if self._home(word.rect) is None and abs(word.middle - row[1] - row[3] / 2) < ROW
            ]
            yield from self.boxed(row, row_combs, row_ticks, near, self._over(row))
        for underline in self.lines.underlines:
            line = self._underlined(underline)
            if line is not None:
                yield line

    def _over(self, row: Rect) -> Label | None:
        """The words right above a row outside tables."""
        over = [
            word
            for word in self.texts
            if 0 <= row[1] - word.rect[1] - word.rect[3] < 40 and row[0] - 60 < word.rect[0] < row[0] + row[2]
        ]
        nearest = min(over, key=lambda word: row[1] - word.rect[1], default=None)
        return Label(nearest.text, nearest.sure) if nearest else None

    def boxed(
        self, area: Rect, combs: list[Comb], ticks: list[Rect], texts: Sequence[Word], label: Label | None
    ) -> Iterable[Proposal]:
        """Combs and check boxes of one cell or row."""
        stops = sorted([*(comb.rect for comb in combs), *ticks])
        after = {rect: _behind(rect, texts, stops) for rect in stops}
        before = {rect: _before(rect, texts, stops, after) for rect in stops}
        date = _date(combs, after)
        eras: dict[str, Rect] = {}
        if date:
            eras = {
                words.ERAS[word.text]: rect
                for rect in ticks
                if (word := after[rect]) is not None and word.text in words.ERAS
            }
        if date and eras:
            yield field_of(before[min(eras.values())] or label, "date", around([*eras.values(), *date.values()]),
                         eras=eras, parts=date)  # fmt: skip
            combs = [comb for comb in combs if comb.rect not in date.values()]
        for comb in combs:
            unit = after[comb.rect]
            named = before[comb.rect] or label
            yield field_of(named, "comb", comb.rect, cells=comb.cells, unit=unit.text if unit else "")
        for question in _questions([rect for rect in ticks if rect not in eras.values()], before):
            named = before[question[0]] or label
            marks = tuple((word.text if (word := after[rect]) else "", rect) for rect in question)
            unsure = any(not text for text, _ in marks) or any(
                (word := after[rect]) is not None and word.sure < SURE for rect in question
            )
            yield field_of(named, "mark", around(question), marks=marks, unsure=unsure)

    def _underlined(self, line: Rect) -> Proposal | None:
        """A line of writing on an underline, with its label before it or at its beginning."""
        x, y, width, _ = line
        zone = (x, y - UNDER, width, UNDER)
        on = [word for word in self.texts if holds(zone, word.rect)]
        lead = [word for word in on if word.rect[0] < x + 0.25 * width]
        tail = [word for word in on if word.rect[0] > x + 0.7 * width]
        if len(lead) + len(tail) < len(on) or sum(word.rect[2] for word in on) > 0.5 * width:
            return None
        left = max([word.right for word in lead], default=x) + INSET
        right = min([word.rect[0] for word in tail], default=x + width) - INSET
        top = max(
            [word.rect[1] + word.rect[3] + 4 for word in self.texts if _over_it(word, left, right, y)],
            default=y - UNDER,
        )
        label: Label | None
        if lead:
            label = Label("".join(word.text for word in lead), min(word.sure for word in lead))
        else:
            label = self._left_word(x, y)
        high = y - 3 - max(top, y - UNDER)
        if label is None or right - left < SMALLEST_LINE[0] or high < SMALLEST_LINE[1]:
            return None
        unit = tail[0].text if tail else ""
        return field_of(label, "line", (left, y - 3 - high, right - left, high), unit=unit)

    def _left_word(self, x: int, y: int) -> Label | None:
        near = [
            word for word in self.texts if -12 <= x - word.right < 200 and y - UNDER < word.middle < y + 14
        ]
        nearest = max(near, key=lambda word: word.right, default=None)
        return Label(nearest.text, nearest.sure) if nearest else None


def _over_it(word: Word, left: int, right: int, y: int) -> bool:
    """The word stands above an underline, too high to be on it."""
    foot = word.rect[1] + word.rect[3]
    return word.rect[0] < right and word.right > left and y - UNDER < foot <= y - SMALLEST_LINE[1]


def _rows(combs: Sequence[Comb], ticks: Sequence[Rect]) -> Iterable[tuple[list[Comb], list[Rect]]]:
    """What stands in one row outside tables, combs apart from check boxes far from them."""
    waiting = sorted(
        [*(comb.rect for comb in combs), *ticks], key=lambda rect: (rect[1] + rect[3] / 2, rect[0])
    )
    by_rect = {comb.rect: comb for comb in combs}
    while waiting:
        first = waiting.pop(0)
        row = [first]
        for rect in sorted(waiting):
            level = abs(rect[1] + rect[3] / 2 - first[1] - first[3] / 2) < ROW / 2
            if level and min(abs(rect[0] - one[0] - one[2]) for one in row) < SPREAD:
                row.append(rect)
        waiting = [rect for rect in waiting if rect not in row]
        yield [by_rect[r] for r in sorted(row) if r in by_rect], [r for r in sorted(row) if r not in by_rect]


def _behind(rect: Rect, texts: Sequence[Word], stops: Sequence[Rect]) -> Word | None:
    """The word right behind a box, before the next one."""
    right, middle = rect[0] + rect[2], rect[1] + rect[3] / 2
    level = [stop[0] for stop in stops if stop[0] > rect[0] and abs(stop[1] + stop[3] / 2 - middle) < ROW]
    end = min(level, default=10**6)
    near = [
        word
        for word in texts
        if abs(word.middle - middle) < ROW and -4 <= word.rect[0] - right < OPTION_GAP and word.rect[0] < end
    ]
    return min(near, key=lambda word: word.rect[0], default=None)


def _before(
    rect: Rect, texts: Sequence[Word], stops: Sequence[Rect], after: Mapping[Rect, Word | None]
) -> Label | None:
    """The word before a box that belongs to no box before it."""
    middle = rect[1] + rect[3] / 2
    start = max(
        [s[0] + s[2] for s in stops if s[0] < rect[0] and abs(s[1] + s[3] / 2 - middle) < ROW],
        default=-(10**6),
    )
    owned = {word.rect for word in after.values() if word is not None}
    near = [
        word
        for word in texts
        if abs(word.middle - middle) < ROW and start < word.rect[0] < rect[0] and word.rect not in owned
        and rect[0] - word.right < SPREAD
    ]  # fmt: skip
    nearest = max(near, key=lambda word: word.right, default=None)
    return Label(nearest.text, nearest.sure) if nearest and len(nearest.text) > 1 else None


def _date(combs: Sequence[Comb], after: Mapping[Rect, Word | None]) -> dict[str, Rect]:
    """Three combs of two cells behind which 年, 月 and 日 are printed; empty where they are not."""
    parts: dict[str, Rect] = {}
    for comb in combs:
        word = after[comb.rect]
        part = words.DATE_PARTS.get(word.text[:1]) if word else None
        if part and comb.cells == DATE_CELLS:
            parts.setdefault(part, comb.rect)
    return parts if len(parts) == 3 else {}


def _questions(ticks: Sequence[Rect], before: Mapping[Rect, Label | None]) -> Iterable[list[Rect]]:
    """Check boxes by the question they answer: a word that belongs to no box begins another."""
    question: list[Rect] = []
    for rect in sorted(ticks, key=lambda one: (one[1] // ROW, one[0])):
        if question and before[rect] is not None and abs(rect[1] - question[-1][1]) < ROW:
            yield question
            question = []
        question.append(rect)
    if question:
        yield question
