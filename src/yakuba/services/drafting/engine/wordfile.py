"""Plain texts and 新旧対照表 as Word files."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from yakuba.kernel.letters.word.starting import FONT, Words, written
from yakuba.kernel.values.characters import fit
from yakuba.services.drafting.engine.comparing import LEFT_OUT, Line, Pair, Span


def plain(text: str) -> bytes:
    """A .docx with a paragraph for each line."""
    return written([Words(_escaped(line), after=0.0) for line in text.rstrip("\n").split("\n")])


def _escaped(line: str) -> str:
    """`starting` takes {…} for a merge field; a text has none."""
    return fit(line).replace("{", "｛").replace("}", "｝")


def comparison(pairs: Sequence[Pair], title: str) -> bytes:
    """新旧対照表 as .docx: 改正後 beside 改正前, changed words underlined, what did not change as （略）."""
    import docx  # takes long
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(20))
    _font(document)
    document.core_properties.author = ""
    document.add_paragraph(fit(title).strip()[:100] or "新旧対照表")
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, ("改正後", "改正前"), strict=True):
        cell.text = head
    for after, before in _rows(pairs):
        cells = table.add_row().cells
        for cell, lines in zip(cells, (after, before), strict=True):
            _fill(cell, lines)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _rows(pairs: Sequence[Pair]) -> Iterator[tuple[tuple[Line, ...], tuple[Line, ...]]]:
    """What did not change is one row, however many articles it is."""
    omitted = ((Span(LEFT_OUT, False),),)
    was_same = False
    for pair in pairs:
        if pair.same and not was_same:
            yield omitted, omitted
        elif not pair.same:
            yield pair.after, pair.before
        was_same = pair.same


def _fill(cell: Any, lines: Sequence[Line]) -> None:
    for at, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        for span in line:
            paragraph.add_run(fit(span.text)).underline = span.changed or None


def _font(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(0)
