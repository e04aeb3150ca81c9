"""One box of a form: what has to be recognised for it, and what the results say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values import Picks, Script

from ..contracts import Evidence, Reason, firm
from . import comb as combs
from . import foreign, hands, lines, marks, overwriting, plain_numbers, postal, readings, resolve, shapes
from .alphabets import HIRAGANA, KATAKANA, Alphabet, shapes_in_context
from .crops import Grey, Sheet
from .crosschecks import PROVING
from .definitions import Box, Rect
from .formats import ERAS, FormatError, canonical, era_date
from .recognition import Decoded

CLEAR = 0.9  # probability of the whole string
WORST_FIT = 1.2  # pixels; good scans lie at 0.3 to 0.7, a crumpled sheet above
PRINT_GAP = (
    12  # pixels of a printed line in a row that are covered or whitened; on 36 ordinary scans none was lost
)
KANA = frozenset(HIRAGANA + KATAKANA)
FIRST_VIEWS = 2  # views made of every box; the others only where these leave a chance to trust it


@dataclass
class Work:
    """A box on its way: pictures to recognise, and what came of them.

    views: pictures of the whole line.  cells: pictures of its single characters.  figures: what is seen of
    each of them.  reader: who reads them.  second_reader, second, support: who is asked after it, what that one
    reads, and how likely it finds what the first has read.  settled: the result needs no recognition (marks, empty
    boxes, unreadable ones).
    """

    box: Box
    definition: FieldDefinition
    alphabet: Script
    views: list[Grey] = field(default_factory=list)
    cells: list[Grey] = field(default_factory=list)
    read_views: list[Decoded] = field(default_factory=list)
    read_cells: list[Decoded] = field(default_factory=list)
    reader: str = ""
    second_reader: str = ""
    second: Decoded | None = None
    support: float | None = None
    groups: tuple[int, ...] = ()
    figures: tuple[overwriting.Figure, ...] = ()
    era: str = ""
    settled: bool = False
    value: str = ""
    raw: str = ""
    ink: float = 0.0
    print_found: float = 1.0
    uneven: float | None = None
    noted: bool = False  # a small sign stands behind the line
    flags: list[Reason] = field(default_factory=list)

    @property
    def promising(self) -> bool:
        """The views so far agree, so further ones may lead to trust."""
        texts = {view.text for view in self.read_views}
        return len(texts) == 1 and "" not in texts and not any(view.proposed for view in self.read_views)

    @property
    def firm(self) -> bool:
        """Further views would say the same."""
        return self.promising and firm(min(view.floor for view in self.read_views), self.support)

    @property
    def proven(self) -> bool:
        """Clear in the first views, and proven by check digits or a closed list: no further look is needed."""
        if not self.promising or min(view.posterior for view in self.read_views) < CLEAR:
            return False
        text = self.read_views[0].text
        if self.definition.kind.check_digits >= PROVING:
            return self.definition.kind.is_canonical(text) and sum(self.groups) == len(text)
        return text in self.definition.words


@dataclass(frozen=True)
class Outcome:
    """What a box says: the value, how it was written, other readings, and the evidence."""

    value: str
    raw: str
    confidence: float
    candidates: tuple[str, ...]
    evidence: Evidence


def prepare(
    sheet: Sheet, box: Box, definition: FieldDefinition, fit: float = 0.0, around: Iterable[Reason] = ()
) -> Work:
    """Look at a box and say what has to be recognised. fit: how well the form lies on the scan, in pixels.
    around: what the ink around the box says (`ink.flags`)."""
    work = Work(box, definition, definition.kind.script, flags=list(around))
    if fit > WORST_FIT:
        work.flags.append(Reason.POOR_FIT)
    work.print_found = sheet.print_found_near(box.box)
    if sheet.print_gap(box.box) >= PRINT_GAP:
        work.flags.append(Reason.PRINT_MISSING)
    _PREPARE[box.kind](sheet, work)
    return work


def _prepare_mark(sheet: Sheet, work: Work) -> None:
    read = marks.read_marks(sheet, work.box.marks)
    work.settled = True
    work.ink = max(reading.inside for reading in read.values())
    states = [reading.state for reading in read.values()]
    marked = [code for code, reading in read.items() if reading.state is marks.Mark.MARKED]
    work.value = ",".join(code for code in work.definition.options if code in marked)
    work.raw = work.value
    if marks.Mark.UNCLEAR in states:
        work.flags.append(Reason.MARK_UNCLEAR)
    if marks.Mark.STRUCK in states:
        work.flags.append(Reason.STRUCK_OUT)
    if marks.mixed(read):
        work.flags.append(Reason.MARK_UNCLEAR)
    if len(marked) > 1 and work.definition.kind.picks is Picks.ONE:
        work.flags.append(Reason.SEVERAL_MARKS)
        work.value = ""


def _prepare_comb(sheet: Sheet, work: Work) -> None:
    _take_comb(sheet, work, [(work.box.box, work.box.cells)])


def _prepare_date(sheet: Sheet, work: Work) -> None:
    parts = [(work.box.parts[name], 2) for name in ("year", "month", "day")]
    _take_comb(sheet, work, parts)
    states = {code: reading.state for code, reading in marks.read_marks(sheet, work.box.marks).items()}
    marked = [code for code, state in states.items() if state is marks.Mark.MARKED]
    if any(state not in (marks.Mark.MARKED, marks.Mark.EMPTY) for state in states.values()):
        work.flags.append(Reason.MARK_UNCLEAR)
    if len(marked) == 1:
        work.era = marked[0]
    elif marked or not work.settled:
        work.flags.append(Reason.SEVERAL_MARKS if marked else Reason.MARK_UNCLEAR)
    if work.settled and marked:  # an era without numbers is an unfinished date, not an empty field
        work.flags.append(Reason.BAD_FORMAT)


def _take_comb(sheet: Sheet, work: Work, parts: Sequence[tuple[Rect, int]]) -> None:
    found = combs.cut(sheet, parts)
    work.ink, work.groups = found.ink, found.groups
    if found.unclear:
        work.flags.append(Reason.CELLS_UNCLEAR)
    if found.faint:
        work.flags.append(Reason.FAINT_INK)
    if found.crossed:
        work.flags.append(Reason.STRUCK_OUT)
    holes = len(parts) == 1 and list(found.filled) != list(
        range(found.filled[0], found.filled[-1] + 1) if found.filled else []
    )
    if holes:
        work.flags.append(Reason.CELLS_UNCLEAR)
    if not found.glyphs:
        work.settled = True
        return
    line = combs.row(found)
    raw = lines.trimmed(np.hstack([sheet.writing[sheet.window(rect)][4:-4, 2:-2] for rect, _ in parts]))
    _take_figures(work, found.glyphs)
    work.views = [line, raw, *lines.more(line)]


def _take_figures(work: Work, glyphs: Sequence[Grey]) -> None:
    work.cells = [combs.single(glyph) for glyph in glyphs]
    work.figures = tuple(overwriting.Figure.of(glyph) for glyph in glyphs)
    work.uneven = hands.unevenness(glyphs)


def _prepare_line(sheet: Sheet, work: Work) -> None:
    line = lines.take(sheet, work.box.box)
    work.ink = line.share
    if line.crossed:
        work.flags.append(Reason.STRUCK_OUT)
    if line.several:
        work.flags.append(Reason.SEVERAL_LINES)
    if line.outside:
        work.flags.append(Reason.OUTSIDE_BOX)
    if line.faint:
        work.flags.append(Reason.FAINT_INK)
    if line.empty:
        work.settled = True
        return
    work.noted = line.noted
    work.alphabet = work.definition.kind.line_script or work.alphabet
    work.views = lines.views(line)
    if work.alphabet is Script.DIGITS:
        _take_figures(work, plain_numbers.figures(line.grey, line.ink if line.drawn is None else line.drawn))


_PREPARE = {
    "mark": _prepare_mark,
    "comb": _prepare_comb,
    "date": _prepare_date,
    "line": _prepare_line,
}


def witness_of(work: Work, works: Sequence[Work]) -> Work | None:
    """The box that says something about this one: the name of a reading, the postal code of an address."""
    for other in works:
        if other.box.field == work.definition.reading_of or other.definition.postal_code_of == work.box.field:
            return other
    return None


def resolved(
    work: Work, views: Sequence[Decoded], witness: Work | None, letters: Alphabet
) -> Sequence[Decoded]:
    """The views judged against a closed list, the readings of a name, or the places of a postal code."""
    if work.definition.words:
        return resolve.resolve(views, work.definition.words, letters, resolve.UNLISTED_IN_LIST)
    if witness is None or not witness.read_views:
        return views
    text = witness.read_views[0].text
    if work.definition.reading_of:
        return resolve.resolve(views, readings.candidates(text), letters, resolve.UNLISTED_READING)
    return resolve.resolve_start(views, postal.starts(text))


def conclude(work: Work, watcher: foreign.Watcher | None = None) -> Outcome:
    """Put the results of a box together. watcher: what sees strokes that are not a character's own."""
    if work.settled:
        sure = 0.0 if work.flags else 1.0
        evidence = Evidence(ink=work.ink, print_found=work.print_found, flags=tuple(work.flags))
        return Outcome(work.value, work.raw, sure, (), evidence)
    votes: Counter[str] = Counter()
    for view in work.read_views:
        votes[view.text] += 1
    text = max(votes, key=lambda t: (votes[t], sum(v.posterior for v in work.read_views if v.text == t)))
    agreeing = [view for view in work.read_views if view.text == text]
    flags = list(work.flags)
    if any(view.proposed for view in agreeing):
        flags.append(Reason.READ_AS_LISTED)
    if any(view.contested for view in agreeing):
        flags.append(Reason.LOW_CONFIDENCE)
    text = shapes_in_context(text) if work.alphabet in (Script.NAME, Script.TEXT) else text
    value = _value(work, text, flags)
    if overwriting.overwritten(text, work.figures):
        flags.append(Reason.STRUCK_OUT)
    if work.noted and text[-1:].isalnum() and text[-1] not in KANA:  # a kana's own dots may stand behind it
        flags.append(Reason.SEVERAL_LINES)
    clear = not flags and len(agreeing) == len(work.read_views)
    flags += _seen_in_shapes(work, text, clear, watcher)
    evidence = Evidence(
        views=len(work.read_views),
        agreeing=len(agreeing),
        characters=tuple(
            round(min(chances), 4) for chances in zip(*(view.characters for view in agreeing), strict=True)
        ),
        posterior=round(min(view.posterior for view in agreeing), 4),
        cells_agree=_cells_agree(work, agreeing[0].text),
        cell_floor=min((cell.floor for cell in work.read_cells), default=0.0),
        ink=work.ink,
        print_found=work.print_found,
        flags=tuple(dict.fromkeys(flags)),
        rivals=_rivals(agreeing, len(text)),
        reader=work.reader,
        second_reader=work.second_reader,
        second=None if work.support is None else round(work.support, 4),
        uneven=work.uneven,
    )
    share = len(agreeing) / len(work.read_views)
    return Outcome(value, text, round(evidence.posterior * share, 4), _others(work, text), evidence)


def _seen_in_shapes(work: Work, text: str, clear: bool, watcher: foreign.Watcher | None) -> list[Reason]:
    """What the shapes of a line's characters say: its end is another writing; and where all else is clear, one of them
    is struck, or cannot be judged. Entries of a list repeat (保育園): how one hand writes 園 would ask for all of them,
    so there only what crosses counts."""
    if not work.views or (work.box.kind != "line" and not clear):
        return []
    if work.box.kind != "line":
        pictures = foreign.of_cells(work.cells, text)
        return [Reason.STRUCK_OUT] if foreign.on_figures(watcher, text, pictures) else []
    line = shapes.read_line(work.views[0], text)
    if line and shapes.two_writings(line):
        return [Reason.SEVERAL_LINES]
    if not clear:
        return []
    struck = shapes.crossed if work.definition.words else shapes.struck_character
    if line and (struck(line) or foreign.on_line(watcher, text, line)):
        return [Reason.STRUCK_OUT]
    return [Reason.VARIANT_KANJI] if shapes.unknown(text) else []


def _value(work: Work, text: str, flags: list[Reason]) -> str:
    """The canonical value of `text`, or the empty string with a flag."""
    is_date = work.box.kind == "date"
    value = if_valid(_date, work, text) if is_date else if_valid(canonical, work.definition.type, text)
    if value is None:
        flags.append(Reason.BAD_FORMAT)
    return value or ""


def _date(work: Work, text: str) -> str:
    """Era and the three groups of digits. Raises FormatError."""
    if len(text) != sum(work.groups) or 0 in work.groups:
        raise FormatError("日付の欄に空きがあります。")
    if work.era not in ERAS:
        raise FormatError("元号に印がありません。")
    year_digits, month_digits, _ = work.groups
    year = int(text[:year_digits])
    month = int(text[year_digits : year_digits + month_digits])
    return era_date(work.era, year, month, int(text[year_digits + month_digits :]))


def _cells_agree(work: Work, text: str) -> bool | None:
    if not work.read_cells:
        return None
    return "".join(cell.text for cell in work.read_cells) == text and all(
        len(cell.text) == 1 for cell in work.read_cells
    )


def _rivals(agreeing: Sequence[Decoded], length: int) -> tuple[str, ...]:
    merged = [set[str]() for _ in range(length)]
    for view in agreeing:
        for known, rivals in zip(merged, view.rivals, strict=False):
            known.update(rivals)
    return tuple("".join(sorted(rivals)) for rivals in merged)


def _others(work: Work, text: str) -> tuple[str, ...]:
    """Other readings, likeliest first, at most four."""
    weights: Counter[str] = Counter()
    for view in [*work.read_views, *([work.second] if work.second else [])]:
        weights[view.text] += 1
        for other, share in view.alternatives:
            weights[other] += share  # type: ignore[assignment]
    return tuple(other for other, _ in weights.most_common(5) if other and other != text)[:4]
