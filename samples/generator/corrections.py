"""Corrections as people make them: struck out, written over, covered, sealed, with the new value somewhere near."""

from __future__ import annotations

import math
from datetime import date
from random import Random

import people
import seals
from calendar_jp import wareki
from page import RED, Colour, Judged, Page, Unfit
from sheet import Box, Sheet
from writing import COMB_TEXT, fill_box, stroke, tick, write_cells

STYLES = ("single", "double", "cross", "scribble", "wavy", "slash", "hatch")
STEEPEST = 12.0  # degrees of one line that runs through a whole value; steeper ones are slashes
PLACES = ("above", "below", "beside")
OTHER_PLACES = ("", *PLACES)
LOWEST = 80  # pixels: two values do not stand above each other in a lower line
SEAL_SIDE = 46  # pixels: a correction seal is 6 mm wide


def strike(sheet: Sheet, box: Box, style: str, slope: float, rng: Random, width: int = 4) -> None:
    """Strike a rectangle of writing out. slope: degrees, of single, double and wavy lines."""
    x, y, wide, high = box
    left, right, middle = x - rng.uniform(4, 12), x + wide + rng.uniform(4, 12), y + high / 2
    rise = math.tan(math.radians(slope)) * (right - left) / 2
    rise = max(-high * 0.42, min(high * 0.42, rise))
    if style in ("single", "double"):
        for offset in (0,) if style == "single" else (-6, 6):
            start, end = middle + offset + rng.uniform(-2, 2), middle + offset + rng.uniform(-2, 2)
            stroke(sheet, [(left, start + rise), (right, end - rise)], width)
    elif style == "cross":
        stroke(sheet, [(left, y - 3), (right, y + high + 3)], width)
        stroke(sheet, [(left, y + high + 3), (right, y - 3)], width)
    elif style == "slash":
        ends = (y + high + 4, y - 4) if slope >= 0 else (y - 4, y + high + 4)
        stroke(sheet, [(left, ends[0]), (right, ends[1])], width)
    elif style == "hatch":
        lean = (0.5 if slope >= 0 else -0.5) * high
        for at in range(round(left) + 10, round(right), 26):
            stroke(sheet, [(at - lean / 2, y + high), (at + lean / 2, y)], width)
    else:
        pitch, swing = (17, high * 0.3) if style == "scribble" else (30, high * 0.13)
        count = max(4, round((right - left) / pitch * 2))
        points = [
            (left + (right - left) * n / count, middle + swing * (1 if n % 2 else -1) + rng.uniform(-2, 2))
            for n in range(count + 1)
        ]
        stroke(sheet, points, width - 1)


def written(page: Page, code: str) -> Box:
    """Where the writing of a filled line or comb stands."""
    x, y, width, height = page.extent(code)
    if code in page.sheet.ends:
        return [x + 14, y + height // 6, page.sheet.ends[code][0] - x - 14, height * 2 // 3]
    return [x, y, width, height]


def write_new(page: Page, code: str, place: str) -> None:
    """The new value above, below or beside the old one, small, with the pen of the moment."""
    text, size = page.value(code), 28
    if page.boxes[code]["kind"] == "date":
        text = "・".join(str(part) for part in wareki(date.fromisoformat(text))[1:])
    box = written(page, code)
    _, y, _, height = page.extent(code)
    if place == "beside":
        width = 30 * len(text) + 12
        at = page.room_after(code, width) if code in page.sheet.ends else page.room_beside(code, width)
        page.scrawl(text, at + 6, y + height / 2, 34, width)
        return
    high = y - 6 if place == "above" else y + height + 6
    if page.boxes[code]["kind"] == "line":
        high = y + 12 if place == "above" else y + height - 12
    page.scrawl(text, box[0] + 6, high, size, max(200.0, box[2]))


def write_old(page: Page, code: str, place: str) -> str:
    """Another value in the field's own box; in a line low or high, so that the new one finds room."""
    old, person = page.another(code)
    box = dict(page.boxes[code])
    if box["kind"] == "line" and place in ("above", "below"):
        x, y, width, height = box["box"]
        if height < LOWEST:
            raise Unfit
        low = y + height * 2 // 5 if place == "above" else y
        box["box"] = [x, low, width, height * 3 // 5]
    try:
        page.write(code, old, person, box)
    except ValueError as error:
        raise Unfit from error
    return old


def struck(
    page: Page,
    field: str = "",
    style: str = "",
    slope: float | None = None,
    new: str | None = None,
    colour: Colour | None = None,
) -> list[Judged]:
    """A value struck out. new: where the right one stands (above, below, beside), "" for nowhere."""
    code = page.pick("line", "comb", "date", code=field)
    style = style or page.rng.choice(STYLES)
    new = page.rng.choice(OTHER_PLACES) if new is None else new
    slope = page.rng.uniform(-STEEPEST, STEEPEST) if slope is None else slope
    write_old(page, code, new)
    with page.pen(colour):
        strike(page.sheet, written(page, code), style, slope, page.rng)
        if new:
            write_new(page, code, new)
    return [Judged(code, "struck_with_new" if new else "struck", page.value(code) if new else None)]


def struck_part(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """One or two digits of a number struck out, the right ones written small above them."""
    code = page.pick("comb", code=field)
    box, value = page.boxes[code], page.value(code)
    right = page.fields[code]["type"] == "number"
    first = box["cells"] - len(value) if right else 0
    at = page.rng.randrange(len(value))
    wrong = page.rng.choice([digit for digit in "123456789" if digit != value[at]])
    page.write(code, value[:at] + wrong + value[at + 1 :])
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    left = x + (first + at) * cell
    with page.pen():
        style = style or page.rng.choice(("single", "double", "slash", "cross"))
        strike(
            page.sheet,
            [round(left + 8), y + 8, round(cell - 16), height - 16],
            style,
            page.rng.uniform(0, 40),
            page.rng,
            3,
        )
        page.scrawl(value[at], left + cell / 2 - 8, y - 8, 28, 60)
    return [Judged(code, "struck_part", value)]


def struck_mark(
    page: Page, field: str = "", style: str = "", slope: float | None = None, other: bool | None = None
) -> list[Judged]:
    """A ticked option struck out, at any slope; other: the right one is ticked besides."""
    code = page.pick("mark", code=field)
    marks, options = page.boxes[code]["marks"], page.fields[code]["options"]
    chosen = page.value(code).split(",")
    unchosen = [option for option in marks if option not in chosen]
    if not unchosen:
        raise Unfit
    other = page.rng.random() < 0.6 if other is None else other
    wrong = page.rng.choice(unchosen) if other else chosen[0]
    for option in dict.fromkeys((wrong, *(chosen if other else chosen[1:]))):
        tick(page.sheet, marks[option], "check")
    page.taken.add(code)
    x, y, side, _ = marks[wrong]
    length = side + 10 + 28 * len(options[wrong])
    style = style or page.rng.choice(("single", "double", "slash", "wavy", "scribble"))
    with page.pen():
        slope = page.rng.uniform(-STEEPEST, STEEPEST) if slope is None else slope
        strike(page.sheet, [x, y, length, side], style, slope, page.rng, 3)
    return [Judged(code, "struck_mark", page.value(code) if other else None)]


def short_lines(page: Page, field: str = "", other: bool | None = None) -> list[Judged]:
    """Two short lines over a tick: it is taken back. other: the right one is ticked besides."""
    code = page.pick("mark", code=field)
    marks, chosen = page.boxes[code]["marks"], page.value(code).split(",")
    unchosen = [option for option in marks if option not in chosen]
    other = page.rng.random() < 0.5 if other is None else other
    if other and not unchosen:
        raise Unfit
    wrong = page.rng.choice(unchosen) if other else chosen[0]
    for option in dict.fromkeys((wrong, *(chosen if other else chosen[1:]))):
        tick(page.sheet, marks[option], "check")
    page.taken.add(code)
    x, y, side, _ = marks[wrong]
    lean = page.rng.uniform(-0.25, 0.25) * side
    with page.pen():
        for offset in (-5, 5):
            middle = y + side / 2 + offset
            stroke(page.sheet, [(x - 4, middle + lean), (x + side + 4, middle - lean)], 3)
    return [Judged(code, "short_lines", page.value(code) if other else None)]


def correction_seal(page: Page, field: str = "") -> list[Judged]:
    """Two lines through the value, a small red seal on them, the new value above."""
    code = page.pick("line", "comb", code=field)
    write_old(page, code, "above")
    box = written(page, code)
    with page.pen():
        strike(page.sheet, box, page.rng.choice(("double", "single")), page.rng.uniform(-4, 4), page.rng)
        write_new(page, code, "above")
    name = people.names(people.SURNAME).draw(page.rng).text
    at = (box[0] + box[2] * page.rng.uniform(0.2, 1.0), box[1] + box[3] / 2 + page.rng.uniform(-6, 6))
    seals.press(page.sheet, seals.round_seal(name, SEAL_SIDE), at)
    return [Judged(code, "correction_seal", page.value(code))]


def insertion(page: Page, field: str = "") -> list[Judged]:
    """A character forgotten and put in above the line with a mark."""
    code = page.pick("line", code=field, types=("name", "address", "text"))
    value = page.value(code)
    if len(value) < 4:
        raise Unfit
    x, y, width, height = page.boxes[code]["box"]
    at = page.rng.randint(1, len(value) - 2)
    middle = y + height * 0.64
    end = page.scrawl(value[:at], x + 20, middle, 40, width * 0.45)
    page.scrawl(value[at + 1 :], end, middle, 40, width * 0.5)
    with page.pen():
        stroke(page.sheet, [(end - 12, middle - 32), (end, middle - 12), (end + 12, middle - 32)], 3)
        page.scrawl(value[at], end - 13, y + height * 0.12, 26, 60)
    page.taken.add(code)
    return [Judged(code, "insertion", value)]


def overwritten(page: Page, field: str = "", bold: bool | None = None) -> list[Judged]:
    """One digit written over another. bold: the later one much heavier, so that it is plain which counts."""
    code = page.pick("comb", code=field)
    box, value = page.boxes[code], page.value(code)
    first = box["cells"] - len(value) if page.fields[code]["type"] == "number" else 0
    at = page.rng.randrange(len(value))
    wrong = page.rng.choice([digit for digit in "123456789" if digit != value[at]])
    bold = page.rng.random() < 0.5 if bold is None else bold
    if bold:
        page.write(code, value[:at] + wrong + value[at + 1 :])
        with page.pen() as sheet:
            for dx, dy in ((0, 0), (2, 0), (0, 2), (2, 2), (1, -1)):
                x, y, width, height = box["box"]
                write_cells(
                    sheet, [x + dx, y + dy, width, height], box["cells"], value[at], first + at, COMB_TEXT + 4
                )
    else:
        page.write(code, value)
        with page.pen() as sheet:
            write_cells(sheet, box["box"], box["cells"], wrong, first + at)
    return [Judged(code, "overwritten_bold" if bold else "overwritten", value if bold else None)]


def two_values(page: Page, field: str = "") -> list[Judged]:
    """Two values in one box, none struck out."""
    code = page.pick("line", "comb", code=field)
    old, value = page.another(code)[0], page.value(code)
    if len(old) > 12 or len(value) > 12:
        raise Unfit
    page.taken.add(code)
    if page.boxes[code]["kind"] == "comb":
        x, y, width, height = page.boxes[code]["box"]
        cells = page.boxes[code]["cells"]
        for text, top in ((old, y - 2), (value, y + height // 2 - 2)):
            write_cells(page.sheet, [x, top, width, height // 2], cells, text, cells - len(text), 28)
        return [Judged(code, "two_values", None)]
    x, y, width, height = page.boxes[code]["box"]
    end = page.scrawl(old, x + 16, y + height / 2, 34, width * 0.45)
    page.scrawl(page.rng.choice(("", "・", "／", "→")) + value, end + 24, y + height / 2, 34, width * 0.45)
    return [Judged(code, "two_values", None)]


def whitener(page: Page, field: str = "", new: bool | None = None) -> list[Judged]:
    """Whitener over value and print; new: the right value on it. Without one, only where print went with it."""
    new = page.rng.random() < 0.7 if new is None else new
    code = page.pick(*(("comb", "line") if new else ("comb",)), code=field)
    new = (
        new or page.boxes[code].get("cells") == 1
    )  # within a single box no print goes with it, and nobody sees it
    write_old(page, code, "")
    x, y, width, height = written(page, code)
    page.cover([x + 4, y + 3, width - 8, height - 6], level=252)
    if new:
        with page.pen():
            fill_again(page, code)
    return [Judged(code, "whitener", page.value(code) if new else None)]


def fill_again(page: Page, code: str) -> None:
    fill_box(page.sheet, page.boxes[code], page.application, page.fields[code])


def sticker(page: Page, field: str = "", text: str | None = None) -> list[Judged]:
    """A slip of paper stuck over the field, with the right value on it or another word."""
    code = page.pick("comb", "line", code=field)
    write_old(page, code, "")
    x, y, width, height = written(page, code)
    page.cover([x - 6, y - 5, width + 12, height + 10], level=248, edge=205)
    text = page.rng.choice(("", "", "要確認", "後日提出")) if text is None else text
    with page.pen() as sheet:
        page.scrawl(text or page.value(code), x + 10, y + height / 2, 38, width - 10)
        assert sheet is page.sheet
    return [Judged(code, "sticker", None if text else page.value(code))]


def red_over(page: Page, field: str = "", style: str = "", colour: Colour = RED) -> list[Judged]:
    """A red ring, cross or check over a value: somebody meant something by it, so a clerk asks."""
    code = page.pick("line", "comb", "date", "mark", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    side = page.rng.uniform(0.9, 1.9) * height
    at = x + page.rng.uniform(0, max(1.0, width - side))
    style = style or page.rng.choice(("ring", "cross", "check", "line"))
    with page.pen(colour) as sheet:
        if style == "line":
            strike(sheet, [x, y, width, height], "single", page.rng.uniform(-6, 6), page.rng, 3)
        else:
            box = [round(at), round(y + height / 2 - side / 2), round(side), round(side)]
            tick(sheet, box, {"ring": "circle"}.get(style, style))
    return [Judged(code, f"red_{style}", None)]


KINDS = {
    "struck": struck,
    "struck_part": struck_part,
    "struck_mark": struck_mark,
    "short_lines": short_lines,
    "correction_seal": correction_seal,
    "insertion": insertion,
    "overwritten": overwritten,
    "two_values": two_values,
    "whitener": whitener,
    "sticker": sticker,
    "red_over": red_over,
}
