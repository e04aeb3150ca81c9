"""Put an application on a blank page: text on lines, characters in combs, ticks in boxes, stamps and seals."""

from __future__ import annotations

import math
from datetime import date
from random import Random

import fonts
import seals
from applications import Application
from calendar_jp import wareki
from hands import PEN_FACES, PRINT_FACES, STAMP_FACES, Hand, as_written, draw_face
from PIL import Image, ImageDraw
from sheet import Box, Sheet, blank_sheet

CROSSED_OUT_RATE = 0.04  # of filled choices: a wrong option was ticked and crossed out before the right one
SEAL_RATE = (
    0.6  # of pages with a place for a seal, those with one; it may touch the last characters of the name
)
STAFF_SEAL_RATE = 0.06  # of pages, those with a clerk's small seal that landed on the end of some line
RECEIPT_STAMP_RATE = 0.35  # of pages with an office block, those with the date stamp in it

SEALED = {"applicant_name": "round", "name": "round", "employer_name": "square"}
RIGHT_ALIGNED = ("number", "date")
LINE_FILL, LOW_LINE_FILL = (
    0.62,
    0.7,
)  # of a line's height, the height of the writing; low lines are for readings
LOW_LINE = 70  # pixels
LARGEST, SMALLEST = 56, 26  # pixels; smaller writing would not be readable
COMB_TEXT = 43  # pixels


def put(
    sheet: Sheet, layer: Image.Image, face: str, text: str, size: int, middle: tuple[float, float]
) -> None:
    """Write one character with its advance box centred on middle; a pen turns and lifts it a little."""
    font = fonts.font(face, size)
    x, y = middle
    if not sheet.hand.pen or layer is sheet.stamp:
        ImageDraw.Draw(layer).text((x, y), text, fill=0, font=font, anchor="mm")
        return
    side = size * 2
    tile = Image.new("L", (side, side), 0)
    ImageDraw.Draw(tile).text((size, size), text, fill=255, font=font, anchor="mm")
    tile = tile.rotate(sheet.rng.gauss(0, 2.0), Image.Resampling.BICUBIC)
    at = (round(x - size + sheet.rng.gauss(0, 0.8)), round(y - size + sheet.rng.gauss(0, 1.2)))
    layer.paste(0, at, tile)


def face_for(sheet: Sheet, text: str) -> str:
    """The hand's face, or another of its kind that can write this text."""
    if fonts.can_write(sheet.hand.face, text):
        return sheet.hand.face
    return draw_face(PEN_FACES if sheet.hand.pen else PRINT_FACES, [text], sheet.rng)


def write_line(sheet: Sheet, code: str, box: Box, text: str) -> None:
    """Text on a line, as large as fits; lifts and turns with a pen, straight in print."""
    x, y, width, height = box
    face = face_for(sheet, text)
    size = min(LARGEST, round(height * (LOW_LINE_FILL if height < LOW_LINE else LINE_FILL)))
    margin = 12 if sheet.clean else sheet.rng.randint(10, 44)
    spread = 1.06 if sheet.hand.pen else 1.0
    room = width - margin - 10
    while size > SMALLEST and fonts.font(face, size).getlength(text) * spread > room:
        size -= 1
    font = fonts.font(face, size)
    if font.getlength(text) * spread > room:
        raise ValueError(f"{code}: 「{text}」は枠に入りません")
    middle = y + height / 2 + (0 if sheet.clean else sheet.rng.uniform(-0.06, 0.06) * height)
    at = float(x + margin)
    slope = sheet.rng.uniform(-0.006, 0.006) if sheet.hand.pen else 0.0
    for character in text:
        advance = font.getlength(character) * spread
        if not character.isspace():
            put(sheet, sheet.ink, face, character, size, (at + advance / 2, middle + (at - x) * slope))
        at += advance
    sheet.ends[code] = (round(at), round(middle))


def write_comb(sheet: Sheet, box: Box, cells: int, text: str, right: bool) -> None:
    """One character a cell, from the left or (amounts, dates) up to the right."""
    if len(text) > cells:
        raise ValueError(f"「{text}」は{cells}マスに入りません")
    write_cells(sheet, box, cells, text, cells - len(text) if right else 0)


def write_cells(sheet: Sheet, box: Box, cells: int, text: str, first: float, size: int = COMB_TEXT) -> None:
    """Characters at the pitch of a comb, the first one in cell `first`, which may lie before or after the comb."""
    x, y, width, height = box
    cell = width / cells
    face = face_for(sheet, text)
    jitter = 0.0 if sheet.clean or not sheet.hand.pen else 2.2
    for number, character in enumerate(text):
        middle = (
            x + (number + first + 0.5) * cell + sheet.rng.gauss(0, 1) * jitter,
            y + height / 2 + sheet.rng.gauss(0, 1) * jitter,
        )
        put(sheet, sheet.ink, face, character, size, middle)


def stamp_number(sheet: Sheet, box: Box, text: str) -> None:
    """The receipt number as a numbering stamp sets it: printed figures, the whole row a little off."""
    x, y, width, height = box
    face = draw_face(STAMP_FACES, [text], sheet.rng)
    cell = width / len(text)
    off_x, off_y = (0, 0) if sheet.clean else (sheet.rng.uniform(-4, 4), sheet.rng.uniform(-4, 4))
    slope = 0.0 if sheet.clean else sheet.rng.uniform(-0.008, 0.008)
    for number, character in enumerate(text):
        across = (number + 0.5) * cell
        middle = (x + across + off_x, y + height / 2 + off_y + (across - width / 2) * slope)
        put(sheet, sheet.stamp, face, character, 42, middle)


def stroke(sheet: Sheet, points: list[tuple[float, float]], width: int) -> None:
    sheet.pen.line(points, fill=0, width=width, joint="curve")


def tick_check(sheet: Sheet, x: float, y: float, side: int) -> None:
    rng = sheet.rng
    reach = 0.0 if sheet.clean or not sheet.hand.pen else rng.uniform(0, 9)
    low = (x + side * 0.42, y + side * 0.84)
    start = (x + side * 0.16, y + side * rng.uniform(0.4, 0.55))
    stroke(sheet, [start, low, (x + side * 0.88 + reach, y + side * 0.12 - reach)], 5)


def tick_cross(sheet: Sheet, x: float, y: float, side: int) -> None:
    reach = sheet.rng.uniform(-4, 3)
    near, far = -reach, side + reach
    stroke(sheet, [(x + near, y + near), (x + far, y + far)], 4)
    stroke(sheet, [(x + near, y + far), (x + far, y + near)], 4)


def tick_filled(sheet: Sheet, x: float, y: float, side: int) -> None:
    """Printed: a solid square. With a pen: a zigzag that leaves little white."""
    if not sheet.hand.pen:
        sheet.pen.rectangle((x + 6, y + 6, x + side - 6, y + side - 6), fill=0)
        return
    rows = range(5, side - 3, 4)
    points = [
        (x + (5 if n % 2 else side - 5) + sheet.rng.uniform(-2, 2), y + row) for n, row in enumerate(rows)
    ]
    stroke(sheet, points, 5)


def tick_circle(sheet: Sheet, x: float, y: float, side: int) -> None:
    """A ring around the box, drawn in one go, so it does not quite close or centre."""
    rng = sheet.rng
    centre = (x + side / 2 + rng.uniform(-4, 4), y + side / 2 + rng.uniform(-4, 4))
    wide, high = side * rng.uniform(0.62, 0.78), side * rng.uniform(0.6, 0.74)
    start = rng.uniform(0, 2 * math.pi)
    turn = rng.uniform(1.96, 2.08) * math.pi
    angles = [start + turn * step / 40 for step in range(41)]
    points = [(centre[0] + wide * math.cos(angle), centre[1] + high * math.sin(angle)) for angle in angles]
    stroke(sheet, points, 4)


TICKS = {"check": tick_check, "cross": tick_cross, "filled": tick_filled, "circle": tick_circle}


def tick(sheet: Sheet, box: Box, style: str = "") -> None:
    x, y, side, _ = box
    shift = 0.0 if sheet.clean or not sheet.hand.pen else 3.0
    moved = (x + sheet.rng.uniform(-shift, shift), y + sheet.rng.uniform(-shift, shift))
    TICKS[style or sheet.hand.ticks](sheet, *moved, side)


def cross_out(sheet: Sheet, box: Box, label_width: int) -> None:
    """Two ruled lines through a ticked box and its label, as the form's instructions ask for."""
    x, y, side, _ = box
    left, right = x - 8, x + side + 10 + label_width + 6
    for offset in (-5, 6):
        middle = y + side / 2 + offset
        stroke(
            sheet, [(left, middle + sheet.rng.uniform(-2, 2)), (right, middle + sheet.rng.uniform(-2, 2))], 3
        )


def fill_marks(sheet: Sheet, box: dict, value: str, options: dict[str, str]) -> None:
    """Tick the value's options; now and then a wrong one was ticked first and crossed out."""
    chosen = [code for code in value.split(",") if code]
    for code in chosen:
        tick(sheet, box["marks"][code])
    others = [code for code in box["marks"] if code not in chosen]
    if chosen and others and sheet.chance(CROSSED_OUT_RATE):
        wrong = sheet.rng.choice(others)
        # A cross in the box would itself look like crossing out, so the wrong tick is never one.
        tick(sheet, box["marks"][wrong], "check" if sheet.hand.ticks == "cross" else "")
        cross_out(sheet, box["marks"][wrong], 28 * len(options[wrong]))
        sheet.effects.append(f"crossed_out:{box['field']}")


def fill_date(sheet: Sheet, box: dict, value: str) -> None:
    era, year, month, day = wareki(date.fromisoformat(value))
    tick(sheet, box["eras"][era])
    for part, number in (("year", year), ("month", month), ("day", day)):
        text = f"{number:02d}" if sheet.hand.zero_padded else str(number)
        write_comb(sheet, box[part], 2, text, right=True)


def fill_box(sheet: Sheet, box: dict, application: Application, definition: dict) -> None:
    value = application.values[box["field"]]
    if not value:
        return
    if definition["type"] == "receipt_number":
        stamp_number(sheet, box["box"], value)
    elif box["kind"] == "mark":
        fill_marks(sheet, box, value, definition["options"])
    elif box["kind"] == "date":
        fill_date(sheet, box, value)
    elif box["kind"] == "comb":
        write_comb(sheet, box["box"], box["cells"], value, definition["type"] in RIGHT_ALIGNED)
    else:
        write_line(sheet, box["field"], box["box"], as_written(sheet.hand, application, definition))


def add_seals(sheet: Sheet, boxes: list[dict], application: Application) -> None:
    """The applicant's seal behind the name, a clerk's seal at the end of some line, the date stamp at the foot."""
    lines = {box["field"]: box["box"] for box in boxes if box["kind"] == "line"}
    for code in SEALED.keys() & sheet.ends.keys():
        if sheet.chance(SEAL_RATE):
            touches = seals.owner(sheet, SEALED[code], lines[code], sheet.ends[code], application, code)
            sheet.effects.append(f"seal:{code}" if touches else "seal")
    # Small writing such as readings could not be read below a seal, and careful clerks leave it alone.
    written = sorted(code for code in sheet.ends.keys() - SEALED.keys() if lines[code][3] >= LOW_LINE)
    if written and sheet.chance(STAFF_SEAL_RATE):
        code = sheet.rng.choice(written)
        seals.clerk(sheet, sheet.ends[code])
        sheet.effects.append(f"seal:{code}")
    if sheet.chance(RECEIPT_STAMP_RATE):
        handed_in = application.values.get("application_date") or application.values["submission_date"]
        seals.date_stamp(sheet, date.fromisoformat(handed_in))
        sheet.effects.append("receipt_stamp")


def fill_page(
    size: tuple[int, int],
    boxes: list[dict],
    fields: dict[str, dict],
    application: Application,
    hand: Hand,
    rng: Random,
    clean: bool,
) -> Sheet:
    """Fill one page in. size: pixels (width, height); boxes: from form.yaml; fields: from the procedure, by code."""
    sheet = blank_sheet(size, hand, rng, clean)
    for box in boxes:
        fill_box(sheet, box, application, fields[box["field"]])
    add_seals(sheet, boxes, application)
    return sheet
