"""What comes to lie on a sheet: whitener, notes, stamps, highlighters, holes, folds, stains, and its other side."""

from __future__ import annotations

import math
from datetime import date, timedelta

import cv2
import fonts
import numpy as np
import seals
from corrections import fill_again, write_old, written
from page import Colour, Judged, Page, Unfit
from PIL import Image, ImageDraw
from sheet import Added
from writing import stroke

HIGHLIGHTERS: tuple[Colour, ...] = ((90, 250, 255), (170, 255, 190), (210, 160, 255), (255, 225, 150))
STAMPS: tuple[Colour, ...] = ((110, 45, 60), (60, 50, 205), (50, 50, 50))
COFFEE: Colour = (130, 175, 205)


def lay(page: Page, coverage: Image.Image, colour: Colour, covering: bool = False) -> None:
    page.sheet.added.append(Added(coverage, colour, pen=False, covering=covering))


def layer(page: Page) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", page.sheet.ink.size, 255)
    return image, ImageDraw.Draw(image)


def brushed(page: Page, field: str = "", new: bool | None = None) -> list[Judged]:
    """Whitener brushed over a value in bands: it hides parts of the print and leaves others. new: the right value
    written over it; without one a clerk asks what was meant."""
    code = page.pick("comb", "line", code=field)
    new = page.rng.random() < 0.6 if new is None else new
    write_old(page, code, "")
    x, y, width, height = written(page, code)
    mask, pen = layer(page)
    bands = page.rng.choice((2, 3))
    for band in range(bands):
        middle = y + height * (band + 0.5) / bands
        lean = page.rng.uniform(-4, 4)
        ends = x - page.rng.uniform(2, 14), x + width + page.rng.uniform(2, 14)
        pen.line(
            (ends[0], middle + lean, ends[1], middle - lean), fill=0, width=math.ceil(height / bands) + 2
        )
    lay(page, mask, (252,) * 3, covering=True)
    if new:
        with page.pen():
            fill_again(page, code)
    return [Judged(code, "brushed", page.value(code) if new else None)]


def sticky_note(page: Page, field: str = "", share: float = 0.0) -> list[Judged]:
    """A sticky note over a field or its end. share: of the writing that it hides."""
    code = page.pick("comb", "line", "date", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    share = share or page.rng.choice((1.0, 0.6, 0.35))
    left = round(x + width * (1 - share)) - 6
    side = max(110, round(width * share) + page.rng.randint(14, 120))
    top = y - page.rng.randint(6, 40)
    page.cover([left, top, side, max(height + 60, 110)], level=page.rng.randint(222, 246), edge=205)
    return [Judged(code, "sticky_note", None)]


def stamped_over(page: Page, field: str = "", colour: Colour | None = None) -> list[Judged]:
    """The counter's date stamp (受付印) set over a field."""
    code = page.pick("comb", "line", "date", "mark", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    day = date.fromisoformat(page.application.values.get("application_date") or "2024-10-01")
    picture = seals.receipt_date(day + timedelta(days=page.rng.randint(1, 40)))
    mask = Image.new("L", page.sheet.ink.size, 255)
    at = x + page.rng.uniform(0.1, 1.0) * width - 68, y + height / 2 - 68 + page.rng.uniform(-20, 20)
    mask.paste(0, (round(at[0]), round(at[1])), seals.worn(picture, page.sheet))
    lay(page, mask, colour or page.rng.choice(STAMPS))
    return [Judged(code, "stamped_over", page.value(code))]


def highlighted(page: Page, field: str = "", colour: Colour | None = None) -> list[Judged]:
    """A highlighter drawn over a value, which stays readable."""
    code = page.pick("comb", "line", "date", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    mask, pen = layer(page)
    middle = y + height / 2
    wide = round(height * page.rng.uniform(0.5, 0.9))
    pen.line((x - 6, middle + page.rng.uniform(-4, 4), x + width + 8, middle), fill=0, width=wide)
    lay(page, mask, colour or page.rng.choice(HIGHLIGHTERS))
    return [Judged(code, "highlighted", page.value(code))]


def punched(page: Page, field: str = "", level: int | None = None) -> list[Judged]:
    """A hole through the writing. level: grey of what lies behind it, the scanner's lid or the next sheet."""
    code = page.pick("comb", "line", "date", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    half = page.rng.randint(20, 24)
    at = x + page.rng.uniform(0.05, 0.95) * width, y + height / 2 + page.rng.uniform(-8, 8)
    for inset, grey in ((0, 190), (2, page.rng.choice((40, 110, 250)) if level is None else level)):
        mask, pen = layer(page)
        side = half - inset
        pen.ellipse((at[0] - side, at[1] - side, at[0] + side, at[1] + side), fill=0)
        lay(page, mask, (grey,) * 3, covering=True)
    return [Judged(code, "punched", None)]


def stapled(page: Page, field: str = "") -> list[Judged]:
    """A staple of 12 mm over the writing."""
    code = page.pick("comb", "line", "date", "mark", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    turn = math.radians(page.rng.uniform(-90, 90))
    at = x + page.rng.uniform(0.05, 0.95) * width, y + height / 2
    reach = 47 * math.cos(turn), 47 * math.sin(turn)
    with page.pen((95, 95, 95)):
        stroke(page.sheet, [(at[0] - reach[0], at[1] - reach[1]), (at[0] + reach[0], at[1] + reach[1])], 5)
    return [Judged(code, "stapled", page.value(code))]


def folded_corner(page: Page) -> list[Judged]:
    """The upper right corner folded over: it hides the end of what stands there."""
    code = "receipt_number"
    if code not in page.boxes or code in page.taken or not page.value(code):
        raise Unfit
    page.write_own(code)
    columns = page.sheet.ink.width
    x, y, width, height = page.extent(code)
    across = columns - x - round(width * page.rng.uniform(0.4, 0.95)) + y + height
    corner = [(columns - across, 0), (columns, 0), (columns, across)]
    for inset, grey in ((0, 200), (4, 244)):
        mask, pen = layer(page)
        pen.polygon([(corner[0][0] + 3 * inset, 0), corner[1], (columns, across - 3 * inset)], fill=0)
        lay(page, mask, (grey,) * 3, covering=True)
    return [Judged(code, "folded_corner", None)]


def bled_through(page: Page, field: str = "", level: int = 0) -> list[Judged]:
    """Felt-tip writing of the other side, mirrored. level: its grey on white paper."""
    code = page.pick("comb", "line", "date", "mark", code=field)
    filled = page.rng.random() < 0.7
    if filled:
        page.write_own(code)
    page.taken.add(code)
    x, y, width, height = page.extent(code)
    mask, pen = layer(page)
    face = page.sheet.hand.face if page.sheet.hand.pen else "klee-bold"
    text = page.rng.choice(("8510362", "令和六年", "3-14-7", "裏面参照"))
    middle = x + min(width, 400) / 2
    pen.text((middle, y + height / 2), text, fill=0, font=fonts.font(face, 48), anchor="mm")
    left = round(middle - 300)
    part = (max(0, left), y - 40, min(mask.width, left + 600), y + height + 40)
    mask.paste(mask.crop(part).transpose(Image.Transpose.FLIP_LEFT_RIGHT), part[:2])
    mask = Image.fromarray(cv2.GaussianBlur(np.asarray(mask), (0, 0), 1.6))
    lay(page, mask, (level or page.rng.randint(150, 225),) * 3)
    return [Judged(code, "bled_through", page.value(code) if filled else "")]


def stained(page: Page, field: str = "") -> list[Judged]:
    """The ring of a coffee cup over a value."""
    code = page.pick("comb", "line", "date", "mark", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    mask, pen = layer(page)
    half = page.rng.randint(150, 240)
    middle = x + page.rng.uniform(0, 1) * width + page.rng.choice((-1, 1)) * half, y + height / 2
    box = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    pen.ellipse(box, fill=225, outline=0, width=page.rng.randint(7, 14))
    mask = Image.fromarray(cv2.GaussianBlur(np.asarray(mask), (0, 0), 2.5))
    lay(page, mask, COFFEE)
    return [Judged(code, "stained", page.value(code))]


KINDS = {
    "brushed": brushed,
    "sticky_note": sticky_note,
    "stamped_over": stamped_over,
    "highlighted": highlighted,
    "punched": punched,
    "stapled": stapled,
    "folded_corner": folded_corner,
    "bled_through": bled_through,
    "stained": stained,
}
