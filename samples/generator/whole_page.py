"""What happens to a page as a whole: it is struck through or stamped void; paper below it shines through, a carbon copy has
its writing twice, a fold runs down through figures that stay readable."""

from __future__ import annotations

import math

import cv2
import fonts
import numpy as np
from overlaid import lay, layer
from page import RED, Colour, Judged, Page, Unfit
from PIL import Image, ImageDraw
from sheet import blank_sheet
from writing import fill_box, stroke

VOID = ("無効", "取消", "見本", "廃棄", "差替前")
REMARKS = (
    "取下げ",
    "取り下げます",
    "重複",
    "差し替え",
    "保留",
    "本人死亡",
    "転出済み",
    "再提出あり",
    "出し直します",
    "無効",
)
HEADING = (24, 70)  # pixels: the height of a title's or heading's print
BAR = 0.5  # share of dark print: on black nobody sees a pen's writing
STAMP_INKS: tuple[Colour, ...] = ((110, 45, 60), (50, 50, 50), RED)


def fill_all(page: Page) -> list[str]:
    """Fill every field in; those with a value. Unfit where another trick was played before."""
    if page.taken:
        raise Unfit
    for code in page.boxes:
        page.near.add(code)
        if page.value(code):
            page.write_own(code)
    return [code for code in page.boxes if page.value(code)]


def page_crossed(page: Page, style: str = "") -> list[Judged]:
    """One line across everything that was written, or two crossing ones, or a long wave: the sheet counts no more.
    style: slash, back, cross or wave."""
    written = fill_all(page)
    height, width = page.print.shape
    style = style or page.rng.choice(("slash", "back", "cross", "wave"))
    left, right = page.rng.uniform(0.08, 0.2) * width, page.rng.uniform(0.8, 0.92) * width
    top, foot = page.rng.uniform(0.1, 0.2) * height, page.rng.uniform(0.7, 0.88) * height
    lines = {"slash": [(foot, top)], "back": [(top, foot)], "cross": [(foot, top), (top, foot)]}
    with page.pen():
        for start, end in lines.get(style, []):
            bend = page.rng.uniform(-40, 40)
            points = [
                (left + (right - left) * t, start + (end - start) * t + bend * math.sin(math.pi * t))
                for t in (step / 20 for step in range(21))
            ]
            stroke(page.sheet, points, page.rng.choice((3, 4, 5)))
        if style == "wave":
            middle, swing = page.rng.uniform(0.4, 0.6) * width, page.rng.uniform(0.15, 0.3) * width
            points = [
                (middle + swing * math.sin(t * 7), top + (foot - top) * t)
                for t in (step / 80 for step in range(81))
            ]
            stroke(page.sheet, points, 4)
    return [Judged(code, "page_crossed", None, whole_page=True) for code in written]


def void_stamp(
    page: Page, word: str = "", colour: Colour | None = None, framed: bool | None = None
) -> list[Judged]:
    """無効, 取消 or 見本 stamped large over the page, level or slanted: the sheet counts no more. framed: with a frame
    around the word."""
    written = fill_all(page)
    height, width = page.print.shape
    word = word or page.rng.choice(VOID)
    size = page.rng.randint(110, 240)
    font = fonts.font("gothic", size)
    long = round(font.getlength(word)) + 60
    picture = Image.new("L", (long, size + 60), 0)
    pen = ImageDraw.Draw(picture)
    pen.text((long / 2, size / 2 + 30), word, fill=255, font=font, anchor="mm")
    if page.rng.random() < 0.6 if framed is None else framed:
        pen.rectangle((4, 4, long - 5, size + 55), outline=255, width=8)
    picture = picture.rotate(page.rng.uniform(-35, 35), Image.Resampling.BICUBIC, expand=True)
    at = (
        round(page.rng.uniform(0.1, 0.9) * max(1, width - picture.width)),
        round(page.rng.uniform(0.1, 0.6) * height),
    )
    mask = Image.new("L", page.sheet.ink.size, 255)
    mask.paste(0, at, picture)
    lay(page, mask, colour or page.rng.choice(STAMP_INKS))
    return [Judged(code, "void_stamp", None, whole_page=True) for code in written]


def carbon_copy(page: Page, field: str = "", level: int = 0) -> list[Judged]:
    """The carbon paper slipped: what was written stands once more beside itself, paler. A clerk reads it all the same.
    level: grey of the second picture."""
    code = page.pick("comb", "line", "date", code=field)
    page.write_own(code)
    x, y, width, height = page.extent(code)
    shift = page.rng.choice((-1, 1)) * page.rng.randint(3, 14), page.rng.randint(-12, 12)
    mask, _ = layer(page)
    part = page.sheet.ink.crop((x, y, x + width, y + height))
    soft = cv2.GaussianBlur(np.asarray(part), (0, 0), 1.0)
    mask.paste(Image.fromarray(soft), (x + shift[0], y + shift[1]))
    lay(page, mask, (level or page.rng.randint(150, 225),) * 3)
    return [Judged(code, "carbon_copy", page.value(code))]


def sheet_below(page: Page, field: str = "", level: int = 0, filled: bool | None = None) -> list[Judged]:
    """Another copy of the form lies below thin paper, and its value in this field shines through. filled: this sheet
    has a value too; level: grey of what shines through."""
    code = page.pick("comb", "line", "date", "mark", code=field)
    if page.fields[code]["type"] == "choices":
        raise Unfit
    filled = page.rng.random() < 0.5 if filled is None else filled
    old, person = page.another(code)
    kept = page.sheet
    below = blank_sheet(kept.ink.size, kept.hand, page.rng, False)
    page.sheet = below
    try:
        page.write(code, old, person)
    finally:
        page.sheet = kept
    shift = page.rng.randint(-6, 6), page.rng.randint(-6, 6)
    soft = cv2.GaussianBlur(np.asarray(below.ink), (0, 0), 1.5)
    mask, _ = layer(page)
    mask.paste(Image.fromarray(soft), shift)
    lay(page, mask, (level or page.rng.randint(205, 240),) * 3)
    if filled:
        fill_box(page.sheet, page.boxes[code], page.application, page.fields[code])
    else:
        page.application.values[code] = ""
    return [Judged(code, "sheet_below", page.value(code))]


def fold_through(page: Page, field: str = "", level: int = 0) -> list[Judged]:
    """A fold from top to foot runs through a comb or date, in or beside a written cell: a clerk reads on. level: its grey."""
    code = page.pick("comb", "date", code=field)
    page.write_own(code)
    x, _, width, _ = page.extent(code)
    at = x + page.rng.uniform(0.02, 0.98) * width
    mask, pen = layer(page)
    lean = page.rng.uniform(-6, 6)
    pen.line((at - lean, 0, at + lean, mask.height), fill=0, width=page.rng.choice((2, 3, 4)))
    mask = Image.fromarray(cv2.GaussianBlur(np.asarray(mask), (0, 0), 0.8))
    lay(page, mask, (level or page.rng.randint(110, 205),) * 3)
    return [Judged(code, "fold_through", page.value(code))]


def on_print(page: Page) -> tuple[float, float]:
    """Where a word begins that is written over the title or a heading: over the print between the rows of fields."""
    written = np.asarray(page.print)[:, 100:-100] < 128
    rows = written.any(axis=1)
    for code in page.boxes:
        _, y, _, height = page.extent(code)
        rows[max(0, y - 16) : y + height + 16] = False
    rows[: round(0.06 * len(rows))] = rows[round(0.78 * len(rows)) :] = False
    edges = np.flatnonzero(np.diff(np.r_[0, rows.astype(np.int8), 0])).reshape(-1, 2)
    bands = [
        (int(top), int(foot))
        for top, foot in edges
        if HEADING[0] <= foot - top <= HEADING[1] and written[top:foot].mean() < BAR
    ]
    if not bands:
        raise Unfit
    top, foot = page.rng.choice(bands)
    columns = np.flatnonzero(written[top:foot].sum(axis=0) > 0) + 100
    first = float(columns[0])
    last = max(first + 1, min(float(columns[-1]) - 150, first + 400))
    return page.rng.uniform(first, last), (top + foot) / 2 + page.rng.uniform(-8, 8)


def sheet_remark(page: Page, word: str = "", place: str = "") -> list[Judged]:
    """取下げ, 重複 or the like by hand where no field is, at the title, at the top or below the last row, or over the print
    of the title or a heading: it is said of the whole sheet. place: top, title, foot or over."""
    written = fill_all(page)
    word = word or page.rng.choice(REMARKS)
    size = page.rng.randint(34, 64)
    place = place or page.rng.choice(("top", "title", "foot", "over", "over"))
    last = max(page.extent(code)[1] + page.extent(code)[3] for code in page.boxes)
    x, y = {
        "top": (page.rng.uniform(90, 480), page.rng.uniform(50, 130)),
        "title": (page.rng.uniform(120, 420), page.rng.uniform(200, 260)),
        "foot": (page.rng.uniform(120, 900), page.rng.uniform(last + 110, 2030)),
        "over": on_print(page),
    }[place]
    with page.pen():
        page.scrawl(word, x, y, size, 500)
        if page.rng.random() < 0.4:
            end = x + size * 1.06 * len(word)
            corners = [(x - 10, y - size), (end + 10, y - size), (end + 10, y + size), (x - 10, y + size)]
            stroke(page.sheet, [*corners, corners[0]], 3)
    return [Judged(code, "sheet_remark", None, whole_page=True) for code in written]


KINDS = {
    "sheet_remark": sheet_remark,
    "page_crossed": page_crossed,
    "void_stamp": void_stamp,
    "carbon_copy": carbon_copy,
    "sheet_below": sheet_below,
    "fold_through": fold_through,
}
