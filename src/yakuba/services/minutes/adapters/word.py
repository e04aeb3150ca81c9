"""Minutes as a .docx, in lines or, as assemblies print them, in vertical columns from right to left."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from yakuba.kernel.values import characters
from yakuba.services.minutes.engine.layout import Block

FONT = "游明朝"
SIZES = {"title": 16.0, "subtitle": 12.0, "heading": 12.0}
ALIGNED = {"title": "CENTER", "subtitle": "CENTER", "vote": "RIGHT"}
BEFORE = {"heading": 10.0, "sign": 24.0}  # points
INDENT = {"note": 21.0}  # points
TO_SIGN = "＿" * 12
LONG, SHORT, MARGIN = 297, 210, 20  # mm


def written(blocks: Sequence[Block], *, vertical: bool = False) -> bytes:
    """The .docx. vertical: 縦書き, on a page that lies on its side."""
    import docx  # takes long; only this needs it
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    width, height = (LONG, SHORT) if vertical else (SHORT, LONG)
    section.page_width, section.page_height = Mm(width), Mm(height)
    for side in ("top_margin", "right_margin", "bottom_margin", "left_margin"):
        setattr(section, side, Mm(MARGIN))
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(2)
    document.core_properties.author = ""
    for block in blocks:
        _add(document, block)
    if vertical:
        _stand(section)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _stand(section: Any) -> None:
    """Columns from right to left. `w:textDirection` has its place in the section's properties: before `w:bidi` and
    `w:docGrid`."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = section._sectPr
    size = properties.find(qn("w:pgSz"))
    size.set(qn("w:orient"), "landscape")
    direction = OxmlElement("w:textDirection")
    direction.set(qn("w:val"), "tbRl")
    grid = properties.find(qn("w:docGrid"))
    if grid is None:
        properties.append(direction)
    else:
        grid.addprevious(direction)


def _add(document: Any, block: Block) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    if aligned := ALIGNED.get(block.style):
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, aligned)
    shape = paragraph.paragraph_format
    shape.space_before = Pt(BEFORE.get(block.style, 0.0))
    shape.keep_with_next = block.style == "heading"
    shape.left_indent = Pt(63.0 if block.style == "fact" and not block.lead else INDENT.get(block.style, 0.0))
    if block.lead:
        lead = paragraph.add_run(characters.fit(f"{block.lead}　"))
        lead.bold = block.style == "speech"
    _write(paragraph, block)


def _write(paragraph: Any, block: Block) -> None:
    from docx.shared import Pt

    lines = (characters.fit(block.text) or (TO_SIGN if block.style == "sign" else "")).split("\n")
    for at, line in enumerate(lines):
        run = paragraph.add_run(("　" if at else "") + line)
        if at < len(lines) - 1:
            run.add_break()
        run.bold = block.style in ("title", "heading")
        run.font.size = Pt(SIZES.get(block.style, 10.5))
    if block.style == "sentence":
        paragraph.add_run(f"　［発言{block.refers}］").font.size = Pt(8)
