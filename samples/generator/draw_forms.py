"""Draw the blank forms and write their form.yaml, both from layouts.py, so that boxes and picture never disagree.

python samples/generator/draw_forms.py
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml
import zxingcpp
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent))

import fonts
from layouts import ERAS, FORMS, Form, Item, Note, Office, Page, Row, Section, Style

SAMPLES = Path(__file__).parents[1]
WIDTH, HEIGHT = 1654, 2339  # A4 at 200 dpi
LEFT, RIGHT, TOP = 100, 1554, 80
INK, COMB_INK, HINT = 20, 110, 170  # grey levels: rules and print, lines inside combs, hints such as 印
CELL_WIDTH, CELL_HEIGHT = 46, 58
MARK = 36
INSET = 6  # a line's box stays this far inside the ruled frame
QR_SCALE = 5  # pixels a module: still 2.5 on a 100 dpi fax line

Box = list[int]


@dataclass
class Canvas:
    """A page being drawn: the picture, the pen position and the boxes found so far."""

    style: Style
    procedure: dict
    image: Image.Image = field(default_factory=lambda: Image.new("L", (WIDTH, HEIGHT), 255))
    y: int = TOP
    boxes: list[dict] = field(default_factory=list)
    free: list[Box] = field(default_factory=list)  # where ink says nothing about a field

    def __post_init__(self) -> None:
        self.pen = ImageDraw.Draw(self.image)
        self.fields = {one["code"]: one for one in self.procedure["fields"]}

    def text(self, x: int, y: int, text: str, size: int, ink: int = INK, anchor: str = "lm") -> int:
        """Print text and return its width in pixels."""
        face = fonts.font(self.style.text, size)
        self.pen.text((x, y), text, fill=ink, font=face, anchor=anchor)
        return round(face.getlength(text))

    def frame(self, x: int, y: int, width: int, height: int, line: int = 2, fill: int | None = None) -> None:
        self.pen.rectangle((x, y, x + width, y + height), outline=INK, width=line, fill=fill)


def draw_head(canvas: Canvas, item: Item, x: int, height: int) -> None:
    """The shaded head of a cell; a label too wide for it is set smaller."""
    label = item.label or canvas.fields[item.field]["label"]
    canvas.frame(x, canvas.y, item.head, height, fill=canvas.style.shade)
    size = 28
    while fonts.font(canvas.style.text, size).getlength(label) > item.head - 20:
        size -= 1
    canvas.text(x + item.head // 2, canvas.y + height // 2, label, size, anchor="mm")


def draw_comb(canvas: Canvas, x: int, middle: int, cells: int, thick: tuple[int, ...] = ()) -> Box:
    """A comb of cells centred on the line `middle`; the box returned is its outer frame."""
    top, width = middle - CELL_HEIGHT // 2, cells * CELL_WIDTH
    for cell in range(1, cells):
        at = x + cell * CELL_WIDTH
        ink, line = (INK, 4) if cell in thick else (COMB_INK, 1)
        canvas.pen.line((at, top, at, top + CELL_HEIGHT), fill=ink, width=line)
    canvas.frame(x, top, width, CELL_HEIGHT)
    return [x, top, width, CELL_HEIGHT]


def draw_mark(canvas: Canvas, x: int, middle: int, label: str) -> tuple[Box, int]:
    """A check box with its label; returns the box and where the next may begin."""
    canvas.frame(x, middle - MARK // 2, MARK, MARK)
    width = canvas.text(x + MARK + 10, middle, label, 28)
    return [x, middle - MARK // 2, MARK, MARK], x + MARK + 10 + width + 34


def draw_line_item(canvas: Canvas, item: Item, x: int, width: int, height: int) -> None:
    usable = width
    if item.seal:
        usable -= 90
        canvas.text(x + width - 50, canvas.y + height // 2, "印", 30, HINT, "mm")
        canvas.free.append([x + usable, canvas.y, width - usable, height])
    box = [x + INSET, canvas.y + INSET, usable - 2 * INSET, height - 2 * INSET]
    canvas.boxes.append({"field": item.field, "kind": "line", "box": box})


def draw_comb_item(canvas: Canvas, item: Item, x: int, width: int, height: int) -> None:
    middle = canvas.y + height // 2
    box = draw_comb(canvas, x + 18, middle, item.cells, item.thick)
    canvas.text(x + 18 + box[2] + 12, middle, item.unit, 26)
    canvas.boxes.append({"field": item.field, "kind": "comb", "cells": item.cells, "box": box})


def draw_mark_item(canvas: Canvas, item: Item, x: int, width: int, height: int) -> None:
    marks: dict[str, Box] = {}
    at = x + 22
    for code, label in canvas.fields[item.field]["options"].items():
        marks[code], at = draw_mark(canvas, at, canvas.y + height // 2, label)
    if at - 34 > x + width:
        raise ValueError(f"{item.field}: the options do not fit into the row")
    canvas.boxes.append({"field": item.field, "kind": "mark", "marks": marks})


def draw_date_item(canvas: Canvas, item: Item, x: int, width: int, height: int) -> None:
    middle, at = canvas.y + height // 2, x + 22
    eras: dict[str, Box] = {}
    for era in item.eras:
        eras[era], at = draw_mark(canvas, at, middle, ERAS[era])
    parts: dict[str, Box] = {}
    for part, unit in (("year", "年"), ("month", "月"), ("day", "日")):
        parts[part] = draw_comb(canvas, at, middle, 2)
        at += parts[part][2] + 10
        at += canvas.text(at, middle, unit, 28) + 18
    canvas.boxes.append({"field": item.field, "kind": "date", "eras": eras, **parts})


ITEM_DRAWERS = {
    "line": draw_line_item,
    "comb": draw_comb_item,
    "mark": draw_mark_item,
    "date": draw_date_item,
}


def draw_row(canvas: Canvas, row: Row) -> None:
    x = LEFT
    for item in row.items:
        width = item.width or RIGHT - x
        canvas.frame(x, canvas.y, width, row.height)
        draw_head(canvas, item, x, row.height)
        ITEM_DRAWERS[item.kind](canvas, item, x + item.head, width - item.head, row.height)
        x += width
    canvas.y += row.height


def draw_section(canvas: Canvas, section: Section) -> None:
    canvas.y += 16
    if canvas.style.section == "bar":
        canvas.pen.rectangle((LEFT, canvas.y, RIGHT, canvas.y + 44), fill=60)
        canvas.text(LEFT + 16, canvas.y + 22, section.title, 30, 255)
    elif canvas.style.section == "tab":
        canvas.pen.rounded_rectangle((LEFT, canvas.y, LEFT + 360, canvas.y + 44), 18, fill=INK)
        canvas.pen.rectangle((LEFT, canvas.y + 22, LEFT + 360, canvas.y + 44), fill=INK)
        canvas.text(LEFT + 24, canvas.y + 22, section.title, 30, 255)
        canvas.pen.line((LEFT + 360, canvas.y + 43, RIGHT, canvas.y + 43), fill=INK, width=4)
    else:
        canvas.text(LEFT, canvas.y + 22, section.title, 30)
    canvas.y += 44


def draw_note(canvas: Canvas, note: Note) -> None:
    canvas.y += note.gap
    for text in note.lines:
        canvas.text(LEFT + 6, canvas.y + note.size // 2 + 4, text, note.size)
        canvas.y += round(note.size * 1.5)
    canvas.y += note.gap


def draw_office(canvas: Canvas, office: Office) -> None:
    """Ruled cells at the foot, left of the QR code."""
    top, each = HEIGHT - 90 - office.height, 1180 // len(office.labels)
    if top < canvas.y:
        raise ValueError("the page is too full for the office block")
    # the counter's date stamp is higher than the cells
    canvas.free.append([LEFT - 30, top - 30, each * len(office.labels) + 60, office.height + 60])
    for number, label in enumerate(office.labels):
        x = LEFT + number * each
        canvas.frame(x, top, each, office.height, 1)
        canvas.frame(x, top, each, 40, 1, canvas.style.shade)
        canvas.text(x + each // 2, top + 20, label, 24, anchor="mm")


PART_DRAWERS = {Row: draw_row, Section: draw_section, Note: draw_note, Office: draw_office}


def draw_heading(canvas: Canvas, form: Form, page: Page) -> None:
    """Form number, receipt number comb (stamped by the town hall) and title."""
    canvas.text(LEFT, canvas.y + 20, form.number, 24)
    box = draw_comb(canvas, RIGHT - 10 * CELL_WIDTH, canvas.y + 40, 10)
    canvas.text(box[0] - 16, canvas.y + 40, "受付番号", 26, anchor="rm")
    canvas.boxes.append({"field": "receipt_number", "kind": "comb", "cells": 10, "box": box})
    face = fonts.font(canvas.style.title, canvas.style.title_size)
    canvas.pen.text((WIDTH // 2, canvas.y + 130), page.title, fill=INK, font=face, anchor="mm")
    if canvas.style.section == "rule":
        half = round(face.getlength(page.title)) // 2 + 20
        for offset in (166, 172):
            at = canvas.y + offset
            canvas.pen.line((WIDTH // 2 - half, at, WIDTH // 2 + half, at), fill=INK, width=2)
    canvas.y += 190


def draw_code(canvas: Canvas, form: Form, number: int) -> None:
    """QR code at the bottom right: `yakuba-form:<form>:<version>:<page>`."""
    text = f"yakuba-form:{form.code}:{form.version}:{number}"
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    modules = np.array(barcode.to_image(scale=QR_SCALE))
    picture = Image.fromarray(modules)
    canvas.image.paste(picture, (RIGHT - picture.width + 20, HEIGHT - 70 - picture.height))
    canvas.text(
        WIDTH // 2,
        HEIGHT - 50,
        f"{form.title}　第{form.version}版　{number}／{len(form.pages)}",
        22,
        anchor="mm",
    )


def draw_page(form: Form, number: int, procedure: dict) -> Canvas:
    """Draw one blank page (number counts from 1)."""
    page = form.pages[number - 1]
    canvas = Canvas(form.style, procedure)
    draw_heading(canvas, form, page)
    for part in page.parts:
        PART_DRAWERS[type(part)](canvas, part)
    draw_code(canvas, form, number)
    return canvas


def dump(definition: dict) -> str:
    """form.yaml with one box a line, as a person would write it."""
    head = {key: value for key, value in definition.items() if key != "pages"}
    lines = [yaml.safe_dump(head, allow_unicode=True, sort_keys=False).rstrip(), "pages:"]
    for page in definition["pages"]:
        lines += [f"  - page: {page['page']}", f"    image: {page['image']}", "    boxes:"]
        for box in page["boxes"]:
            flow = yaml.safe_dump(
                box, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000
            )
            lines.append(f"      - {flow.strip()}")
        if page["free"]:
            lines.append(f"    free: {page['free']}")
    return "\n".join(lines) + "\n"


def write_form(form: Form, samples: Path = SAMPLES) -> None:
    """Write forms/<code>/form.yaml and its page pictures (16 grey levels keep them small)."""
    procedure = yaml.safe_load((samples / "procedures" / f"{form.code}.yaml").read_text(encoding="utf-8"))
    folder = samples / "forms" / form.code
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for number in range(1, len(form.pages) + 1):
        canvas = draw_page(form, number, procedure)
        name = f"page-{number}.png"
        sixteen = canvas.image.point([round(level / 17) * 17 for level in range(256)])
        sixteen.save(folder / name, optimize=True, dpi=(200, 200))
        pages.append({"page": number, "image": name, "boxes": canvas.boxes, "free": canvas.free})
    definition = {
        "form": form.code,
        "version": form.version,
        "procedure": form.code,
        "title": form.title,
        "pages": pages,
    }
    (folder / "form.yaml").write_text(dump(definition), encoding="utf-8")


def main() -> None:
    fonts.require_fonts()
    for form in FORMS:
        write_form(form)
        print(f"{form.code}: {len(form.pages)}ページ")


if __name__ == "__main__":
    main()
