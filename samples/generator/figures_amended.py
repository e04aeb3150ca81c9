"""Numbers that are another number than stands in their cells: a figure put in with a caret, the rest below or behind the
comb, a point between two cells, a unit behind the printed one, a figure closed into another by one stroke."""

from __future__ import annotations

import math

from amendments import one_comb, write_rest
from page import Judged, Page, Unfit
from writing import stroke, write_cells

THOUSANDS = ("千円", "千", "万円", "万", "（千円）", "ドル")


def figure_inserted(page: Page, field: str = "", above: bool | None = None) -> list[Judged]:
    """A forgotten figure above the comb (or below it), with a caret on the line between the two cells where it belongs."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    if len(text) < 3:
        raise Unfit
    at = page.rng.randrange(1, len(text))
    rest = text[:at] + text[at + 1 :]
    first = box["cells"] - len(rest) if page.fields[code]["type"] == "number" else 0
    write_cells(page.sheet, box["box"], box["cells"], rest, first)
    x, y, width, height = box["box"]
    across = x + (first + at) * width / box["cells"]
    above = page.rng.random() < 0.6 if above is None else above
    edge, away = (y, -1) if above else (y + height, 1)
    with page.pen():
        tip, foot = edge - away * 10, edge + away * page.rng.uniform(0, 5)
        stroke(page.sheet, [(across - 9, foot), (across, tip), (across + 9, foot)], 3)
        page.scrawl(text[at], across - 8, edge + away * 18, 26, 40)
    page.taken.add(code)
    return [Judged(code, "figure_inserted", text)]


def number_below(page: Page, field: str = "") -> list[Judged]:
    """A number whose first figures stand in the comb, its last ones on the white below or above it."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    if len(text) < 3:
        raise Unfit
    cut = page.rng.randint(1, len(text) - 1)
    x, y, width, height = box["box"]
    right = page.fields[code]["type"] == "number"
    write_cells(page.sheet, box["box"], box["cells"], text[:cut], box["cells"] - cut if right else 0)
    size = 26
    page.scrawl(
        text[cut:], x + page.rng.uniform(0.0, 0.4) * width, y + page.rng.choice((-8, height + 9)), size, width
    )
    page.taken.add(code)
    return [Judged(code, "number_below", text)]


def decimal_point(page: Page, field: str = "", size: int = 0) -> list[Judged]:
    """A point between two figures, at their foot: twelve and a half, or 125? size: pixels across."""
    code = page.pick("comb", code=field, types=("number",))
    text, box = page.value(code), page.boxes[code]
    if len(text) < 2:
        raise Unfit
    page.write_own(code)
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    at = x + (box["cells"] - page.rng.randint(1, len(text) - 1)) * cell + page.rng.uniform(-6, 6)
    half = (size or page.rng.randint(6, 9)) / 2
    with page.pen() as sheet:
        low = y + height - page.rng.uniform(9, 15)
        sheet.pen.ellipse((at - half, low - half, at + half, low + half), fill=0)
    return [Judged(code, "decimal_point", None)]


def unit_behind(page: Page, field: str = "", unit: str = "") -> list[Judged]:
    """千円 or 万 written behind the printed unit of an amount, or above or below its comb's end."""
    code = page.pick("comb", code=field, types=("number",))
    page.write_own(code)
    x, y, width, height = page.boxes[code]["box"]
    text = unit or page.rng.choice(THOUSANDS)
    place = page.rng.choice(("behind", "behind", "above", "below"))
    with page.pen():
        if place == "behind":
            at = page.room_beside(code, 30 * len(text) + 8)
            page.scrawl(text, at + 4, y + height / 2, page.rng.randint(26, 34), 30 * len(text) + 8)
        else:
            down = y - 10 if place == "above" else y + height + 10
            page.scrawl(text, x + width - 20, down, 24, 120)
    return [Judged(code, "unit_behind", None)]


def closed_figure(page: Page, field: str = "", change: str = "") -> list[Judged]:
    """A figure made another one by one stroke of its own and not by writing over it: a 3 closed into an 8, a 1 made a 7.
    change: the old figure and the new one (17: the 1 made a 7)."""
    code = page.pick("comb", "date", code=field)
    (box, cells, text), rest = one_comb(page, code)
    changes = [change] if change else list(CLOSED)
    fit = [(at, one) for at, figure in enumerate(text) for one in changes if one[1] == figure]
    if not fit:
        raise Unfit
    at, change = page.rng.choice(fit)
    first = cells - len(text) if page.fields[code]["type"] in ("number", "date") else 0
    write_cells(page.sheet, box, cells, text[:at] + change[0] + text[at + 1 :], first)
    write_rest(page, code, rest)
    x, y, width, height = box
    cell = width / cells
    middle, level = x + (first + at + 0.5) * cell, y + height / 2
    with page.pen():
        for stroke_ in CLOSED[change]:
            points = [(middle + across, level + down) for across, down in stroke_]
            stroke(page.sheet, points, page.rng.choice((3, 4)))
    return [Judged(code, "closed_figure", page.value(code))]


def arc(
    x: float, y: float, across: float, down: float, start: float, end: float
) -> list[tuple[float, float]]:
    """Points of a part of an ellipse. start, end: degrees, clockwise from the right."""
    turns = [math.radians(start + (end - start) * step / 12) for step in range(13)]
    return [(x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns]


# The old figure and the new one: the strokes that make it so, in pixels from the middle of the cell.
CLOSED = {
    "38": [arc(-1, -8, 7, 7, 100, 270), arc(-1, 8, 8, 8, 90, 260)],
    "17": [[(-13, -14), (1, -16)]],
    "56": [arc(-1, 7, 9, 8, 120, 250)],
    "79": [arc(0, -6, 9, 9, 0, 150)],
    "14": [[(-2, -14), (-12, 5), (9, 5)]],
    "08": [[(-8, -1), (0, 1), (8, -1)]],
    "06": [arc(0, 3, 8, 5, 180, 360)],
    "09": [arc(0, -3, 8, 5, 0, 180)],
    "72": [[(-8, 15), (9, 15)]],
    "10": [arc(0, 0, 12, 16, -95, 95)],
    "16": [arc(4, 7, 7, 8, -150, 180)],
    "19": [arc(-6, -7, 7, 8, -60, 270)],
    "23": [arc(0, 8, 9, 9, -90, 110)],
    "28": [arc(-1, -8, 7, 7, 90, 270), arc(1, 8, 7, 7, -90, 90)],
    "39": [arc(-1, -8, 7, 7, 100, 270)],
    "49": [arc(-1, -6, 9, 10, 170, 330)],
    "58": [arc(-1, 7, 9, 8, 120, 250), [(9, -14), (9, -2)]],
    "68": [arc(1, -8, 7, 7, -140, 80)],
    "98": [arc(0, 7, 8, 8, 80, 250)],
}


def zeros_as_line(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """The zeros at the end of an amount as one line through their cells, level or waved: 12――― for 12000. style: level,
    waved or apart (a dash a cell)."""
    fit = [
        code
        for code in ([field] if field else page.free("comb", types=("number",)))
        if page.value(code).endswith("00") and code not in page.near
    ]
    if not fit:
        raise Unfit
    code = page.claim(fit[0])
    text, box = page.value(code), page.boxes[code]
    figures = text.rstrip("0")
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    write_cells(page.sheet, box["box"], box["cells"], figures, box["cells"] - len(text))
    style = style or page.rng.choice(("level", "waved", "apart"))
    start, middle = x + width - (len(text) - len(figures)) * cell, y + height / 2
    with page.pen():
        if style == "apart":
            for number in range(len(text) - len(figures)):
                left = start + number * cell
                stroke(page.sheet, [(left + 10, middle + 1), (left + cell - 10, middle - 1)], 3)
        else:
            swing = 0 if style == "level" else 6
            points = [
                (start + 6 + (x + width - 12 - start) * step / 30, middle + swing * math.sin(step * 0.9))
                for step in range(31)
            ]
            stroke(page.sheet, points, 3)
    page.taken.add(code)
    return [Judged(code, "zeros_as_line", text)]


KINDS = {
    "zeros_as_line": zeros_as_line,
    "figure_inserted": figure_inserted,
    "number_below": number_below,
    "decimal_point": decimal_point,
    "unit_behind": unit_behind,
    "closed_figure": closed_figure,
}
