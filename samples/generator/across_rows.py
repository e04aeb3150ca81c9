"""What ties rows to each other: a bracket over two of them, a sign for the value beside or above, an arrow along the
margin, a list numbered anew by hand, a remark with a line to a field, a printed label amended."""

from __future__ import annotations

import math
from itertools import pairwise

from astray import curve, neighbours
from page import Judged, Page, Unfit
from writing import stroke, write_cells

SAME = ("同左", "左に同じ", "←", "〃", "同右", "↑", "上と同じ", "同　上")
TIED = ("同じ", "一式", "共通", "両方", "合算", "")
REMARKS = ("昨年の額", "電話確認", "父の分", "旧姓", "本人不在", "来月から", "仮の値", "要相談")
NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"
SIGNS = "×?？△※▲✕"
OTHER_LABELS = ("旧", "前", "新", "父の", "母の", "会社の", "予定の")


def rows_below(page: Page) -> list[tuple[str, str]]:
    """Pairs of filled lines and combs of which one stands right below the other."""
    free = sorted(page.free("line", "comb"), key=lambda code: page.extent(code)[1])
    found = []
    for one in free:
        for other in free:
            a, b = page.extent(one), page.extent(other)
            gap = b[1] - a[1] - a[3]
            if 0 <= gap < 60 and abs(a[0] - b[0]) < 20:
                found.append((one, other))
    return found


def written_end(page: Page, code: str) -> float:
    """Where a field's writing ends, of a comb its last cell."""
    x, _, width, _ = page.extent(code)
    return page.sheet.ends.get(code, (x + width, 0))[0]


def rows_joined(page: Page, field: str = "", word: str | None = None) -> list[Judged]:
    """A bracket that joins two rows behind their values, with or without a word: what of it counts a clerk asks."""
    pairs = [pair for pair in rows_below(page) if field in ("", *pair)]
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    page.claim(one, other)
    for code in (one, other):
        page.write_own(code)
    (_, y, _, height), (_, top, _, high) = page.extent(one), page.extent(other)
    at = max(written_end(page, one), written_end(page, other)) + page.rng.randint(8, 26)
    upper, lower = y + height * 0.3, top + high * 0.7
    middle = (upper + lower) / 2
    if any(stands_in(page, code, at, upper, lower) for code in set(page.boxes) - {one, other}):
        raise Unfit  # it would join the row to that field
    with page.pen():
        points = [
            (at, upper),
            (at + 12, upper + 6),
            (at + 12, middle - 6),
            (at + 20, middle),
            (at + 12, middle + 6),
        ]
        stroke(page.sheet, [*points, (at + 12, lower - 6), (at, lower)], 3)
        text = page.rng.choice(TIED) if word is None else word
        if text:
            page.scrawl(text, at + 26, middle, 28, max(80.0, page.print.shape[1] - at - 60))
    return [Judged(code, "rows_joined", None) for code in (one, other)]


def stands_in(page: Page, code: str, at: float, upper: float, lower: float) -> bool:
    """A bracket at `at` lies over a field, or behind it."""
    left, top, _, height = page.extent(code)
    return at + 20 > left and top < lower and upper < top + height


def same_as_beside(page: Page, field: str = "", sign: str = "") -> list[Judged]:
    """同左, ← or another sign for the value that stands beside or above: a clerk looks it up or asks."""
    code = page.pick("line", "comb", code=field)
    x, y, width, height = page.extent(code)
    sign = sign or page.rng.choice(SAME)
    if page.boxes[code]["kind"] == "comb" and page.boxes[code]["cells"] >= len(sign):
        write_cells(
            page.sheet,
            page.boxes[code]["box"],
            page.boxes[code]["cells"],
            sign,
            page.rng.choice((0, 0.5)),
            40,
        )
    else:
        page.scrawl(sign, x + page.rng.uniform(12, max(14.0, width * 0.4)), y + height / 2, 38, width * 0.6)
    page.taken.add(code)
    return [Judged(code, "same_as_beside", None)]


def arrow_over_rows(page: Page, field: str = "") -> list[Judged]:
    """An arrow from one line to another of the same kind, with rows between them: they are to be exchanged, or not?"""
    free = sorted(page.free("line"), key=lambda code: page.extent(code)[1])
    pairs = [
        (one, other)
        for one in free
        for other in free
        if page.fields[one]["type"] == page.fields[other]["type"]
        and 100 < page.extent(other)[1] - page.extent(one)[1] < 500
        and abs(page.extent(one)[0] - page.extent(other)[0]) < 8
        and field in ("", one, other)
    ]
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    page.claim(one, other)
    for code in (one, other):
        page.write_own(code)
    start, end = (
        (page.sheet.ends[code][0] + 8, box[1] + box[3] / 2)
        for code, box in ((one, page.extent(one)), (other, page.extent(other)))
    )
    over = max(start[0], end[0]) + page.rng.uniform(40, 110)
    with page.pen():
        curve(page, start, (over, (start[1] + end[1]) / 2), end)
    return [Judged(code, "arrow_over_rows", None) for code in (one, other)]


def renumbered(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """Wishes of a list with numbers put to them by hand, in another order than printed: a clerk asks which counts.
    style: ringed, plain or bracketed."""
    pairs = [pair for pair in neighbours(page, field) if all(code.startswith("wish_") for code in pair)]
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    page.claim(one, other)
    style = style or page.rng.choice(("ringed", "plain", "bracketed"))
    before = page.rng.random() < 0.5
    for number, code in zip((2, 1), (one, other), strict=True):
        page.write_own(code)
        x, y, _, height = page.extent(code)
        text = {"ringed": NUMBERS[number - 1], "plain": str(number), "bracketed": f"({number})"}[style]
        place = x - 24.0 if before else page.sheet.ends[code][0] + 14.0
        with page.pen():
            page.scrawl(text, place, y + height / 2 + page.rng.uniform(-4, 4), 30, 80)
    return [Judged(code, "renumbered", None) for code in (one, other)]


def led_remark(page: Page, field: str = "", text: str = "") -> list[Judged]:
    """A remark in the margin at the top, the foot or the side with a line to a field: does the value still hold?"""
    code = page.pick("line", "comb", "date", "mark", code=field)
    page.write_own(code)
    x, y, width, height = page.extent(code)
    text = text or page.rng.choice(REMARKS)
    columns = page.print.shape[1]
    side = page.rng.choice(("left", "right"))
    down = y + height / 2 + page.rng.choice((-1, 1)) * page.rng.uniform(40, 160)
    with page.pen():
        if side == "left":
            for number, character in enumerate(text):
                page.scrawl(character, 40, down + 30 * number, 28, 60)
            start, end = (72, down + 10), (x + page.rng.uniform(-6, 10), y + height * 0.6)
        else:
            for number, character in enumerate(text):
                page.scrawl(character, columns - 72, down + 30 * number, 28, 60)
            start, end = (
                (columns - 78, down + 10),
                (min(x + width, columns - 110) - page.rng.uniform(-2, 12), y + height * 0.6),
            )
        stroke(page.sheet, [start, end], 3)
    return [Judged(code, "led_remark", None)]


def label_amended(page: Page, field: str = "") -> list[Judged]:
    """The printed label of a field struck, or added to by hand: the value is that of something else."""
    code = page.pick("line", "comb", "date", code=field)
    page.write_own(code)
    x, y, _, height = page.extent(code)
    part = page.print[y + 6 : y + height - 6, max(0, x - 230) : x - 12] < 120
    columns = part.any(axis=0).nonzero()[0]
    if not columns.size:
        raise Unfit
    left, right = max(0, x - 230) + int(columns[0]), max(0, x - 230) + int(columns[-1])
    struck = page.rng.random() < 0.5
    with page.pen():
        if struck:
            lean = page.rng.uniform(-4, 4)
            stroke(page.sheet, [(left - 4, y + height / 2 + lean), (right + 4, y + height / 2 - lean)], 3)
        page.scrawl(page.rng.choice(OTHER_LABELS), left, y + (8 if struck else height - 10), 26, 110)
    return [Judged(code, "label_amended", None)]


def order_by_arrows(page: Page, field: str = "") -> list[Judged]:
    """Three lines below each other, the last one moved to the front by a bent arrow at their beginning."""
    free = [code for code in page.free("line") if code.startswith("wish_")]
    free.sort(key=lambda code: (page.extent(code)[0], page.extent(code)[1]))
    runs = [
        (one, other)
        for one, other in pairwise(free)
        if abs(page.extent(one)[0] - page.extent(other)[0]) < 8 and field in ("", one, other)
    ]
    if not runs:
        raise Unfit
    one, other = page.rng.choice(runs)
    page.claim(one, other)
    for code in (one, other):
        page.write_own(code)
    (x, y, _, _), (_, top, _, high) = page.extent(one), page.extent(other)
    start, end = (x + 6, top + high / 2), (x + 6, y + 4)
    with page.pen():
        bend = page.rng.uniform(18, 40)
        points = [
            (start[0] - bend * math.sin(math.pi * t), start[1] + (end[1] - start[1]) * t)
            for t in (step / 16 for step in range(17))
        ]
        stroke(page.sheet, points, 3)
        for side in (-12, 6):
            stroke(page.sheet, [end, (end[0] + side, end[1] + 13)], 3)
    return [Judged(code, "order_by_arrows", None) for code in (one, other)]


def sign_before(page: Page, field: str = "", sign: str = "") -> list[Judged]:
    """A sign before a line's value, in its box: ×, ?, △ or ※ says something about it."""
    code = page.pick("line", code=field)
    x, y, width, height = page.boxes[code]["box"]
    size = min(42, round(height * 0.55))
    end = page.scrawl(sign or page.rng.choice(SIGNS), x + page.rng.uniform(4, 20), y + height / 2, size, 60)
    page.scrawl(page.value(code), end + page.rng.uniform(2, 20), y + height / 2, size, x + width - end - 30)
    page.taken.add(code)
    return [Judged(code, "sign_before", None)]


KINDS = {
    "sign_before": sign_before,
    "rows_joined": rows_joined,
    "same_as_beside": same_as_beside,
    "arrow_over_rows": arrow_over_rows,
    "renumbered": renumbered,
    "led_remark": led_remark,
    "label_amended": label_amended,
    "order_by_arrows": order_by_arrows,
}
