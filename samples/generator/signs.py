"""What people put to a value by a sign: a ? or a small × at a tick, a ring around a value, 又は between two of them, a sign in the
place of a figure; and lines that are no single stroke: dashed ones, one for each character, one ruled over a whole row."""

from __future__ import annotations

import math

from amendments import one_comb, write_rest
from corrections import written
from page import Colour, Judged, Page, Unfit
from writing import stroke, tick, write_cells

OR = ("又は", "または", "もしくは", "／", "、", "→")
UNKNOWN = "?？×＊／～○△"
OTHER_INKS: tuple[Colour, ...] = (
    (70, 150, 60),
    (170, 70, 120),
    (230, 180, 90),
    (50, 80, 120),
    (150, 150, 150),
)


def said_of_a_tick(page: Page, kind: str, field: str, sign: str, place: tuple[float, float]) -> list[Judged]:
    """A sign beside the first of a field's ticks. place: of the sign's left end and middle, from the box's corner."""
    code = page.pick("mark", code=field)
    marks, chosen = page.boxes[code]["marks"], page.value(code).split(",")
    for option in chosen:
        tick(page.sheet, marks[option])
    page.taken.add(code)
    x, y, _, _ = marks[chosen[0]]
    with page.pen():
        page.scrawl(sign, x + place[0], y + place[1], 24, 90)
    return [Judged(code, kind, None)]


def doubted(page: Page, field: str = "", sign: str = "") -> list[Judged]:
    """A ? to the left of a tick or below it: whoever filled the form in was not sure."""
    place = page.rng.choice(((-26.0, 10.0), (-24.0, 24.0), (8.0, 52.0)))
    return said_of_a_tick(page, "doubted", field, sign or page.rng.choice("?？"), place)


def taken_back(page: Page, field: str = "", sign: str = "") -> list[Judged]:
    """A small × or 誤 above a tick: it is taken back."""
    place = page.rng.uniform(-12, 4), page.rng.uniform(-16, -12)
    return said_of_a_tick(page, "taken_back", field, sign or page.rng.choice(("×", "誤", "取消")), place)


def either_or(page: Page, field: str = "", word: str = "") -> list[Judged]:
    """Two values in one line with a word or sign between them, none struck out."""
    code = page.pick("line", code=field)
    other, _ = page.another(code)
    x, y, width, height = page.boxes[code]["box"]
    size = min(36, height // 2)
    end = page.scrawl(page.value(code), x + 14, y + height / 2, size, width * 0.46)
    end = page.scrawl(word or page.rng.choice(OR), end + 2, y + height / 2, size, 130)
    page.scrawl(other, end + 4, y + height / 2, size, x + width - end - 6)
    page.taken.add(code)
    return [Judged(code, "either_or", None)]


def unknown_figure(page: Page, field: str = "", sign: str = "") -> list[Judged]:
    """A sign in the place of a figure that was not known."""
    code = page.pick("comb", "date", code=field)
    (box, cells, text), rest = one_comb(page, code)
    at = page.rng.randrange(len(text))
    text = text[:at] + (sign or page.rng.choice(UNKNOWN)) + text[at + 1 :]
    right = page.fields[code]["type"] in ("number", "date")
    write_cells(page.sheet, box, cells, text, cells - len(text) if right else 0, 40)
    write_rest(page, code, rest)
    return [Judged(code, "unknown_figure", None)]


def ringed(page: Page, field: str = "", colour: Colour | None = None) -> list[Judged]:
    """A ring around a value or around the end of it, in the writer's ink or another that is not red."""
    code = page.pick("line", "comb", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    share = page.rng.choice((1.0, 1.0, 0.5))
    middle, across = x + width * (1 - share / 2), width * share / 2 + 5
    start = page.rng.uniform(0, 6)
    with page.pen(colour or page.rng.choice((None, *OTHER_INKS))):
        turns = [start + 2 * math.pi * step / 40 for step in range(42)]
        ring = [(middle + across * math.cos(t), y + height / 2 + height * 0.46 * math.sin(t)) for t in turns]
        stroke(page.sheet, ring, 3)
    return [Judged(code, "ringed", None)]


def dashed(
    page: Page, field: str = "", on: float = 0.0, off: float = 0.0, colour: Colour | None = None
) -> list[Judged]:
    """A value struck out by a dashed or dotted line. on, off: pixels of a dash and of the white behind it."""
    code = page.pick("line", "comb", "date", code=field)
    page.write_own(code)
    x, y, width, height = written(page, code)
    on, off = on or page.rng.choice((4, 9, 14)), off or page.rng.uniform(6, 10)
    middle, slope = y + height / 2 + page.rng.uniform(-4, 4), page.rng.uniform(-0.03, 0.03)
    with page.pen(colour or page.rng.choice((None, *OTHER_INKS))):
        at = float(x - 4)
        while at < x + width + 4:
            ends = [(one, middle + (one - x) * slope) for one in (at, at + on)]
            stroke(page.sheet, ends, 3)
            at += on + off
    return [Judged(code, "dashed", None)]


def each_struck(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """Every figure of a comb struck by a line of its own, all alike. style: slash, back or dash."""
    code = page.pick("comb", code=field)
    page.write_own(code)
    x, y, width, height = page.boxes[code]["box"]
    count, cell = len(page.value(code)), width / page.boxes[code]["cells"]
    first = page.boxes[code]["cells"] - count if page.fields[code]["type"] == "number" else 0
    across, down = {"slash": (12, -15), "back": (12, 15), "dash": (15, 0)}[
        style or page.rng.choice(("slash", "back", "dash"))
    ]
    with page.pen():
        for number in range(first, first + count):
            middle = x + (number + 0.5) * cell, y + height / 2 + page.rng.uniform(-3, 3)
            ends = [(middle[0] + sign * across, middle[1] + sign * down) for sign in (-1, 1)]
            stroke(page.sheet, ends, 3)
    return [Judged(code, "each_struck", None)]


def row_struck(page: Page, field: str = "") -> list[Judged]:
    """A line ruled over the whole width of the paper through a row: everything that was written in it is struck out."""
    code = page.pick("line", "comb", "date", code=field)
    _, y, _, height = page.extent(code)
    level = y + height / 2 + page.rng.uniform(-5, 5)
    row = [
        other
        for other in page.boxes
        if page.value(other)
        and page.boxes[other]["kind"] != "mark"
        and page.extent(other)[1] + 8 < level < page.extent(other)[1] + page.extent(other)[3] - 8
    ]
    if page.taken.intersection(row):
        raise Unfit
    page.claim(*row)
    for other in row:
        page.write_own(other)
    ends = [page.rng.uniform(20, 80), page.print.shape[1] - page.rng.uniform(20, 80)]
    with page.pen():
        stroke(page.sheet, [(end, level + page.rng.uniform(-2, 2)) for end in ends], page.rng.choice((3, 4)))
    return [Judged(other, "row_struck", None) for other in row]


def half_pale(page: Page, field: str = "", level: int = 0) -> list[Judged]:
    """The first or last figures of a number in faint pencil, the others in ink. level: grey of the pencil."""
    code = page.pick("comb", code=field)
    text, box = page.value(code), page.boxes[code]
    if len(text) < 3:
        raise Unfit
    cut = page.rng.choice((1, 2, len(text) - 2, len(text) - 1))
    first = box["cells"] - len(text) if page.fields[code]["type"] == "number" else 0
    pale = level or page.rng.randint(165, 195)
    with page.pen((pale,) * 3):
        part, at = (text[:cut], first) if cut < 3 else (text[cut:], first + cut)
        write_cells(page.sheet, box["box"], box["cells"], part, at)
    part, at = (text[cut:], first + cut) if cut < 3 else (text[:cut], first)
    write_cells(page.sheet, box["box"], box["cells"], part, at)
    page.taken.add(code)
    return [Judged(code, "half_pale", text)]


KINDS = {
    "doubted": doubted,
    "taken_back": taken_back,
    "either_or": either_or,
    "unknown_figure": unknown_figure,
    "ringed": ringed,
    "dashed": dashed,
    "each_struck": each_struck,
    "row_struck": row_struck,
    "half_pale": half_pale,
}
