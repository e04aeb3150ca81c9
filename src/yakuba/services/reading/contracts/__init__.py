"""What leaves the reading room: frozen values without any framework, all of them plain JSON when stored.

Coordinates called `corners` are pixels on the page image as it was scanned, `((x, y), …)`, in the order top
left, top right, bottom right, bottom left of the box on the form.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter

from .paper import PaperBox as PaperBox
from .paper import PaperForm as PaperForm
from .paper import PaperPage as PaperPage
from .paper import Printed as Printed

Point = tuple[float, float]
Corners = tuple[Point, ...]


class PageStatus(StrEnum):
    """What a page image turned out to be."""

    READ = "read"
    BLANK = "blank"
    UNKNOWN_FORM = "unknown_form"
    TWO_FORMS = "two_forms"
    POOR_SCAN = "poor_scan"
    BAD_IMAGE = "bad_image"


class Decision(StrEnum):
    """What the gate says about one field."""

    TRUSTED = "trusted"
    DOUBTFUL = "doubtful"
    BLANK = "blank"


class Hand(StrEnum):
    """Who seems to have written a sheet, by how even its figures stand."""

    PRINT = "print"
    PEN = "pen"
    UNKNOWN = ""


class Support(StrEnum):
    """What speaks for letting values of a field pass (`engine.promises`)."""

    PROVED = "proved"  # by the town's own checked values
    SHIPPED = "shipped"  # by what was checked before the house was shipped; the town's own are too few
    NONE = "none"  # by neither
    BROKEN = "broken"  # too many were found wrong
    ALWAYS = "always"  # a person always looks


class Reason(StrEnum):
    """Why a field goes to a person; the gate turns it into a sentence for the clerk."""

    LOW_CONFIDENCE = "low_confidence"
    VIEWS_DISAGREE = "views_disagree"
    CELLS_DISAGREE = "cells_disagree"
    CELLS_UNCLEAR = "cells_unclear"
    BAD_FORMAT = "bad_format"
    OUT_OF_RANGE = "out_of_range"
    REQUIRED_BLANK = "required_blank"
    FAINT_INK = "faint_ink"
    NOT_IN_LEXICON = "not_in_lexicon"
    READ_AS_LISTED = "read_as_listed"
    VARIANT_KANJI = "variant_kanji"
    LOOKALIKE = "lookalike"
    IMPLAUSIBLE = "implausible"
    CHECK_DIGITS = "check_digits"
    SEVERAL_MARKS = "several_marks"
    MARK_UNCLEAR = "mark_unclear"
    POSTAL_UNKNOWN = "postal_unknown"
    POSTAL_MISMATCH = "postal_mismatch"
    KANA_MISMATCH = "kana_mismatch"
    NOT_A_KNOWN_NAME = "not_a_known_name"
    BLANKS_UNREAD = "blanks_unread"
    SUM_MISMATCH = "sum_mismatch"
    DATE_ORDER = "date_order"
    READERS_DISAGREE = "readers_disagree"
    POOR_FIT = "poor_fit"
    PRINT_MISSING = "print_missing"
    COLOURED_INK = "coloured_ink"
    STRUCK_OUT = "struck_out"
    OUTSIDE_BOX = "outside_box"
    SEVERAL_LINES = "several_lines"
    LABEL_DIFFERS = "label_differs"
    PAGES_DISAGREE = "pages_disagree"
    ALWAYS_ASKED = "always_asked"
    NOT_PROVED = "not_proved"
    TIGHTENED = "tightened"


class CaseStatus(StrEnum):
    """Whether the pages of one application are all there."""

    COMPLETE = "complete"
    PAGE_MISSING = "page_missing"
    PAGE_TWICE = "page_twice"
    NUMBER_UNREADABLE = "number_unreadable"


def _still_known(names: Iterable[str]) -> list[str]:
    """Stored readings outlive the version that made them, and the reasons that it knew."""
    known = {reason.value for reason in Reason}
    return [name for name in names if name in known]


Reasons = Annotated[tuple[Reason, ...], BeforeValidator(_still_known)]


FIRM, SUPPORTED = 0.99, 0.5


def firm(floor: float, second: float | None) -> bool:
    """Whether further looks at a value tell nothing: of 452 boxes on which two views agreed so clearly, all four did, and
    none was read wrong. floor: lowest probability of a character.  second: support of the second recogniser."""
    return floor >= FIRM and second is not None and second >= SUPPORTED


@dataclass(frozen=True)
class Evidence:
    """What was measured on the paper for one box; the gate needs nothing else from the image.

    views: readings made of the whole box.  agreeing: how many of them gave the value.
    characters: for each character of the raw text its lowest probability over the agreeing views, 0..1.
    posterior: lowest probability of the whole string over the agreeing views, 0..1.
    cells_agree: True/False when single cells or characters were read on their own, None when they were not.
    cell_floor: lowest probability of a cell read alone, 0..1.
    ink: share of the box that is written on, 0..1.  print_found: share of the form's own print found around
    the box, 0..1.  flags: reasons that the image itself gives.  rivals: for each character of the raw text those
    others that were given a chance of at least 0.1 %.  reader: the recogniser that read the box, empty where none was
    needed.  second_reader: the one asked for a second opinion, empty where none was.  second: how sure that one is of
    the value, 0..1 (`engine.recognition.support`); None when it does not know a character.  uneven: how far the figures stray
    from one line, as a share of their height; None where there are too few (`engine.hands`).
    """

    views: int = 0
    agreeing: int = 0
    characters: tuple[float, ...] = ()
    posterior: float = 0.0
    cells_agree: bool | None = None
    cell_floor: float = 0.0
    ink: float = 0.0
    print_found: float = 1.0
    flags: Reasons = ()
    rivals: tuple[str, ...] = ()
    reader: str = ""
    second_reader: str = ""
    second: float | None = None
    uneven: float | None = None

    def floor(self, start: int = 0) -> float:
        """The lowest probability of a character from position `start` on, 0..1; 1 when there is none."""
        return min(self.characters[start:], default=1.0)

    @property
    def firm(self) -> bool:
        """All views agree, each character is all but certain in them, and the second recogniser finds the value likely."""
        return self.agreeing == self.views > 0 and firm(self.floor(), self.second)


@dataclass(frozen=True)
class FieldReading:
    """One field of one page: the best reading, and whether it may pass without a person.

    value: canonical form (docs/architecture.md), empty when nothing could be read.  raw: the characters as
    read.  confidence: 0..1, for sorting and colouring only; `decision` is what counts.  candidates: other
    readings, best first.  confirmed_by: the checks that support the value.
    """

    field: str
    label: str
    type: str
    page: int
    value: str
    raw: str
    confidence: float
    decision: Decision
    reasons: Reasons
    message: str
    corners: Corners
    candidates: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    evidence: Evidence = dataclasses.field(default_factory=Evidence)


@dataclass(frozen=True)
class PageReading:
    """One page image: which form it is, how well it lies on it, and its fields.

    rotation: degrees by which the scan has to be turned clockwise to stand upright, 0..360.  fit: mean
    distance in form pixels (200 dpi) between matched points after alignment.  matches: number of points that
    support the form.  print_found: share of the form's own print found in the scan, 0..1.
    """

    status: PageStatus
    message: str
    form: str = ""
    form_version: int = 0
    procedure: str = ""
    page: int = 0
    rotation: float = 0.0
    fit: float = 0.0
    matches: int = 0
    print_found: float = 0.0
    corners: Corners = ()
    fields: tuple[FieldReading, ...] = ()
    seconds: float = 0.0

    def field(self, code: str) -> FieldReading | None:
        """The reading of one field, or None when it is not on this page."""
        return next((reading for reading in self.fields if reading.field == code), None)

    @property
    def receipt_number(self) -> str:
        """The receipt number when it may be trusted, else the empty string."""
        reading = self.field("receipt_number")
        return reading.value if reading and reading.decision is Decision.TRUSTED else ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PageReading:
        """The page that `to_json` wrote, in this version or another: what this one has no place for is left out."""
        return _pages().validate_python(data)

    def to_json(self) -> dict[str, Any]:
        """Only strings, numbers, lists and dictionaries."""
        return asdict(self)


@dataclass(frozen=True)
class CaseReading:
    """One application put together from its pages, after all checks between fields.

    pages: positions in the sequence that was given.  fields: one reading for each field of the procedure
    that stands on a page at hand, in the order of the procedure.
    """

    status: CaseStatus
    message: str
    procedure: str
    form: str
    receipt_number: str
    pages: tuple[int, ...]
    fields: tuple[FieldReading, ...]

    def field(self, code: str) -> FieldReading | None:
        """The reading of one field, or None when no page has it."""
        return next((reading for reading in self.fields if reading.field == code), None)


@cache
def _pages() -> TypeAdapter[PageReading]:
    """Made when it is first used: most processes read no page."""
    return TypeAdapter(PageReading)


def with_decision(
    reading: FieldReading, decision: Decision, reasons: tuple[Reason, ...], message: str, **changes: Any
) -> FieldReading:
    """A copy of `reading` with another decision."""
    return replace(reading, decision=decision, reasons=reasons, message=message, **changes)


# The desk: what other rooms, programs and the demo see of batches, questions and problem sheets.


@dataclass(frozen=True)
class BatchProgress:
    """Where a batch stands; all numbers are counts. `running` until no file and no sheet waits for the machine.

    sheets: pages found so far.  waiting: sheets not read yet.  pages: pages of all taken files.  cases: put
    together or begun.  incomplete: cases that lack a page.  fields = auto + person: values of the cases that
    are complete; auto passed without a person.  open, held, answered: questions.  failed: jobs that gave up.
    """

    batch: int
    name: str
    running: bool
    files: int
    refused: int
    known: int
    pages: int
    sheets: int
    waiting: int
    blank: int
    problems: int
    aside: int
    cases: int
    incomplete: int
    ready: int
    fields: int
    auto: int
    person: int
    open: int
    held: int
    answered: int
    failed: int


@dataclass(frozen=True)
class FileResult:
    """What became of one uploaded file. state: "splitting", "split", "known" or "refused"; `message` says why."""

    id: int
    name: str
    state: str
    message: str
    pages: int


@dataclass(frozen=True)
class OpenQuestion:
    """A value that waits for a person. kind: "reading", "cross_check" or "review"; state: "open" or "held"; blind: what was
    read is not shown before the answer; people: how many confirm it; entered: what two of them entered, where it differs and
    this person decides."""

    id: int
    case: int
    procedure: str
    receipt_number: str
    field: str
    label: str
    type: str
    value: str
    reasons: tuple[str, ...]
    message: str
    kind: str
    state: str
    candidates: tuple[str, ...] = ()
    blind: bool = False
    people: int = 1
    entered: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetProblem:
    """A sheet that waits for a person. `index` counts from 0 within `file`; form, page and receipt_number are
    what is known so far (empty, 0, empty when nothing)."""

    sheet: int
    batch: int
    file: str
    index: int
    problem: str
    message: str
    form: str
    page: int
    receipt_number: str


@dataclass(frozen=True)
class BatchStatistics:
    """What a batch gave and took: counts, and seconds of the machine and of persons."""

    sheets: int
    fields: int
    fields_auto: int
    fields_person: int
    machine_seconds: float
    person_seconds: float
