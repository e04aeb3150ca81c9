"""Writing that leaves its box, or never was in it: what a reader of boxes does not see, and a clerk does."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

from calendar_jp import wareki
from page import RED, Colour, Judged, Page, Unfit
from sheet import Box
from writing import RIGHT_ALIGNED, stroke, tick, write_cells

NOTES = ("訂正", "取消", "上記は誤り", "不要", "変更あり")


def combs(page: Page, code: str) -> dict[str, tuple[Box, int, str]]:
    """The combs of a field by part: rectangle, cells and the text that belongs into it."""
    box = page.boxes[code]
    value = page.value(code)
    if box["kind"] == "comb":
        return {"": (box["box"], box["cells"], value)}
    _, *numbers = wareki(date.fromisoformat(value))
    return {
        part: (box[part], 2, str(number))
        for part, number in zip(("year", "month", "day"), numbers, strict=True)
    }


def begun_outside(page: Page, field: str = "", side: str = "", cells: int = 0) -> list[Judged]:
    """Digits begun so far left or right that `cells` of them (1 to 3) stand outside their comb."""
    code = page.pick("comb", "date", code=field)
    parts = combs(page, code)
    fit = [part for part, (_, _, text) in parts.items() if len(text) > 1]
    if not fit:
        raise Unfit
    part = page.rng.choice(fit)
    side = side or page.rng.choice(("right", "right", "left"))
    for name, (box, count, text) in parts.items():
        right = page.fields[code]["type"] in RIGHT_ALIGNED
        first = count - len(text) if right else 0
        if name == part:
            out = min(cells or page.rng.choice((1, 1, 2)), len(text) - 1)
            first = count - len(text) + out if side == "right" else -out
        write_cells(page.sheet, box, count, text, first)
    if page.boxes[code]["kind"] == "date":
        tick_era(page, code)
    page.taken.add(code)
    return [Judged(code, "begun_outside", page.value(code))]


def tick_era(page: Page, code: str) -> None:
    tick(page.sheet, page.boxes[code]["eras"][wareki(date.fromisoformat(page.value(code)))[0]])


def beside_comb(page: Page, field: str = "") -> list[Judged]:
    """A number beside its comb, which stays empty."""
    code = page.pick("comb", code=field)
    text = page.value(code)
    width = 30 * len(text) + 10
    x = page.room_beside(code, width)
    _, y, _, height = page.extent(code)
    page.scrawl(text, x + 6, y + height / 2, 40, width)
    page.taken.add(code)
    return [Judged(code, "beside_comb", text)]


def tick_beside(page: Page, field: str = "", place: str = "") -> list[Judged]:
    """A tick on the label beside its box (or before or above the box), which stays empty."""
    code = page.pick("mark", code=field)
    option = page.value(code).split(",")[0]
    x, y, side, _ = page.boxes[code]["marks"][option]
    place = place or page.rng.choice(("label", "label", "before", "above"))
    dx, dy = {"label": (side + 22, -2), "before": (-side - 2, 0), "above": (2, -side - 4)}[place]
    for other in page.value(code).split(",")[1:]:
        tick(page.sheet, page.boxes[code]["marks"][other])
    tick(page.sheet, [x + dx, y + dy, side, side], "check")
    page.taken.add(code)
    return [Judged(code, "tick_beside", page.value(code) if place == "label" else None)]


def tick_between(page: Page, field: str = "") -> list[Judged]:
    """A tick between one option's label and the next option's box: whose is it?"""
    code = page.pick("mark", code=field)
    places = list(page.boxes[code]["marks"].values())
    if len(places) < 2:
        raise Unfit
    x, y, side, _ = page.rng.choice(places[1:])
    tick(page.sheet, [x - side - page.rng.randint(0, 14), y, side, side], "check")
    page.taken.add(code)
    return [Judged(code, "tick_between", None)]


def shared_stroke(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """One stroke that touches two marks: a tick whose tail runs into the next box (tail), or a line through both."""
    code = page.pick("mark", code=field)
    marks = page.boxes[code]["marks"]
    options = list(marks)
    chosen = page.value(code).split(",")
    fit = [a for a, b in pairwise(options) if a in chosen and b not in chosen]
    if not fit:
        raise Unfit
    first = page.rng.choice(fit)
    (x, y, side, _), (nx, ny, _, _) = marks[first], marks[options[options.index(first) + 1]]
    style = style or page.rng.choice(("tail", "line"))
    reach = page.rng.uniform(0.35, 0.9) * side
    if style == "tail":
        stroke(page.sheet, [(x + 6, y + 16), (x + 15, y + 31), (nx + reach, ny + page.rng.uniform(4, 12))], 4)
    else:
        stroke(page.sheet, [(x + 4, y + side / 2), (nx + reach, ny + side / 2 + page.rng.uniform(-6, 6))], 4)
    for other in chosen:
        if other != first:
            tick(page.sheet, marks[other])
    page.taken.add(code)
    return [Judged(code, f"shared_stroke_{style}", page.value(code) if style == "tail" else None)]


def continued(page: Page, field: str = "") -> list[Judged]:
    """A line's value that goes on below its box, over the row line."""
    code = page.pick("line", code=field)
    x, y, width, height = page.boxes[code]["box"]
    text = page.value(code)
    if len(text) < 4:
        raise Unfit
    cut = page.rng.randint(len(text) // 2, len(text) - 2)
    size = 38
    indent = max(10.0, width * page.rng.uniform(0.3, 0.5))
    page.scrawl(text[:cut], x + indent, y + height / 2, size, width - indent)
    page.scrawl(text[cut:], x + indent, y + height + 18, size - 8, width - indent)
    page.taken.add(code)
    return [Judged(code, "continued", text)]


def arrow(page: Page, field: str = "", word: bool | None = None) -> list[Judged]:
    """Two lines written in each other's box, and an arrow with two heads that puts it right."""
    pairs = neighbours(page, field)
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    for code, box in ((one, other), (other, one)):
        page.write_own(code, page.boxes[box])
    page.claim(one, other)
    a, b = page.boxes[one]["box"], page.boxes[other]["box"]
    with page.pen():
        if abs(a[1] - b[1]) < 8:  # side by side
            y = a[1] + a[3] * page.rng.uniform(0.2, 0.8)
            left, right = sorted((a, b), key=lambda box: box[0])
            start, end = left[0] + left[2] * 0.72, right[0] + right[2] * 0.18
            curve(page, (start, y), ((start + end) / 2, y - 26), (end, y))
        else:
            x = a[0] + a[2] * page.rng.uniform(0.66, 0.9)
            top, foot = sorted((a, b), key=lambda box: box[1])
            curve(
                page,
                (x, top[1] + top[3] / 2),
                (x + 46, (top[1] + foot[1] + foot[3]) / 2),
                (x, foot[1] + foot[3] / 2),
            )
        if page.rng.random() < 0.3 if word is None else word:
            page.scrawl("入替", a[0] + a[2] * 0.5, a[1] + a[3] * 0.8, 24, 80)
    return [Judged(code, "arrow", page.value(code)) for code in (one, other)]


def neighbours(page: Page, field: str) -> list[tuple[str, str]]:
    """Pairs of filled lines of one type, side by side or one below the other."""
    free = sorted(page.free("line"))
    found = []
    for one in free:
        for other in free:
            a, b = page.boxes[one]["box"], page.boxes[other]["box"]
            beside = abs(a[1] - b[1]) < 8 and a[0] < b[0]
            below = abs(a[0] - b[0]) < 8 and 0 < b[1] - a[1] < 130
            same = page.fields[one]["type"] == page.fields[other]["type"]
            if same and (beside or below) and field in ("", one, other):
                found.append((one, other))
    return found


def curve(
    page: Page, start: tuple[float, float], over: tuple[float, float], end: tuple[float, float]
) -> None:
    """A bent line with a head at both ends."""
    steps = [step / 20 for step in range(21)]
    points = [
        tuple(
            (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c
            for a, b, c in zip(start, over, end, strict=True)
        )
        for t in steps
    ]
    stroke(page.sheet, points, 3)
    for tip, back in ((points[0], points[3]), (points[-1], points[-4])):
        angle = math.atan2(back[1] - tip[1], back[0] - tip[0])
        for turn in (-0.5, 0.5):
            side = (tip[0] + 18 * math.cos(angle + turn), tip[1] + 18 * math.sin(angle + turn))
            stroke(page.sheet, [tip, side], 3)


def margin_note(page: Page, field: str = "", text: str = "", colour: Colour | None = None) -> list[Judged]:
    """A note in the margin or beside the value, with a line to the field: is the value still meant?"""
    code = page.pick("line", "comb", "date", "mark", code=field)
    _, y, _, height = page.extent(code)
    page.write_own(code)
    text = text or page.rng.choice(NOTES)
    width = 34 * len(text) + 20
    at = 20
    if len(text) > 3 or page.rng.random() < 0.5:
        at = page.room_beside(code, width) if code not in page.sheet.ends else page.room_after(code, width)
    with page.pen(colour or page.rng.choice((None, None, RED))):
        if at > 20:
            page.scrawl(text, at + 6, y + height / 2, 32, width)
        else:
            page.scrawl(text, at, y + height / 2, 30, 76)
            stroke(page.sheet, [(30, y + height - 6), (96, y + height - 4)], 3)
    return [Judged(code, "margin_note", None)]


def spilled_text(page: Page, field: str = "") -> list[Judged]:
    """A line left empty, its value written across the row line above or below it: whose is it?"""
    code = page.pick("line", code=field)
    x, y, width, height = page.boxes[code]["box"]
    below = page.rng.random() < 0.5
    middle = y + height + 8 if below else y - 8
    page.scrawl(page.value(code), x + 14, middle, 32, width - 20)
    page.taken.add(code)
    return [Judged(code, "across_the_row_line", None)]


KINDS = {
    "begun_outside": begun_outside,
    "beside_comb": beside_comb,
    "tick_beside": tick_beside,
    "tick_between": tick_between,
    "shared_stroke": shared_stroke,
    "continued": continued,
    "arrow": arrow,
    "margin_note": margin_note,
    "across_the_row_line": spilled_text,
}
