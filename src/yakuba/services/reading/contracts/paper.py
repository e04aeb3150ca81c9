"""What a form is, for a room that fills it in or asks the same on a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PaperBox:
    """Where a field stands on paper: kind, box, cells, marks and parts as in `engine.definitions.Box`."""

    field: str
    kind: str
    box: tuple[int, int, int, int]
    cells: int = 1
    marks: Mapping[str, tuple[int, int, int, int]] = dataclasses.field(default_factory=dict)
    parts: Mapping[str, tuple[int, int, int, int]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class PaperPage:
    """A blank page, PNG at 200 dpi; width, height: in pixels. numbered: carries the receipt number in a box."""

    number: int
    image: bytes = dataclasses.field(repr=False)
    width: int
    height: int
    boxes: tuple[PaperBox, ...]

    @property
    def numbered(self) -> bool:
        """Whether a box takes the receipt number."""
        return any(one.field == "receipt_number" for one in self.boxes)


@dataclass(frozen=True)
class PaperForm:
    """A form in use."""

    code: str
    version: int
    title: str
    pages: tuple[PaperPage, ...]


@dataclass(frozen=True)
class Printed:
    """What a form prints: field code → the label of its box, and → the heading above it, where there is one."""

    labels: Mapping[str, str]
    headings: Mapping[str, str]
