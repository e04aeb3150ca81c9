"""Procedure and form definitions as frozen values. `loading` reads them from YAML files."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yakuba.kernel.refusals import Invalid

Rect = tuple[int, int, int, int]
"""x, y, width, height in form pixels (200 dpi)."""

KINDS = ("comb", "line", "mark", "date")


class DefinitionError(Invalid, ValueError):
    """A definition file is wrong; the Japanese message says which file, which place and what to do."""


@dataclass(frozen=True)
class FieldDefinition:
    """One field of a procedure (docs/architecture.md, "Procedure file").

    lexicon: the closed list of values, empty when free.  reading_of: the field whose reading in kana this is.
    postal_code_of: the address field that belongs to this postal code.  sum_of: fields whose sum this is.
    after: a date field that may not be later than this date.  range: smallest and largest canonical
    value, inclusive, each empty when open.
    """

    code: str
    label: str
    type: str
    required: bool = False
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    lexicon: tuple[str, ...] = ()
    range: tuple[str, str] = ("", "")
    reading_of: str = ""
    postal_code_of: str = ""
    sum_of: tuple[str, ...] = ()
    after: str = ""


@dataclass(frozen=True)
class ProcedureDefinition:
    """A procedure and its fields in the order of the file."""

    code: str
    title: str
    version: int
    fields: Mapping[str, FieldDefinition]


@dataclass(frozen=True)
class Box:
    """Where a field stands on a page.

    comb: `cells` characters in equal cells of `box`.  line: one line of writing in `box`.  mark: one small
    box for each option in `marks`.  date: the era by one of `marks` (keys of formats.ERAS), `parts` gives the
    combs of `year`, `month` and `day`.
    """

    field: str
    kind: str
    box: Rect
    cells: int = 1
    marks: Mapping[str, Rect] = dataclasses.field(default_factory=dict)
    parts: Mapping[str, Rect] = dataclasses.field(default_factory=dict)

    @property
    def rects(self) -> tuple[Rect, ...]:
        """The rectangles that may hold writing, apart from each other."""
        return (*self.marks.values(), *self.parts.values()) or (self.box,)


@dataclass(frozen=True)
class PageDefinition:
    """One page of a form; `image` is the blank page at 200 dpi in greyscale.

    free: areas where ink says nothing about a field: office notes, the counter's date stamp, the place of a seal.
    """

    number: int
    image: Path
    boxes: tuple[Box, ...]
    free: tuple[Rect, ...] = ()


@dataclass(frozen=True)
class FormDefinition:
    """A form: its pages and the procedure whose fields they carry."""

    code: str
    version: int
    procedure: str
    title: str
    pages: tuple[PageDefinition, ...]
