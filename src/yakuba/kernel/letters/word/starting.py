"""A Word file to begin with: the letter as the house prints it, its fields as Word's own merge fields."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from yakuba.kernel.letters.word.fields import TYPED

FONT = "游明朝"
MARGINS = {"top_margin": 14, "right_margin": 20, "bottom_margin": 18, "left_margin": 22}  # mm
EDGES = {"header_distance": 8, "footer_distance": 10}  # mm


@dataclass(frozen=True)
class Words:
    """A paragraph; fields are written {氏名}. after: points below it."""

    text: str
    align: str = "left"
    size: float = 10.5
    bold: bool = False
    after: float = 4.0


@dataclass(frozen=True)
class Grid:
    """A table: each cell its paragraphs. widths: mm; height: mm of its rows at least."""

    rows: tuple[tuple[tuple[Words, ...], ...], ...]
    widths: tuple[float, ...]
    borders: bool = True
    height: float = 0.0


Block: TypeAlias = Words | Grid
SPACE = Words("", size=6, after=0)


def opening(facts: Iterable[tuple[str, str]]) -> list[Block]:
    """What every letter begins with: the address in the window of the envelope, who writes, the subject, and a table of facts
    (name, text)."""
    to = (Words("〒{郵便番号}", after=0), Words("{住所}", after=8), Words("{宛名}　様", size=13, after=0))
    office = (
        Words("{文書番号}", "right", 9.5, after=0),
        Words("{日付}", "right", 9.5, after=10),
        Words("{名義}", "right", 12, after=0),
    )
    return [
        Grid(((to, office),), (92, 76), borders=False, height=50),
        Words("{件名}", "center", 16, True, after=10),
        Words("{前文}", after=6),
        Grid(tuple(((Words(name, after=0),), (Words(text, after=0),)) for name, text in facts), (30, 138)),
        SPACE,
    ]


def asking() -> list[Block]:
    """Where the recipient may ask."""
    return [Grid((((Words("お問い合わせ　{問い合わせ先}", size=9.5, after=0),),),), (168,)), SPACE]


def written(blocks: Sequence[Block]) -> bytes:
    """The .docx."""
    import docx  # takes long; only this needs it
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, length in (MARGINS | EDGES).items():
        setattr(section, name, Mm(length))
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.0
    document.core_properties.author = ""
    for block in blocks:
        if isinstance(block, Words):
            _fill(document.add_paragraph(), block)
        else:
            _grid(document, block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _grid(document: Any, grid: Grid) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=len(grid.rows), cols=len(grid.widths))
    table.autofit = False
    if grid.borders:
        table.style = "Table Grid"
    for row, cells in zip(table.rows, grid.rows, strict=True):
        if grid.height:
            row.height = Mm(grid.height)
        for cell, width, words in zip(row.cells, grid.widths, cells, strict=True):
            cell.width = Mm(width)
            for at, one in enumerate(words):
                _fill(cell.paragraphs[0] if at == 0 else cell.add_paragraph(), one)
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = Mm(width)


def _fill(paragraph: Any, words: Words) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    aligns = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }
    paragraph.alignment = aligns[words.align]
    paragraph.paragraph_format.space_after = Pt(words.after)
    at = 0
    for match in TYPED.finditer(words.text):
        _run(paragraph, words, words.text[at : match.start()])
        _field(paragraph, words, next(name for name in match.groups() if name is not None))
        at = match.end()
    _run(paragraph, words, words.text[at:])


def _run(paragraph: Any, words: Words, text: str) -> Any:
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(words.size), words.bold or None
    return run


def _field(paragraph: Any, words: Words, name: str) -> None:
    """As Word itself writes one: begin, code, separate, what is shown, end, each in a run."""
    for kind, text in (
        ("begin", ""),
        ("", f" MERGEFIELD {name} "),
        ("separate", ""),
        (None, f"«{name}»"),
        ("end", ""),
    ):
        run = _run(paragraph, words, text if kind is None else "")
        if kind is None:
            continue
        sign = run._r.makeelement(_w("instrText" if kind == "" else "fldChar"), {})
        if kind:
            sign.set(_w("fldCharType"), kind)
        else:
            sign.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            sign.text = text
        run._r.append(sign)


def _w(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"
