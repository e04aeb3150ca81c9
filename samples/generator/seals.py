"""Red seals: the applicant's round one, a company's square one, a clerk's, and the date stamp of the counter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import fonts
import numpy as np
import people
from calendar_jp import wareki
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from applications import Application
    from sheet import Box, Sheet

TOUCH_RATE = 0.6  # of owners' seals, those pressed so close that they lie over the last character
SEAL_FACE = "mincho"
OPACITY = (120, 190)  # of 255, the range of a seal's ink; writing below stays readable


def worn(picture: Image.Image, sheet: Sheet) -> Image.Image:
    """Turn the seal a little and take away ink in soft blotches, as an ink pad does."""
    rng = np.random.default_rng(sheet.rng.getrandbits(32))
    blotches = rng.uniform(0.55, 1.0, (6, 6)).astype(np.float32)
    soft = Image.fromarray(blotches).resize(picture.size, Image.Resampling.BICUBIC)
    opacity = sheet.rng.uniform(*OPACITY) / 255
    faded = np.clip(np.asarray(picture, np.float32) * np.asarray(soft) * opacity, 0, 255).astype(np.uint8)
    return Image.fromarray(faded).rotate(sheet.rng.uniform(-12, 12), Image.Resampling.BICUBIC)


def press(sheet: Sheet, picture: Image.Image, centre: tuple[float, float]) -> None:
    """Lay the seal on the page's seal layer."""
    seal = worn(picture, sheet)
    at = (round(centre[0] - seal.width / 2), round(centre[1] - seal.height / 2))
    sheet.seal.paste(255, at, seal)


def column(pen: ImageDraw.ImageDraw, text: str, centre: tuple[float, float], size: int, step: float) -> None:
    """Text from top to bottom around centre."""
    font = fonts.font(SEAL_FACE, size)
    top = centre[1] - step * (len(text) - 1) / 2
    for number, character in enumerate(text):
        pen.text((centre[0], top + number * step), character, fill=255, font=font, anchor="mm")


def round_seal(text: str, side: int) -> Image.Image:
    """A ring with up to three characters from top to bottom."""
    picture = Image.new("L", (side + 8, side + 8), 0)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 4, side + 3, side + 3), outline=255, width=4)
    size = round(side * {1: 0.6, 2: 0.4}.get(len(text), 0.27))
    column(pen, text[:3], (side / 2 + 4, side / 2 + 4), size, size * 1.02)
    return picture


def square_seal(text: str, side: int) -> Image.Image:
    """A company's square seal: the name in columns from right to left, ending in 之印."""
    picture = Image.new("L", (side + 8, side + 8), 0)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((4, 4, side + 3, side + 3), outline=255, width=5)
    text = f"{text}之印"
    rows = 4 if len(text) > 9 else 3
    columns = [text[start : start + rows] for start in range(0, len(text), rows)]
    size = min(side // (rows + 1), side // (len(columns) + 1)) + 3
    step = side / (len(columns) + 0.6)
    for number, part in enumerate(columns):
        x = side + 4 - step * (number + 0.8)
        column(pen, part, (x, side / 2 + 4), size, side / (rows + 0.5))
    return picture


def owner(
    sheet: Sheet, shape: str, box: Box, end: tuple[int, int], application: Application, code: str
) -> bool:
    """The applicant's or company's seal behind the name; True when it lies over the writing."""
    if shape == "square":
        picture = square_seal(application.values[code], 118)
    else:
        picture = round_seal(application.people[code].surname, 78)
    touches = sheet.rng.random() < TOUCH_RATE
    if touches:
        x = end[0] + picture.width / 2 - sheet.rng.uniform(0.2, 0.6) * picture.width
    else:
        x = max(end[0] + picture.width / 2 + 10, box[0] + box[2] + 46)
    press(sheet, picture, (x, end[1] + sheet.rng.uniform(-8, 8)))
    return touches


def clerk(sheet: Sheet, end: tuple[int, int]) -> None:
    """A small seal of the clerk who looked the form through, over the end of a line."""
    picture = round_seal(people.names(people.SURNAME).draw(sheet.rng).text, 54)
    press(sheet, picture, (end[0] + sheet.rng.uniform(0, 24), end[1] + sheet.rng.uniform(-10, 10)))


def receipt_date(day: date) -> Image.Image:
    """The counter's round date stamp."""
    side = 128
    picture = Image.new("L", (side + 8, side + 8), 0)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 4, side + 3, side + 3), outline=255, width=4)
    for y in (50, 88):
        pen.line((10, y, side - 2, y), fill=255, width=3)
    _, year, month, number = wareki(day)
    for text, y, size in (("やくば市", 33, 24), (f"{year}.{month}.{number}", 69, 24), ("受付", 108, 26)):
        pen.text((side / 2 + 4, y), text, fill=255, font=fonts.font("gothic", size), anchor="mm")
    return picture


def date_stamp(sheet: Sheet, day: date) -> None:
    """The date stamp in the office block at the foot of the page."""
    height = sheet.seal.height
    press(
        sheet,
        receipt_date(day),
        (250 + sheet.rng.uniform(-40, 40), height - 155 + sheet.rng.uniform(-15, 15)),
    )
