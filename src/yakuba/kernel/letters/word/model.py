"""A Word file as far as it can be laid out. Lengths are points; everything is plain data that goes to other processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Face:
    """How letters look. font: as the file names it, the one of Japanese letters; latin: the one of all others; raised: 1
    for superscript, -1 for subscript; fit: the width into which the run is spread (均等割り付け), 0 for none."""

    font: str = ""
    latin: str = ""
    size: float = 10.5
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    color: str = ""
    shade: str = ""
    raised: int = 0
    spacing: float = 0.0
    fit: float = 0.0


@dataclass(frozen=True)
class Text:
    """Some letters. A tab is a tab, a line break a newline."""

    text: str
    face: Face


@dataclass(frozen=True)
class Merge:
    """A merge field. before, after: what is printed around its value unless that is empty."""

    name: str
    face: Face
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture of `width` × `height`. digest: sha256 of its PNG. Floating ones have a place: x from the left margin; y
    from the top of the page where `on_page`, else from the paragraph's."""

    digest: str
    width: float
    height: float
    name: str = ""
    floats: bool = False
    x: float = 0.0
    y: float = 0.0
    on_page: bool = False
    behind: bool = False


Piece: TypeAlias = Text | Merge | Picture


@dataclass(frozen=True)
class Line:
    """A border. style: as CSS calls it."""

    width: float
    style: str
    color: str


Sides: TypeAlias = "tuple[Line | None, Line | None, Line | None, Line | None]"  # top, right, bottom, left
NO_SIDES: Sides = (None, None, None, None)


@dataclass(frozen=True)
class Shape:
    """How a paragraph stands. line: its line height, a factor of the letters where `line_is_factor`; tab: between stops."""

    align: str = "left"
    left: float = 0.0
    right: float = 0.0
    first: float = 0.0
    before: float = 0.0
    after: float = 0.0
    line: float = 1.3
    line_is_factor: bool = True
    shade: str = ""
    sides: Sides = NO_SIDES
    tab: float = 42.0


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. label: its number or bullet; face: of its mark, which gives an empty one its height."""

    pieces: tuple[Piece, ...]
    shape: Shape
    face: Face
    label: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table. pad: inside its borders, top, right, bottom, left."""

    blocks: tuple[Block, ...]
    columns: int = 1
    rows: int = 1
    shade: str = ""
    valign: str = "top"
    sides: Sides = NO_SIDES
    pad: tuple[float, float, float, float] = (0.0, 5.4, 0.0, 5.4)


@dataclass(frozen=True)
class Row:
    """A row; height: at least, 0 for as high as it is; repeated: once for each row of the letter's list."""

    cells: tuple[Cell, ...]
    height: float = 0.0
    repeated: bool = False


@dataclass(frozen=True)
class Table:
    """A table. widths: of its columns."""

    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    align: str = "left"
    left: float = 0.0


Block: TypeAlias = Paragraph | Table


@dataclass(frozen=True)
class Page:
    """The paper: margins of the text, and where header and footer begin, from the edges."""

    top: float = 99.25
    right: float = 85.05
    bottom: float = 85.05
    left: float = 85.05
    header: float = 42.55
    footer: float = 49.6


@dataclass(frozen=True)
class Document:
    """A letter of Word. pictures: digest → PNG, left out of what tells two documents apart by `repr`."""

    blocks: tuple[Block, ...]
    header: tuple[Block, ...] = ()
    footer: tuple[Block, ...] = ()
    page: Page = Page()
    pictures: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def parts(self) -> tuple[Block, ...]:
        """Header, text and footer."""
        return self.header + self.blocks + self.footer


def pieces(blocks: tuple[Block, ...]) -> Iterator[Piece]:
    """All pieces, those in tables too."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.pieces
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from pieces(cell.blocks)


def paragraphs(blocks: tuple[Block, ...]) -> Iterator[Paragraph]:
    """All paragraphs, those in tables too."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from paragraphs(cell.blocks)
