"""A `model.Document` with a letter's values as HTML for the press. Every text is escaped; pictures go by their digest."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from yakuba.kernel.letters.word.model import (
    Block,
    Cell,
    Document,
    Face,
    Line,
    Merge,
    Paragraph,
    Picture,
    Row,
    Shape,
    Sides,
    Table,
    Text,
)

WIDTH, HEIGHT = 595.28, 841.89  # points, A4
PICTURE = "picture:"  # scheme of the addresses of pictures
SIDES = ("top", "right", "bottom", "left")
HALF_WIDTH = 0.5  # of a letter that is not full width
UNKNOWN_LINE = 1.5  # heights of a letter, of a line in a footer
GONE = ("\u2011", "-")  # a hyphen that does not break: fonts lack its sign


@dataclass(frozen=True)
class Values:
    """What a letter says: one value for each field, and the rows of its list."""

    single: Mapping[str, str]
    rows: Sequence[Mapping[str, str]] = field(default=())


class Writer:
    """Writes documents. families: font as a file names it → families as CSS has them; scale: of letters and distances."""

    def __init__(self, families: Callable[[str], str], scale: float = 1.0) -> None:
        self._families, self._scale = families, scale

    def section(self, document: Document, values: Values) -> tuple[str, str]:
        """Style of the section that is the page, and what is in it."""
        page = document.page
        self._values, self._left = values, page.left
        self._row: Mapping[str, str] = {}
        bottom = max(page.bottom, page.footer + self._height(document.footer))
        style = (
            f"padding:{page.header:.2f}pt {page.right:.2f}pt {bottom:.2f}pt {page.left:.2f}pt;"
            "box-decoration-break:clone;margin:0;line-height:1.3"
        )
        self._on_page: list[str] = []
        header = f'<div style="min-height:{max(0.0, page.top - page.header):.2f}pt">{self._blocks(document.header)}</div>'
        body = self._blocks(document.blocks)
        footer = self._blocks(document.footer)
        foot = (
            f'<div style="position:absolute;left:{page.left:.2f}pt;right:{page.right:.2f}pt;bottom:{page.footer:.2f}pt">'
            f"{footer}</div>"
        )
        sheet = "position:absolute;left:0;top:0;width:210mm;height:297mm"
        placed = f'<div style="{sheet}">{"".join(self._on_page)}{foot if footer else ""}</div>'
        return style, f"{placed}{header}{body}"

    def _blocks(self, blocks: Sequence[Block]) -> str:
        return "".join(
            self._paragraph(one) if isinstance(one, Paragraph) else self._table(one) for one in blocks
        )

    def _paragraph(self, paragraph: Paragraph) -> str:
        floating = [one for one in paragraph.pieces if isinstance(one, Picture) and one.floats]
        rest = [one for one in paragraph.pieces if not (isinstance(one, Picture) and one.floats)]
        inner = "".join(self._piece(one) for one in rest)
        if paragraph.label:
            inner = self._label(paragraph) + inner
        style = self._shape(paragraph.shape) + self._size(paragraph.face)
        beside = "".join(self._floating(one, paragraph.shape) for one in floating)
        relative = "position:relative;" if beside else ""
        return f'<p style="{relative}{style}">{beside}{inner or "<br>"}</p>'

    def _label(self, paragraph: Paragraph) -> str:
        label = escape(paragraph.label)
        hanging = -paragraph.shape.first
        if hanging > 0:
            return f'<span style="display:inline-block;min-width:{self._pt(hanging)};text-indent:0">{label}</span>'
        return f"{label}　"

    def _piece(self, piece: Text | Merge | Picture) -> str:
        if isinstance(piece, Picture):
            return self._picture(piece, f"width:{self._pt(piece.width)};height:{self._pt(piece.height)}")
        if isinstance(piece, Text):
            return self._span(piece.text, piece.face)
        value = self._row.get(piece.name, self._values.single.get(piece.name, ""))
        return self._span(f"{piece.before}{value}{piece.after}", piece.face) if value else ""

    def _span(self, text: str, face: Face) -> str:
        lines = (
            "<br>".join(escape(line) for line in text.replace(*GONE).splitlines()) if text != "\n" else "<br>"
        )
        if text.endswith("\n") and text != "\n":
            lines += "<br>"
        return f'<span style="{self._face(face, text)}">{lines}</span>'

    def _face(self, face: Face, text: str) -> str:
        found = [self._size(face)]
        found += ["font-weight:bold"] * face.bold + ["font-style:italic"] * face.italic
        lines = ["underline"] * face.underline + ["line-through"] * face.strike
        found += [f"text-decoration:{' '.join(lines)}"] if lines else []
        found += [f"color:{face.color}"] if face.color else []
        found += [f"background:{face.shade}"] if face.shade else []
        if face.raised:
            found += [f"vertical-align:{'super' if face.raised > 0 else 'sub'}"]
        spacing = face.spacing + (_spread(text, face) if face.fit else 0.0)
        found += [f"letter-spacing:{self._pt(spacing)}"] if spacing else []
        return ";".join(found)

    def _size(self, face: Face) -> str:
        size = face.size * (0.65 if face.raised else 1.0)
        return f"font-family:{self._families(face.font)};font-size:{self._pt(size)}"

    def _shape(self, shape: Shape) -> str:
        height = f"{shape.line:.3f}" if shape.line_is_factor else self._pt(shape.line)
        found = [
            f"margin:{self._pt(shape.before)} {shape.right:.2f}pt {self._pt(shape.after)} {shape.left:.2f}pt",
            f"text-indent:{shape.first:.2f}pt", f"text-align:{shape.align}", f"line-height:{height}",
            f"tab-size:{shape.tab:.2f}pt", "white-space:pre-wrap",
        ]  # fmt: skip
        found += ["text-align-last:justify"] if shape.align == "justify" else []
        found += [f"background:{shape.shade}"] if shape.shade else []
        found += _borders(shape.sides)
        found += ["padding:1pt 2pt"] if any(shape.sides) else []
        return ";".join(found) + ";"

    def _floating(self, picture: Picture, shape: Shape) -> str:
        size = (
            f"width:{picture.width:.2f}pt;height:{picture.height:.2f}pt;z-index:{-1 if picture.behind else 1}"
        )
        if picture.on_page:
            place = f"position:absolute;left:{self._left + picture.x:.2f}pt;top:{picture.y:.2f}pt"
            self._on_page.append(self._picture(picture, f"{place};{size}"))
            return ""
        left, top = picture.x - shape.left, picture.y
        return self._picture(picture, f"position:absolute;left:{left:.2f}pt;top:{top:.2f}pt;{size}")

    def _picture(self, picture: Picture, style: str) -> str:
        return f'<img src="{PICTURE}{picture.digest}" alt="{escape(picture.name)}" style="{style}">'

    def _table(self, table: Table) -> str:
        columns = "".join(f'<col style="width:{one:.2f}pt">' for one in table.widths)
        width = f"width:{sum(table.widths):.2f}pt;table-layout:fixed;" if table.widths else "width:auto;"
        place = {"center": "margin:0 auto", "right": "margin:0 0 0 auto"}.get(
            table.align, f"margin:0 0 0 {table.left:.2f}pt"
        )
        rows = "".join(self._rows(one) for one in table.rows)
        return f'<table style="border-collapse:collapse;{width}{place}"><colgroup>{columns}</colgroup>{rows}</table>'

    def _rows(self, row: Row) -> str:
        if not row.repeated:
            return self._one_row(row)
        found = []
        for values in self._values.rows:
            self._row = values
            found.append(self._one_row(row))
        self._row = {}
        return "".join(found)

    def _one_row(self, row: Row) -> str:
        height = f' style="height:{self._pt(row.height)}"' if row.height else ""
        return f"<tr{height}>{''.join(self._cell(one) for one in row.cells)}</tr>"

    def _cell(self, cell: Cell) -> str:
        pad = " ".join(self._pt(one) for one in cell.pad)
        found = [
            f"padding:{pad}",
            f"vertical-align:{cell.valign}",
            "border:none",
            "text-align:left",
            *_borders(cell.sides),
        ]
        found += [f"background:{cell.shade}"] if cell.shade else []
        over = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        over += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        return f'<td{over} style="{";".join(found)}">{self._blocks(cell.blocks)}</td>'

    def _pt(self, length: float) -> str:
        return f"{length * self._scale:.2f}pt"

    def _height(self, blocks: Sequence[Block]) -> float:
        """About how high a footer stands, in points; rather more."""
        found = 0.0
        for one in blocks:
            if isinstance(one, Table):
                found += sum(
                    max((self._height(cell.blocks) for cell in row.cells), default=0.0) for row in one.rows
                )
                continue
            pictures = [
                piece.height for piece in one.pieces if isinstance(piece, Picture) and not piece.floats
            ]
            texts = [piece for piece in one.pieces if not isinstance(piece, Picture)]
            size = max([one.face.size, *(piece.face.size for piece in texts)])
            letters = sum(
                len(piece.text if isinstance(piece, Text) else self._values.single.get(piece.name, ""))
                for piece in texts
            )
            lines = max(1, math.ceil(letters * size / 400))
            line = size * max(UNKNOWN_LINE, one.shape.line) if one.shape.line_is_factor else one.shape.line
            found += one.shape.before + one.shape.after + max([lines * line, *pictures])
        return found * self._scale


def _borders(sides: Sides) -> list[str]:
    def said(line: Line) -> str:
        return f"{line.width:.2f}pt {line.style} {line.color}"

    return [f"border-{name}:{said(line)}" for name, line in zip(SIDES, sides, strict=True) if line]


def _spread(text: str, face: Face) -> float:
    """Points between the letters so that they fill the width that the run is fitted to."""
    wide = sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else HALF_WIDTH for one in text)
    return (face.fit - wide * face.size) / max(1, len(text))
