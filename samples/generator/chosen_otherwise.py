"""Options chosen by something else than a mark in their own box: half a ring, a ring around two, a highlighter over the
word, an arrow from one box to another, a sign for yes in some boxes and one for no in the others."""

from __future__ import annotations

import math
from itertools import pairwise

from overlaid import HIGHLIGHTERS, lay, layer
from page import Colour, Judged, Page, Unfit
from writing import stroke, tick

YES_AND_NO = (
    "circle+cross",
    "check+cross",
    "check+dash",
    "circle+dash",
    "circle+slash",
    "check+slash",
    "cross+dash",
)
WORD = 28  # pixels a character of an option's printed word takes


def half_ring(page: Page, field: str = "", turn: float = 0.0) -> list[Judged]:
    """A ring around the box of which only a part was drawn, or is left. turn: of a circle, 0.4 to 0.8."""
    code = page.pick("mark", code=field)
    marks = page.boxes[code]["marks"]
    for option in page.value(code).split(","):
        x, y, side, _ = marks[option]
        share = turn or page.rng.uniform(0.4, 0.8)
        start, reach = page.rng.uniform(0, 2 * math.pi), side * page.rng.uniform(0.6, 0.85)
        turns = [start + 2 * math.pi * share * step / 30 for step in range(31)]
        ring = [(x + side / 2 + reach * math.cos(t), y + side / 2 + reach * math.sin(t)) for t in turns]
        stroke(page.sheet, ring, 4)
    page.taken.add(code)
    return [Judged(code, "half_ring", page.value(code))]


def ring_around_two(page: Page, field: str = "") -> list[Judged]:
    """One ring around two options, the boxes of both empty or one of them ticked: which one?"""
    code = page.pick("mark", code=field)
    options, marks = page.fields[code]["options"], page.boxes[code]["marks"]
    pairs = [(one, other) for one, other in pairwise(marks) if abs(marks[one][1] - marks[other][1]) < 8]
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    if page.rng.random() < 0.5:
        for option in page.value(code).split(","):
            tick(page.sheet, marks[option], "check")
    page.taken.add(code)
    (x, y, side, _), (last, _, _, _) = marks[one], marks[other]
    right = last + side + 10 + WORD * len(options[other])
    with page.pen():
        across, down = (right - x) / 2 + 12, side / 2 + page.rng.uniform(6, 14)
        turns = [2 * math.pi * step / 60 for step in range(62)]
        ring = [((x + right) / 2 + across * math.cos(t), y + side / 2 + down * math.sin(t)) for t in turns]
        stroke(page.sheet, ring, 3)
    return [Judged(code, "ring_around_two", None)]


def highlighted_option(
    page: Page, field: str = "", colour: Colour | None = None, other: bool | None = None
) -> list[Judged]:
    """A highlighter over an option's word: this one. other: another one is ticked besides."""
    code = page.pick("mark", code=field)
    options, marks = page.fields[code]["options"], page.boxes[code]["marks"]
    chosen = page.value(code).split(",")
    unchosen = [option for option in marks if option not in chosen]
    other = page.rng.random() < 0.4 if other is None else other
    if other:
        if not unchosen:
            raise Unfit
        for option in chosen:
            tick(page.sheet, marks[option], "check")
        lit = [page.rng.choice(unchosen)]
    else:
        lit = chosen
    page.taken.add(code)
    mask, pen = layer(page)
    for option in lit:
        x, y, side, _ = marks[option]
        middle = y + side / 2
        ends = x + side + 6, x + side + 14 + WORD * len(options[option])
        pen.line(
            (ends[0], middle + page.rng.uniform(-3, 3), ends[1], middle),
            fill=0,
            width=page.rng.randint(22, 36),
        )
    lay(page, mask, colour or page.rng.choice(HIGHLIGHTERS))
    return [Judged(code, "highlighted_option", None if other else page.value(code))]


def tick_moved(page: Page, field: str = "") -> list[Judged]:
    """A tick and an arrow from it to the box of another option."""
    code = page.pick("mark", code=field)
    marks, chosen = page.boxes[code]["marks"], page.value(code).split(",")
    wrong = [option for option in marks if option not in chosen]
    if len(chosen) > 1 or not wrong:
        raise Unfit
    first = page.rng.choice(wrong)
    tick(page.sheet, marks[first], "check")
    page.taken.add(code)
    (x, y, side, _), (to_x, to_y, _, _) = marks[first], marks[chosen[0]]
    start, end = (x + side / 2, y - 2), (to_x + side / 2, to_y + page.rng.uniform(-2, 8))
    with page.pen():
        points = [
            (
                start[0] + (end[0] - start[0]) * t,
                start[1] + (end[1] - start[1]) * t - 22 * math.sin(math.pi * t),
            )
            for t in (step / 20 for step in range(21))
        ]
        stroke(page.sheet, points, 3)
        back = math.atan2(points[-4][1] - end[1], points[-4][0] - end[0])
        for turn in (-0.5, 0.5):
            stroke(
                page.sheet,
                [end, (end[0] + 14 * math.cos(back + turn), end[1] + 14 * math.sin(back + turn))],
                3,
            )
    return [Judged(code, "tick_moved", page.value(code))]


def yes_and_no(page: Page, field: str = "", signs: str = "") -> list[Judged]:
    """Every box of a choice of several filled in: one sign for yes, another one for no. signs: two of circle, check, cross,
    dash and slash, with a + between them."""
    code = page.pick("mark", code=field, types=("choices",))
    marks, chosen = page.boxes[code]["marks"], page.value(code).split(",")
    if len(chosen) == len(marks):
        raise Unfit
    yes, no = (signs or page.rng.choice(YES_AND_NO)).split("+")
    for option, (x, y, side, _) in marks.items():
        sign = yes if option in chosen else no
        with page.pen():
            if sign == "dash":
                middle = y + side / 2 + page.rng.uniform(-3, 3)
                stroke(page.sheet, [(x + 5, middle + 1), (x + side - 5, middle - 1)], 4)
            elif sign == "slash":
                stroke(page.sheet, [(x + side - 4, y + 3), (x + 4, y + side - 3)], 4)
            else:
                tick(page.sheet, [x, y, side, side], sign)
    page.taken.add(code)
    return [Judged(code, "yes_and_no", page.value(code))]


def others_struck(page: Page, field: str = "", boxes: bool | None = None) -> list[Judged]:
    """The words of all options but one struck out, as on forms with 有・無, and none ticked. boxes: the lines run through
    the boxes as well."""
    code = page.pick("mark", code=field, types=("choice",))
    options, marks = page.fields[code]["options"], page.boxes[code]["marks"]
    boxes = page.rng.random() < 0.3 if boxes is None else boxes
    for option, (x, y, side, _) in marks.items():
        if option == page.value(code):
            continue
        left, right = x - 4 if boxes else x + side + 6, x + side + 12 + WORD * len(options[option])
        with page.pen():
            for offset in page.rng.choice(((0,), (-5, 5))):
                middle = y + side / 2 + offset
                lean = page.rng.uniform(-3, 3)
                stroke(page.sheet, [(left, middle + lean), (right, middle - lean)], 3)
    page.taken.add(code)
    return [Judged(code, "others_struck", page.value(code))]


KINDS = {
    "yes_and_no": yes_and_no,
    "others_struck": others_struck,
    "half_ring": half_ring,
    "ring_around_two": ring_around_two,
    "highlighted_option": highlighted_option,
    "tick_moved": tick_moved,
}
