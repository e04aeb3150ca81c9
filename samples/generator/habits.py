"""What people do out of habit from other papers: the signs of a cheque around an amount, numbers in kanji, a line through
what does not apply, and an erasable pen, whose writing stays pale where it was rubbed out."""

from __future__ import annotations

from astray import combs, tick_era
from page import Judged, Page, Unfit
from writing import stroke, write_cells

KANJI_FIGURES = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))
FORMAL_FIGURES = {"1": "壱", "2": "弐", "3": "参"}  # as deeds are written
RUBBED_OUT = (222, 242)  # grey level of what an eraser leaves on white paper
NONE = (
    "なし",
    "無",
    "ナシ",
    "無し",
    "特になし",
    "該当なし",
    "いません",
    "同上",
    "未定",
    "後日",
    "／",
    "×",
    "―",
)


def money_signs(page: Page, field: str = "", sign: str = "", tail: bool | None = None) -> list[Judged]:
    """¥ or 金 in the cell before an amount, commas on the lines between its cells, and a dash behind the comb."""
    fit = [
        code
        for code in ([field] if field else page.free("comb", types=("number",)))
        if 3 < len(page.value(code)) < page.boxes[code]["cells"]
    ]
    if not fit:
        raise Unfit
    code = page.claim(fit[0])
    text, box = page.value(code), page.boxes[code]
    first = box["cells"] - len(text)
    x, y, width, height = box["box"]
    cell = width / box["cells"]
    write_cells(page.sheet, box["box"], box["cells"], (sign or page.rng.choice("¥¥金")) + text, first - 1)
    if page.rng.random() < 0.6:
        at = x + width - 3 * cell
        stroke(page.sheet, [(at + 1, y + height - 16), (at - 4, y + height - 5)], 3)
    if page.rng.random() < 0.5 if tail is None else tail:
        stroke(page.sheet, [(x + width + 4, y + height / 2), (x + width + 26, y + height / 2 - 2)], 3)
    page.taken.add(code)
    return [Judged(code, "money_signs", text)]


def kanji_figures(page: Page, field: str = "", formal: bool | None = None) -> list[Judged]:
    """A number in kanji, one a cell; formal: 壱弐参 for 一二三."""
    code = page.pick("comb", "date", code=field)
    formal = page.rng.random() < 0.25 if formal is None else formal
    figures = KANJI_FIGURES | (FORMAL_FIGURES if formal else {})
    right = page.fields[code]["type"] in ("number", "date")
    for box, cells, text in combs(page, code).values():
        written = "".join(figures[one] for one in text)
        write_cells(page.sheet, box, cells, written, cells - len(text) if right else 0, 40)
    if page.boxes[code]["kind"] == "date":
        tick_era(page, code)
    page.taken.add(code)
    return [Judged(code, "kanji_figures", page.value(code))]


def does_not_apply(page: Page, field: str = "", style: str = "") -> list[Judged]:
    """A field that does not apply, with a slash or dash through it or the word for none: a clerk reads nothing."""
    found = [
        code
        for code in page.free("comb", "line", "date", filled=None)
        if not page.fields[code].get("required") and field in ("", code)
    ]
    if not found:
        raise Unfit
    code = page.claim(found[0])
    x, y, width, height = page.extent(code)
    style = style or page.rng.choice(("slash", "dash", "cells", "word"))
    with page.pen():
        if style == "slash":
            stroke(page.sheet, [(x + width - 6, y + 4), (x + 6, y + height - 4)], 3)
        elif style == "dash":
            middle = y + height / 2
            reach = page.rng.uniform(30, min(160, width - 20))
            stroke(page.sheet, [(x + 10, middle + 2), (x + 10 + reach, middle - 2)], 3)
        elif style == "cells" and page.boxes[code]["kind"] == "comb":
            cell = width / page.boxes[code]["cells"]
            for number in range(page.boxes[code]["cells"]):
                left = x + number * cell
                stroke(page.sheet, [(left + cell - 9, y + 8), (left + 9, y + height - 8)], 3)
        else:
            page.scrawl(page.rng.choice(NONE), x + 14, y + height / 2, 36, width - 20)
    page.taken.add(code)
    page.application.values[code] = ""
    return [Judged(code, "does_not_apply", "")]


def rubbed_out(page: Page, field: str = "", new: bool | None = None, level: int = 0) -> list[Judged]:
    """A value in an erasable pen, rubbed out, that is still to be seen pale under the new one. new: there is a new
    one; level: grey of what is left."""
    code = page.pick("comb", "line", "date", "mark", code=field)
    if page.fields[code]["type"] == "choices":
        raise Unfit
    new = page.rng.random() < 0.7 if new is None else new
    old, person = page.another(code)
    left = level or page.rng.randint(*RUBBED_OUT)
    with page.pen((left,) * 3):
        page.write(code, old, person)
    if new:
        page.write_own(code)
    else:
        page.application.values[code] = ""
    return [Judged(code, "rubbed_out", page.value(code))]


KINDS = {
    "money_signs": money_signs,
    "kanji_figures": kanji_figures,
    "does_not_apply": does_not_apply,
    "rubbed_out": rubbed_out,
}
