"""Values into the boxes of a paper form, so that a person and `reading` read there what the ledger holds.

A value that a box cannot hold whole (too long at the smallest letters, an era or an option that the paper lacks) is never
cut: the box says 別紙（n）, which `reading` takes for no value (docs/adr/0036), and the value stands on an extra sheet.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.values import Picks, calendar
from yakuba.kernel.values.dates import FORMATS as DATES
from yakuba.services.reading.contracts import PaperBox, PaperForm, PaperPage

NUMBER = "receipt_number"
NUMBER_DIGITS = 10
FILL, LARGEST, SMALLEST = 0.55, 44, 26  # of a line's height; pixels at 200 dpi: 16 and 9.4 points
INDENT, MARGIN = 14, 8  # pixels: before and behind a line
COMB_FILL, COMB_LARGEST = 0.74, 42
NOTE = 18  # pixels: 別紙 beside marks
# Behind the last option of a question: its word as forms print it, and white before and behind.
PRINT, BESIDE_MARK, BESIDE_NOTE, NOTE_HEIGHT, EDGE = 30, 14, 30, 36, 100
# Of an em, never less than what a letter of the house's fonts takes: half-width ones are narrower, kanji as wide.
NARROW, BROAD = 0.66, 1.0
BROAD_LETTERS = frozenset("MWmw@%&ＭＷ—…")
DATE_COMBS = {8: "西暦8桁", 7: "和暦7桁", 6: "和暦略"}


@dataclass(frozen=True)
class Entry:
    """What goes into a field. value: canonical; instead: a sentence that stands on the extra sheet in the value's place, where
    the value may not be shown."""

    value: str = ""
    instead: str = ""
    revealed: bool = True


@dataclass(frozen=True)
class Text:
    """A piece of writing: from x on, or around x; y: its middle; size: pixels."""

    x: float
    y: float
    size: int
    text: str
    centred: bool = False


@dataclass(frozen=True)
class Sheet:
    """What is drawn on a page. ticks: the boxes to be ticked."""

    page: PaperPage
    texts: tuple[Text, ...]
    ticks: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True)
class Beyond:
    """A value that stands on the extra sheet. number: of the note 別紙（n） in its box, 0 where the paper has no box for it."""

    label: str
    text: str
    number: int = 0


@dataclass(frozen=True)
class Placed:
    """A whole form with one case's values."""

    sheets: tuple[Sheet, ...]
    beyond: tuple[Beyond, ...]


@dataclass
class _Drawing:
    texts: list[Text] = field(default_factory=list)
    ticks: list[tuple[int, int, int, int]] = field(default_factory=list)


def place(
    form: PaperForm,
    procedure: ProcedureDefinition,
    entries: Mapping[str, Entry],
    number: str,
    draws: Callable[[str], bool] = lambda text: True,
) -> Placed:
    """Everything into its place. entries: by field code; number: the receipt number; draws: whether the fonts have every
    character of a text."""
    writer = _Writer(procedure, entries, number[:NUMBER_DIGITS], draws)
    sheets = tuple(writer.sheet(page) for page in form.pages)
    boxed = {box.field for page in form.pages for box in page.boxes}
    for item in procedure.fields:
        entry = entries.get(item.code)
        if entry and item.code not in boxed and item.code != NUMBER and (entry.value or entry.instead):
            writer.beyond.append(Beyond(item.label, _told(item, entry)))
    return Placed(sheets, tuple(writer.beyond))


class _Writer:
    """Draws page after page and counts what does not fit."""

    def __init__(
        self,
        procedure: ProcedureDefinition,
        entries: Mapping[str, Entry],
        number: str,
        draws: Callable[[str], bool],
    ) -> None:
        self.procedure, self.entries, self.number, self.draws = procedure, entries, number, draws
        self.beyond: list[Beyond] = []
        self.numbers: dict[str, int] = {}

    def sheet(self, page: PaperPage) -> Sheet:
        """A page with what belongs on it."""
        drawing = _Drawing()
        for box in page.boxes:
            if box.field == NUMBER:
                _cells(drawing, box.box, box.cells, self.number)
                continue
            item, entry = self.procedure.by_code.get(box.field), self.entries.get(box.field)
            if item is None or entry is None or not (entry.value or entry.instead):
                continue
            if entry.instead or not self._fits(drawing, box, item, entry):
                _refer(drawing, page, box, item, self._beyond(item, entry))
        return Sheet(page, tuple(drawing.texts), tuple(drawing.ticks))

    def _beyond(self, item: FieldDefinition, entry: Entry) -> int:
        if item.code not in self.numbers:  # the same field may stand on several pages
            self.numbers[item.code] = len(self.numbers) + 1
            self.beyond.append(Beyond(item.label, _told(item, entry), self.numbers[item.code]))
        return self.numbers[item.code]

    def _fits(self, drawing: _Drawing, box: PaperBox, item: FieldDefinition, entry: Entry) -> bool:
        if not item.kind.is_canonical(entry.value, item.options):
            return False  # the procedure has changed since
        if box.kind == "mark":
            return _marks(drawing, box, entry.value)
        if box.kind == "date":
            return _date(drawing, box, entry.value)
        if box.kind == "comb":
            text = _in_cells(item, entry, box.cells)
            if not text or len(text) > box.cells or not self.draws(text):
                return False
            _cells(drawing, box.box, box.cells, text, right=item.kind.is_number)
            return True
        text = item.shown(entry.value, revealed=entry.revealed)
        return self.draws(text) and _line(drawing, box.box, text)


def _told(item: FieldDefinition, entry: Entry) -> str:
    return entry.instead or item.shown(entry.value, revealed=entry.revealed)


def _marks(drawing: _Drawing, box: PaperBox, value: str) -> bool:
    wanted = value.split(",")
    if any(code not in box.marks for code in wanted):
        return False
    drawing.ticks += [box.marks[code] for code in wanted]
    return True


def _date(drawing: _Drawing, box: PaperBox, value: str) -> bool:
    found = calendar.in_era(date.fromisoformat(value))
    if found is None or found.era.code not in box.marks:
        return False
    drawing.ticks.append(box.marks[found.era.code])
    for part, number in (("year", found.year), ("month", found.day.month), ("day", found.day.day)):
        _cells(drawing, box.parts[part], box.cells, str(number), right=True)
    return True


def _in_cells(item: FieldDefinition, entry: Entry, cells: int) -> str:
    """One character a cell; nothing where the type is not written so."""
    if item.kind.masked and not entry.revealed:
        return item.shown(entry.value)
    if item.type == "date":
        write = DATES.get(DATE_COMBS.get(cells, ""))
        try:
            return write(entry.value).replace(".", "") if write else ""
        except ValueError:
            return ""
    return "" if item.kind.picks is not Picks.NONE else entry.value


def _cells(
    drawing: _Drawing, box: tuple[int, int, int, int], cells: int, text: str, *, right: bool = False
) -> None:
    x, y, width, height = box
    size = round(min(COMB_LARGEST, COMB_FILL * height, 0.94 * width / cells))
    # Numbers end at the last cell, as they are written by hand into boxes.
    first = cells - len(text) if right else 0
    for at, character in enumerate(text, start=first):
        middle = x + (at + 0.5) * width / cells
        drawing.texts.append(Text(middle, y + height / 2, size, character, centred=True))


def _line(drawing: _Drawing, box: tuple[int, int, int, int], text: str) -> bool:
    """As large as fits, down to the smallest letters; False for what does not fit then."""
    x, y, width, height = box
    room = width - INDENT - MARGIN
    if "\n" in text or height < SMALLEST:
        return False
    size = min(LARGEST, max(SMALLEST, round(FILL * height)), int(room / max(0.5, breadth(text))))
    if size < SMALLEST:
        return False
    drawing.texts.append(Text(x + INDENT, y + height / 2, size, text))
    return True


def breadth(text: str) -> float:
    """How wide a text is at most, in ems."""
    return sum(_wide(one) for one in text)


def _wide(character: str) -> float:
    # Marks and selectors stand on the letter before them and take no room of their own.
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf"):
        return 0.0
    broad = character in BROAD_LETTERS or unicodedata.east_asian_width(character) in "WFA"
    return BROAD if broad else NARROW


def _refer(drawing: _Drawing, page: PaperPage, box: PaperBox, item: FieldDefinition, number: int) -> None:
    """別紙（n） where the value would stand; in a way that is no value for whoever reads it."""
    if box.kind == "line":
        if not _line(drawing, box.box, f"別紙（{number}）"):
            x, y, width, height = box.box
            drawing.texts.append(Text(x + width / 2, y + height / 2, NOTE, "別紙", centred=True))
        return
    if box.kind in ("comb", "date"):
        place_, cells = (box.box, box.cells) if box.kind == "comb" else (box.parts["year"], box.cells)
        _cells(drawing, place_, cells, "別紙"[:cells])
        return
    note = f"別紙（{number}）"
    # Behind the lowest option, and of a row the rightmost: there forms have white.
    last = max(box.marks, key=lambda code: (box.marks[code][1], box.marks[code][0]))
    x, y, width, height = box.marks[last]
    behind = x + width + BESIDE_MARK + PRINT * len(item.options.get(last, "")) + BESIDE_MARK
    if behind + BESIDE_NOTE * breadth(note) > page.width - EDGE or _is_taken(page, box, behind, y):
        behind = x  # over the option: ugly, yet nobody takes it for a value
    drawing.texts.append(Text(behind, y + height / 2, BESIDE_NOTE, note))


def _is_taken(page: PaperPage, box: PaperBox, x: float, y: float) -> bool:
    """Whether another field stands in the row behind that place."""
    return any(
        one.field != box.field
        and one.box[0] + one.box[2] > x
        and one.box[1] < y + NOTE_HEIGHT
        and y < one.box[1] + one.box[3]
        for one in page.boxes
    )
