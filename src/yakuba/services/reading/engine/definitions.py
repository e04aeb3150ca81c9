"""Form definitions as frozen values. `loading` reads them; procedures are `kernel.definitions.procedures`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

Rect = tuple[int, int, int, int]
"""x, y, width, height in form pixels (200 dpi)."""

KINDS = ("comb", "line", "mark", "date")
# On every page in a box of its own; given by the house, a case for each sheet; on a label with a code on every page.
NUMBERINGS = ("printed", "order", "label")


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
    """One page of a form; `image` is the file of the blank page at 200 dpi in greyscale, called `name`.

    free: areas where ink says nothing about a field: office notes, the counter's date stamp, the place of a seal.
    """

    number: int
    boxes: tuple[Box, ...]
    name: str
    image: bytes = dataclasses.field(repr=False)
    free: tuple[Rect, ...] = ()


@dataclass(frozen=True)
class FormDefinition:
    """A form: its pages and the procedure whose fields they carry.

    numbering: where a case's receipt number comes from (`NUMBERINGS`).
    """

    code: str
    version: int
    procedure: str
    title: str
    pages: tuple[PageDefinition, ...]
    numbering: str = "printed"
