"""Strokes on a single character or figure that are not its own: struck at any slope, scribbled over, written over with
another one, a second one squeezed in beside it; and a value that breaks off."""

from __future__ import annotations

import math

from amendments import one_comb, write_rest
from page import Judged, Page, Unfit
from sheet import Box
from writing import COMB_TEXT, stroke, write_cells

STYLES = ("single", "single", "double", "cross", "scribble")
FIGURES = "0123456789"


def draw_through(page: Page, box: Box, style: str, slope: float) -> None:
    """Lines no longer than a character through its middle. slope: degrees, of single, double and cross."""
    x, y, width, height = box
    middle = x + width / 2 + page.rng.uniform(-3, 3), y + height / 2 + page.rng.uniform(-3, 3)
    with page.pen():
        if style == "scribble":
            count = page.rng.randint(5, 8)
            points = [
                (
                    x + width * n / count,
                    middle[1] + height * page.rng.uniform(0.15, 0.4) * (1 if n % 2 else -1),
                )
                for n in range(count + 1)
            ]
            stroke(page.sheet, points, 3)
            return
        reach = max(width, height) * page.rng.uniform(0.42, 0.58)
        for offset in (-5, 5) if style == "double" else (0,):
            for turn in (slope, slope + 90) if style == "cross" else (slope,):
                across, down = math.cos(math.radians(turn)), math.sin(math.radians(turn))
                centre = middle[0] - offset * down, middle[1] + offset * across
                ends = [
                    (centre[0] + sign * reach * across, centre[1] + sign * reach * down) for sign in (-1, 1)
                ]
                stroke(page.sheet, ends, 3)


def struck_figure(page: Page, field: str = "", style: str = "", slope: float | None = None) -> list[Judged]:
    """One figure of a comb struck out, nothing written instead: a clerk asks."""
    code = page.pick("comb", "date", code=field)
    (box, cells, text), rest = one_comb(page, code)
    first = cells - len(text) if page.fields[code]["type"] in ("number", "date") else 0
    at = page.rng.randrange(len(text))
    write_cells(page.sheet, box, cells, text, first)
    write_rest(page, code, rest)
    x, y, width, height = box
    cell = width / cells
    slope = (
        page.rng.choice((page.rng.uniform(-70, 20), page.rng.uniform(-15, 15))) if slope is None else slope
    )
    place = [round(x + (first + at + 0.16) * cell), round(y + height / 2 - 17), round(cell * 0.68), 34]
    draw_through(page, place, style or page.rng.choice(STYLES), slope)
    return [Judged(code, "struck_figure", None)]


def figure_over(page: Page, field: str = "") -> list[Judged]:
    """One figure written over another with the same pen, neither heavier: a clerk asks which one counts."""
    code = page.pick("comb", "date", code=field)
    (box, cells, text), rest = one_comb(page, code)
    first = cells - len(text) if page.fields[code]["type"] in ("number", "date") else 0
    at = page.rng.randrange(len(text))
    write_cells(page.sheet, box, cells, text, first)
    over = page.rng.choice([one for one in FIGURES if one != text[at]])
    write_cells(page.sheet, box, cells, over, first + at, COMB_TEXT - page.rng.randint(0, 6))
    write_rest(page, code, rest)
    return [Judged(code, "figure_over", None)]


def figure_beside(page: Page, field: str = "", thin: bool | None = None, level: int = 0) -> list[Judged]:
    """A small figure squeezed in beside another one, in its cell, now and then thinner or paler than it. level: its grey."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    first = box["cells"] - len(text) if page.fields[code]["type"] == "number" else 0
    at = page.rng.randrange(len(text))
    write_cells(page.sheet, box["box"], box["cells"], text, first)
    left = x + (first + at) * cell
    thin = page.rng.random() < 0.25 if thin is None else thin
    level = level or page.rng.choice((0, 0, 0, page.rng.randint(90, 165)))
    page.faint |= bool(thin or level)
    with page.pen((level,) * 3 if level else None, thin=thin):
        across = left + page.rng.choice((1, cell - 13))
        down = y + height / 2 + page.rng.choice((-13, 13)) + page.rng.uniform(-3, 3)
        page.scrawl(page.rng.choice(FIGURES), across, down, page.rng.randint(20, 26), 40)
    page.taken.add(code)
    return [Judged(code, "figure_beside", None)]


def drawn_through(page: Page, field: str = "", style: str = "", slope: float | None = None) -> list[Judged]:
    """One character of a line crossed, scribbled over or struck, or with another one written over it (over)."""
    code = page.pick("line", code=field, types=("name", "kana", "address", "text"))
    text = page.value(code)
    x, y, width, height = page.boxes[code]["box"]
    size = min(46, height * 3 // 5)
    ends = [x + 20.0]
    for character in text:
        ends.append(page.scrawl(character, ends[-1], y + height / 2, size, width - (ends[-1] - x)))
    page.taken.add(code)
    at = page.rng.randrange(len(text))
    style = style or page.rng.choice((*STYLES, "over"))
    if style == "over":
        others = [one for one in text if one != text[at]]
        if not others:
            raise Unfit
        page.scrawl(page.rng.choice(others), ends[at], y + height / 2, size, width)
    else:
        wide = ends[at + 1] - ends[at]
        place = [round(ends[at]), round(y + height / 2 - wide / 2), round(wide), round(wide)]
        draw_through(page, place, style, page.rng.uniform(-85, 85) if slope is None else slope)
    return [Judged(code, "drawn_through", None)]


def breaks_off(page: Page, field: str = "", text: str = "") -> list[Judged]:
    """An address that ends in a hyphen: the rest stands nowhere."""
    code = page.pick("line", code=field, types=("address",))
    value = page.value(code)
    parts = value.split("-")
    if len(parts) < 2:
        raise Unfit
    page.write(code, text or "-".join(parts[: page.rng.randint(1, len(parts) - 1)]) + "-")
    return [Judged(code, "breaks_off", None)]


KINDS = {
    "struck_figure": struck_figure,
    "figure_over": figure_over,
    "figure_beside": figure_beside,
    "drawn_through": drawn_through,
    "breaks_off": breaks_off,
}
