"""Small amendments with a pen: one character struck, two figures in a cell, a value that goes on elsewhere, words
that stand for a value."""

from __future__ import annotations

import math
from datetime import date

from astray import combs, tick_era
from calendar_jp import wareki
from page import Judged, Page, Unfit
from sheet import Box
from writing import COMB_TEXT, stroke, tick, write_cells

ALTERED = {
    "1": "74",
    "3": "8",
    "6": "8",
    "0": "86",
    "9": "8",
    "5": "6",
    "7": "2",
}  # what a pen makes of a figure
DITTO = ("〃", "〃　〃", "同上", "上に同じ", "々")
TICK_SLOPE = -57.0  # degrees: the long stroke of a tick
IN_NEXT = 0.25  # of a box: how far a tick behind a label may reach into the next box
SMALL = 26  # pixels: figures put where there is no room for them


def struck_character(page: Page, field: str = "", slope: float | None = None, lines: int = 0) -> list[Judged]:
    """One character of a line struck by a line (or two) no longer than itself."""
    code = page.pick("line", code=field, types=("name", "kana", "address", "text"))
    text = page.value(code)
    x, y, width, height = page.boxes[code]["box"]
    size = min(46, height * 3 // 5)
    ends = [x + 20.0]
    for character in text:
        ends.append(page.scrawl(character, ends[-1], y + height / 2, size, width - (ends[-1] - x)))
    page.taken.add(code)
    at = page.rng.randrange(len(text))
    half = (ends[at + 1] - ends[at]) * page.rng.uniform(0.42, 0.5)
    middle = (ends[at] + ends[at + 1]) / 2
    slope = math.radians(page.rng.uniform(-80, 80) if slope is None else slope)
    count = lines or page.rng.choice((1, 2))
    with page.pen():
        for offset in (0,) if count == 1 else (-4, 4):
            across, down = middle - offset * math.sin(slope), y + height / 2 + offset * math.cos(slope)
            reach = half * math.cos(slope), half * math.sin(slope)
            stroke(
                page.sheet, [(across - reach[0], down - reach[1]), (across + reach[0], down + reach[1])], 3
            )
    return [Judged(code, "struck_character", None)]


def tick_struck(
    page: Page, field: str = "", slope: float | None = None, other: bool | None = None
) -> list[Judged]:
    """Two short lines over a tick at any slope, half of them along the tick's own long stroke."""
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
    if slope is None:
        slope = page.rng.choice((TICK_SLOPE + page.rng.uniform(-8, 8), page.rng.uniform(-90, 90)))
    x, y, side, _ = marks[wrong]
    turn, reach = math.radians(slope), side * page.rng.uniform(0.45, 0.6)
    along, beside = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    with page.pen():
        for offset in (-5, 5):
            middle = x + side / 2 + offset * beside[0], y + side / 2 + offset * beside[1]
            ends = [
                (middle[0] + sign * reach * along[0], middle[1] + sign * reach * along[1]) for sign in (-1, 1)
            ]
            stroke(page.sheet, ends, 3)
    return [Judged(code, "tick_struck", page.value(code) if other else None)]


def filled_crossed(page: Page, field: str = "", other: bool | None = None) -> list[Judged]:
    """A mark filled out or ticked, then crossed with a ×; other: the right one is marked besides."""
    code = page.pick("mark", code=field)
    marks, chosen = page.boxes[code]["marks"], page.value(code).split(",")
    unchosen = [option for option in marks if option not in chosen]
    other = page.rng.random() < 0.5 if other is None else other
    if other and not unchosen:
        raise Unfit
    wrong = page.rng.choice(unchosen) if other else chosen[0]
    for option in dict.fromkeys((wrong, *(chosen if other else chosen[1:]))):
        tick(page.sheet, marks[option], page.rng.choice(("filled", "check")) if option == wrong else "check")
    page.taken.add(code)
    x, y, side, _ = marks[wrong]
    out = page.rng.uniform(0, 8)
    with page.pen():
        stroke(page.sheet, [(x - out, y - out), (x + side + out, y + side + out)], 3)
        stroke(page.sheet, [(x - out, y + side + out), (x + side + out, y - out)], 3)
    return [Judged(code, "filled_crossed", page.value(code) if other else None)]


def tick_after_label(page: Page, field: str = "") -> list[Judged]:
    """A tick to the right of an option's label, its box empty: whose it is shows the rest of the row. Where the next
    box follows so closely that the tick would stand in it, a clerk reads that one, and nothing misleads."""
    code = page.pick("mark", code=field)
    options, marks = page.fields[code]["options"], page.boxes[code]["marks"]
    places = []
    for option in page.value(code).split(","):
        x, y, side, _ = marks[option]
        at = x + side + 12 + 28 * len(options[option])
        place = [round(at + page.rng.uniform(-6, 4)), y, side, side]
        if any(
            right > x and abs(down - y) < side and place[0] + side > right + side * IN_NEXT
            for right, down, _, _ in marks.values()
        ):
            raise Unfit
        places.append(place)
    for place in places:
        tick(page.sheet, place, "check")
    page.taken.add(code)
    return [Judged(code, "tick_after_label", None)]


def ringed_word(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """A printed word ringed, bracketed or underlined instead of its box being ticked."""
    code = page.pick("mark", code=field)
    options, marks = page.fields[code]["options"], page.boxes[code]["marks"]
    style = style or page.rng.choice(("ring", "brackets", "underline"))
    for option in page.value(code).split(","):
        x, y, side, _ = marks[option]
        left, right = x + side + 5, x + side + 16 + 28 * len(options[option])
        if style == "ring":
            across, down = (right - left) / 2 + 3, side / 2 + 5
            turns = [2 * math.pi * step / 40 for step in range(42)]
            middle = (left + right) / 2, y + side / 2
            ring = [(middle[0] + across * math.cos(t), middle[1] + down * math.sin(t)) for t in turns]
            stroke(page.sheet, ring, 3)
        elif style == "brackets":
            for at, inner in ((left, left + 9), (right, right - 9)):
                stroke(
                    page.sheet, [(inner, y - 4), (at, y - 4), (at, y + side + 4), (inner, y + side + 4)], 3
                )
        else:
            stroke(page.sheet, [(left, y + side + 4), (right, y + side + 2)], 3)
    page.taken.add(code)
    return [Judged(code, "ringed_word", page.value(code))]


def replaced_figure(page: Page, field: str = "", place: str = "") -> list[Judged]:
    """One figure of a number struck by a short line, the right one squeezed in beside or above it."""
    code = page.pick("comb", "date", code=field)
    (box, cells, text), rest = one_comb(page, code)
    first = cells - len(text) if page.fields[code]["type"] in ("number", "date") else 0
    at = page.rng.randrange(len(text))
    wrong = page.rng.choice([figure for figure in "123456789" if figure != text[at]])
    write_cells(page.sheet, box, cells, text[:at] + wrong + text[at + 1 :], first)
    write_rest(page, code, rest)
    x, y, width, height = box
    cell = width / cells
    left = x + (first + at) * cell
    lean = page.rng.uniform(-12, 12)
    with page.pen():
        middle = y + height / 2
        stroke(page.sheet, [(left + 9, middle + lean), (left + cell - 9, middle - lean)], 3)
        place = place or page.rng.choice(("above", "beside", "below"))
        across = left + (cell - 10 if place == "beside" else page.rng.uniform(8, 16))
        down = {"above": y + 10, "below": y + height - 10, "beside": middle - 8}[place]
        page.scrawl(text[at], across, down, 24, 40)
    return [Judged(code, "replaced_figure", page.value(code))]


def two_in_a_cell(page: Page, field: str = "") -> list[Judged]:
    """Two figures in one cell, as when one was forgotten: the number has one more than cells are used."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    if len(text) < 2:
        raise Unfit
    cells, right = box["cells"], page.fields[code]["type"] == "number"
    at = page.rng.randrange(len(text) - 1)
    x, y, width, height = box["box"]
    cell = width / cells
    first = cells - (len(text) - 1) if right else 0
    write_cells(page.sheet, box["box"], cells, text[:at], first)
    write_cells(page.sheet, box["box"], cells, text[at + 2 :], first + at + 1)
    left = x + (first + at) * cell
    for number, figure in enumerate(text[at : at + 2]):
        page.scrawl(figure, left + 4 + number * cell * 0.46, y + height / 2, SMALL + 6, 60)
    page.taken.add(code)
    return [Judged(code, "two_in_a_cell", text)]


def altered_figure(page: Page, field: str = "") -> list[Judged]:
    """A figure made into another by going over it: 1 to 7, 3 to 8, 0 to 6."""
    code = page.pick("comb", "date", code=field)
    (box, cells, text), rest = one_comb(page, code)
    fit = [(at, old) for at, figure in enumerate(text) for old, new in ALTERED.items() if figure in new]
    if not fit:
        raise Unfit
    at, old = page.rng.choice(fit)
    first = cells - len(text) if page.fields[code]["type"] in ("number", "date") else 0
    write_cells(page.sheet, box, cells, text[:at] + old + text[at + 1 :], first)
    write_cells(page.sheet, box, cells, text[at], first + at, COMB_TEXT)
    write_rest(page, code, rest)
    return [Judged(code, "altered_figure", page.value(code))]


def aligned_otherwise(page: Page, field: str = "") -> list[Judged]:
    """A number that begins in any cell, with blanks before and after it."""
    code = page.pick("comb", code=field, types=("number",))
    text, box = page.value(code), page.boxes[code]
    spare = box["cells"] - len(text)
    if not spare:
        raise Unfit
    write_cells(page.sheet, box["box"], box["cells"], text, page.rng.randrange(spare))
    page.taken.add(code)
    return [Judged(code, "aligned_otherwise", text)]


def one_comb(page: Page, code: str) -> tuple[tuple[Box, int, str], list[tuple[Box, int, str]]]:
    """The comb of a field that something is done to, one drawn at random, and the field's others."""
    parts = list(combs(page, code).values())
    page.rng.shuffle(parts)
    return parts[0], parts[1:]


def write_rest(page: Page, code: str, parts: list[tuple[Box, int, str]]) -> None:
    """Fill in a date's other parts and its era."""
    for box, cells, text in parts:
        write_cells(page.sheet, box, cells, text, cells - len(text))
    if page.boxes[code]["kind"] == "date":
        tick_era(page, code)
    page.taken.add(code)


def ditto(page: Page, field: str = "", text: str = "") -> list[Judged]:
    """〃 or 同上 instead of a value: a clerk looks up what stands above, or asks."""
    code = page.pick("line", "comb", "date", code=field)
    text = text or page.rng.choice(DITTO)
    x, y, width, height = page.extent(code)
    box = page.boxes[code]
    if box["kind"] == "line":
        page.scrawl(text, x + 24, y + height / 2, 40, width - 30)
    elif box["kind"] == "comb":
        marks = text[0] if box["cells"] < 2 else page.rng.choice(("同上", "〃" * min(4, box["cells"])))
        write_cells(page.sheet, box["box"], box["cells"], marks, 0)
    else:
        _, *numbers = wareki(date.fromisoformat(page.value(code)))
        same = page.rng.randint(1, 3)
        for number, part in enumerate(("year", "month", "day")):
            marks = "〃" if number < same else str(numbers[number])
            write_cells(page.sheet, box[part], 2, marks, 2 - len(marks))
        tick_era(page, code)
    page.taken.add(code)
    return [Judged(code, "ditto", None)]


def goes_on(page: Page, field: str = "", place: str = "") -> list[Judged]:
    """A line's value that goes on among the marks or in the comb of the next row, or in the margin."""
    code = page.pick("line", code=field)
    text = page.value(code)
    if len(text) < 4:
        raise Unfit
    x, y, width, height = page.boxes[code]["box"]
    cut = page.rng.randint(len(text) // 2, len(text) - 2)
    place = place or page.rng.choice(("below", "below", "margin"))
    if place == "margin":
        indent = width * 0.55
        end = page.scrawl(text[:cut], x + indent, y + height / 2, 36, width - indent - 4)
        right = page.print.shape[1] - max(end, x + width + 8) - 12
        page.scrawl(text[cut:], max(end, x + width + 8), y + height / 2, 30, right)
    else:
        tops = [page.extent(other)[1] for other in page.boxes]
        below = [top for top in tops if y + height <= top < y + height + 90]
        if not below:
            raise Unfit
        indent = page.rng.uniform(0.1, 0.6) * width
        page.scrawl(text[:cut], x + indent, y + height / 2, 36, width - indent)
        page.scrawl(text[cut:], x + indent, min(below) + 26, 30, width - indent)
    page.taken.add(code)
    return [Judged(code, "goes_on", text)]


def caret(page: Page, field: str = "") -> list[Judged]:
    """A character forgotten and put in below the line with a ∧."""
    code = page.pick("line", code=field, types=("name", "address", "text", "kana"))
    text = page.value(code)
    if len(text) < 4:
        raise Unfit
    x, y, width, height = page.boxes[code]["box"]
    at = page.rng.randint(1, len(text) - 2)
    middle, size = y + height * 0.36, min(40, round(height * 0.55))
    end = page.scrawl(text[:at], x + 20, middle, size, width * 0.45)
    page.scrawl(text[at + 1 :], end, middle, size, width * 0.5)
    with page.pen():
        foot = middle + size * 0.5
        stroke(page.sheet, [(end - 10, foot + 14), (end, foot), (end + 10, foot + 14)], 3)
        page.scrawl(text[at], end - 12, min(foot + 26, y + height + 6), 24, 60)
    page.taken.add(code)
    return [Judged(code, "caret", text)]


KINDS = {
    "struck_character": struck_character,
    "tick_struck": tick_struck,
    "filled_crossed": filled_crossed,
    "tick_after_label": tick_after_label,
    "ringed_word": ringed_word,
    "replaced_figure": replaced_figure,
    "two_in_a_cell": two_in_a_cell,
    "altered_figure": altered_figure,
    "aligned_otherwise": aligned_otherwise,
    "ditto": ditto,
    "goes_on": goes_on,
    "caret": caret,
}
