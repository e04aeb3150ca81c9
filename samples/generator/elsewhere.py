"""Values that are put right by a sign, or that stand where the form has no place for them: over the border of two boxes,
in the next box with an arrow or in brackets, between two cells; a sign or a unit written before the printed one."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

from astray import combs, neighbours, tick_era
from calendar_jp import wareki
from page import Judged, Page, Unfit
from writing import COMB_TEXT, stroke, tick, write_cells

TILTED = 26  # pixels: a figure squeezed in is smaller than the others


def over_border(page: Page, field: str = "") -> list[Judged]:
    """A line's value that runs over the border into the next box of its row, which is not filled in."""
    lines = [code for code in page.free("line", filled=None) if code in page.boxes]
    pairs = []
    for one in lines:
        for other in lines:
            (x, y, width, _), (left, top, _, _) = page.boxes[one]["box"], page.boxes[other]["box"]
            if abs(y - top) < 8 and 0 < left - x - width < 200 and len(page.value(one)) > 3:
                pairs.append((one, other))
    fit = [pair for pair in pairs if field in ("", pair[0])]
    if not fit:
        raise Unfit
    one, other = page.rng.choice(fit)
    page.claim(one, other)
    x, y, width, height = page.boxes[one]["box"]
    text, size = page.value(one), 34
    out = page.rng.randint(1, len(text) // 2)
    start = x + width - size * 1.06 * (len(text) - out)
    page.scrawl(text, max(x + 6.0, start), y + height / 2, size, 2.0 * width)
    page.taken |= {one, other}
    page.application.values[other] = ""
    return [Judged(one, "over_border", text), Judged(other, "over_border", "")]


def moved_by_arrow(page: Page, field: str = "") -> list[Judged]:
    """A value in the box of a neighbour, and an arrow to the box where it belongs; the neighbour's own is missing."""
    pairs = neighbours(page, field)
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    if page.rng.random() < 0.5:
        one, other = other, one
    page.claim(one, other)
    page.write_own(one, page.boxes[other])
    page.taken |= {one, other}
    (x, y, width, height), (to_x, to_y, to_width, to_height) = (
        page.boxes[other]["box"],
        page.boxes[one]["box"],
    )
    share = page.rng.uniform(0.45, 0.8)
    start = x + width * share, y + height / 2
    end = to_x + to_width * (share if abs(y - to_y) > 8 else 0.5), to_y + to_height / 2
    with page.pen():
        stroke(page.sheet, [start, end], 3)
        back = math.atan2(start[1] - end[1], start[0] - end[0])
        for turn in (-0.5, 0.5):
            tip = end[0] + 18 * math.cos(back + turn), end[1] + 18 * math.sin(back + turn)
            stroke(page.sheet, [end, tip], 3)
    return [Judged(one, "moved_by_arrow", page.value(one)), Judged(other, "moved_by_arrow", None)]


def squeezed_between(page: Page, field: str = "") -> list[Judged]:
    """A forgotten figure squeezed in on the line between two cells."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    if len(text) < 3:
        raise Unfit
    at = page.rng.randrange(1, len(text) - 1)
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    rest = text[:at] + text[at + 1 :]
    first = box["cells"] - len(rest) if page.fields[code]["type"] == "number" else 0
    write_cells(page.sheet, box["box"], box["cells"], rest, first)
    middle = x + (first + at) * cell
    page.scrawl(text[at], middle - TILTED / 4, y + height * page.rng.uniform(0.3, 0.7), TILTED, 60)
    page.taken.add(code)
    return [Judged(code, "squeezed_between", text)]


def wrong_era_crossed(page: Page, field: str = "", right: bool | None = None) -> list[Judged]:
    """The wrong era ticked and crossed with a ×. right: the right one is ticked besides."""
    fit = [code for code in page.free("date") if len(page.boxes[code]["eras"]) > 1 and field in ("", code)]
    if not fit:
        raise Unfit
    code = page.claim(fit[0])
    own = wareki(date.fromisoformat(page.value(code)))[0]
    right = page.rng.random() < 0.6 if right is None else right
    wrong = page.rng.choice([era for era in page.boxes[code]["eras"] if era != own]) if right else own
    for box, cells, text in combs(page, code).values():
        write_cells(page.sheet, box, cells, text, cells - len(text))
    if right:
        tick_era(page, code)
    x, y, side, _ = page.boxes[code]["eras"][wrong]
    tick(page.sheet, [x, y, side, side], "check")
    with page.pen():
        out = page.rng.uniform(-4, 8)
        for up in (0, 1):
            ends = (y - out, y + side + out)[:: -1 if up else 1]
            stroke(page.sheet, [(x - out, ends[0]), (x + side + out, ends[1])], 3)
    page.taken.add(code)
    return [Judged(code, "wrong_era_crossed", page.value(code) if right else None)]


def down_the_margin(page: Page, field: str = "") -> list[Judged]:
    """A line's value that ends with an arrow down, its rest beside the next row at the paper's edge."""
    code = page.pick("line", code=field)
    text = page.value(code)
    x, y, width, height = page.boxes[code]["box"]
    right = page.print.shape[1]
    room = right - x - width - 14
    if len(text) < 4 or room < 60:
        raise Unfit
    cut = len(text) - page.rng.randint(1, min(3, len(text) - 2))
    end = page.scrawl(text[:cut], x + width * 0.5, y + height / 2, 34, width * 0.5 - 30)
    with page.pen():
        stroke(page.sheet, [(end + 14, y + 16), (end + 14, y + height - 10)], 3)
        for side in (-9, 9):
            stroke(page.sheet, [(end + 14 + side, y + height - 22), (end + 14, y + height - 10)], 3)
    size = 28
    for number, character in enumerate(text[cut:]):
        page.scrawl(character, x + width + 12, y + height + 24 + number * (size + 4), size, room)
    page.taken.add(code)
    return [Judged(code, "down_the_margin", text)]


def bracketed_below(page: Page, field: str = "") -> list[Judged]:
    """A line left empty, its value in brackets behind what stands in the box below it."""
    lines = page.free("line")
    fit = []
    for one in lines:
        x, y, width, height = page.boxes[one]["box"]
        for other in lines:
            left, top, wide, _ = page.boxes[other]["box"]
            long = len(page.value(one)) + len(page.value(other)) + 2
            if abs(x - left) < 8 and 0 <= top - y - height < 40 and long * 36 < wide and field in ("", one):
                fit.append((one, other))
    if not fit:
        raise Unfit
    one, other = page.rng.choice(fit)
    page.claim(one, other)
    x, y, width, height = page.boxes[other]["box"]
    end = page.scrawl(page.value(other), x + 14, y + height / 2, 32, width)
    page.scrawl(f"（{page.value(one)}）", end + 4, y + height / 2, 32, x + width - end - 4)
    page.taken |= {one, other}
    return [
        Judged(one, "bracketed_below", page.value(one)),
        Judged(other, "bracketed_below", page.value(other)),
    ]


def transposed(page: Page, field: str = "") -> list[Judged]:
    """Two figures in the wrong order, and the sign that exchanges them: a curve over the one and under the other."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    fit = [at for at, (one, other) in enumerate(pairwise(text)) if one != other]
    if not fit:
        raise Unfit
    at = page.rng.choice(fit)
    wrong = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    first = box["cells"] - len(text) if page.fields[code]["type"] == "number" else 0
    write_cells(page.sheet, box["box"], box["cells"], wrong, first, COMB_TEXT)
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    left, middle, reach = x + (first + at) * cell, y + height / 2, height * page.rng.uniform(0.36, 0.5)
    with page.pen():
        points = [
            (left + 2 * cell * step / 24, middle - reach * math.sin(2 * math.pi * step / 24))
            for step in range(25)
        ]
        stroke(page.sheet, points, 3)
    page.taken.add(code)
    return [Judged(code, "transposed", text)]


def unit_noted(page: Page, field: str = "", unit: str = "") -> list[Judged]:
    """千 or 万 written before the printed unit of an amount: a clerk asks how much it is."""
    code = page.pick("comb", code=field, types=("number",))
    page.write_own(code)
    x, y, width, height = page.boxes[code]["box"]
    with page.pen():
        page.scrawl(
            unit or page.rng.choice("千万"), x + width + 4, y + height / 2, page.rng.randint(24, 34), 40
        )
    return [Judged(code, "unit_noted", None)]


def negative(page: Page, field: str = "", sign: str = "") -> list[Judged]:
    """A sign before an amount that the form has no place for: ▲, △ or －."""
    code = page.pick("comb", code=field, types=("number",))
    box, text = page.boxes[code], page.value(code)
    first = box["cells"] - len(text)
    if not first:
        raise Unfit
    page.write_own(code)
    with page.pen() as sheet:
        write_cells(sheet, box["box"], box["cells"], sign or page.rng.choice("▲△－"), first - 1)
    return [Judged(code, "negative", None)]


KINDS = {
    "over_border": over_border,
    "moved_by_arrow": moved_by_arrow,
    "squeezed_between": squeezed_between,
    "wrong_era_crossed": wrong_era_crossed,
    "down_the_margin": down_the_margin,
    "bracketed_below": bracketed_below,
    "transposed": transposed,
    "unit_noted": unit_noted,
    "negative": negative,
}
