"""Another revision of a form: labels, options or units changed, the boxes where they were, and no mark that says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import draw_forms
import fonts
import layouts
import numpy as np
from page import Judged, Page, Unfit
from PIL import Image, ImageDraw

CODE_KEPT_RATE = 0.5  # of changed forms, those whose code is readable and still names the old version
WORDS = {  # of labels: changed so that the field asks for something else
    "申請日": "交付日",
    "申込日": "受理日",
    "生年月日": "届出年月日",
    "氏名": "旧氏名",
    "住所": "前住所",
    "電話番号": "緊急連絡先",
    "就労日数": "休業日数",
    "就労時間": "残業時間",
    "使用開始日": "使用終了日",
    "異動年月日": "発令年月日",
    "（ア）年税額": "（ア）月税額",
    "（イ）徴収済額": "（イ）還付済額",
    "担当者氏名": "代表者氏名",
    "指定番号": "法人番号",
    "受給者番号": "被保険者番号",
    "勤務先": "前勤務先",
    "児童氏名": "兄姉氏名",
}


@dataclass
class Revision:
    """A changed page: its print, its boxes where they stand now, whose value stands in a field's old box, and what
    a clerk reads of it."""

    print: np.ndarray
    boxes: dict[str, dict]
    judged: list[Judged]


def layout(code: str) -> layouts.Form:
    return next(form for form in layouts.FORMS if form.code == code)


def items(form: layouts.Form, number: int) -> list[layouts.Item]:
    rows = [part for part in form.pages[number - 1].parts if isinstance(part, layouts.Row)]
    return [item for row in rows for item in row.items]


def redrawn(
    form: layouts.Form, number: int, procedure: dict, items: dict[str, layouts.Item]
) -> draw_forms.Canvas:
    """The page with these items instead of those of the same field."""
    page = form.pages[number - 1]
    parts = tuple(
        dataclasses.replace(part, items=tuple(items.get(item.field, item) for item in part.items))
        if isinstance(part, layouts.Row)
        else part
        for part in page.parts
    )
    pages = tuple(dataclasses.replace(one, parts=parts) if one is page else one for one in form.pages)
    return draw_forms.draw_page(dataclasses.replace(form, pages=pages), number, procedure)


def label_of(page: Page, item: layouts.Item) -> str:
    return item.label or page.fields[item.field]["label"]


def labels_exchanged(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """Two fields of one kind have each other's label: people fill in what the label says."""
    pairs = [
        (one, other)
        for one in items(form, number)
        for other in items(form, number)
        if one.field < other.field
        and (one.kind, one.cells, one.eras, one.unit) == (other.kind, other.cells, other.eras, other.unit)
        and one.kind != "mark"
        and label_of(page, one) != label_of(page, other)
        and page.fields[one.field]["type"] == page.fields[other.field]["type"]
        and page.value(one.field)
        and page.value(other.field)
    ]
    if not pairs:
        raise Unfit
    one, other = page.rng.choice(pairs)
    changed = {
        one.field: dataclasses.replace(one, label=label_of(page, other)),
        other.field: dataclasses.replace(other, label=label_of(page, one)),
    }
    canvas = redrawn(form, number, procedure, changed)
    boxes = {
        **page.boxes,
        one.field: {**page.boxes[other.field], "field": one.field},
        other.field: {**page.boxes[one.field], "field": other.field},
    }
    judged = [Judged(code, "labels_exchanged", page.value(code)) for code in (one.field, other.field)]
    return Revision(np.array(canvas.image), boxes, judged)


def label_changed(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """A label asks for something else now."""
    fit = [item for item in items(form, number) if label_of(page, item) in WORDS and page.value(item.field)]
    if not fit:
        raise Unfit
    item = page.rng.choice(fit)
    new = dataclasses.replace(item, label=WORDS[label_of(page, item)])
    canvas = redrawn(form, number, procedure, {item.field: new})
    return Revision(np.array(canvas.image), page.boxes, [Judged(item.field, "label_changed", None)])


def character_changed(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """One character of a label is another one, the rest is where it was."""
    item = page.rng.choice([item for item in items(form, number) if page.value(item.field)])
    label = label_of(page, item)
    known = sorted({one for other in items(form, number) for one in label_of(page, other) if one >= "一"})
    at = page.rng.choice([at for at, one in enumerate(label) if one in known] or [0])
    other = page.rng.choice([one for one in known if one != label[at]])
    new = dataclasses.replace(item, label=label[:at] + other + label[at + 1 :])
    canvas = redrawn(form, number, procedure, {item.field: new})
    return Revision(np.array(canvas.image), page.boxes, [Judged(item.field, "character_changed", None)])


def unit_changed(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """Amounts are asked for in thousands now."""
    fit = [item for item in items(form, number) if item.unit.startswith("円") and page.value(item.field)]
    if not fit:
        raise Unfit
    item = page.rng.choice(fit)
    new = dataclasses.replace(item, unit=f"千{item.unit}")
    canvas = redrawn(form, number, procedure, {item.field: new})
    return Revision(np.array(canvas.image), page.boxes, [Judged(item.field, "unit_changed", None)])


def relabelled(
    page: Page, form: layouts.Form, places: dict[str, list[int]], texts: dict[str, str]
) -> np.ndarray:
    """The print with other words behind these check boxes; Unfit where they do not fit."""
    picture = Image.fromarray(page.print)
    pen = ImageDraw.Draw(picture)
    face = fonts.font(form.style.text, 28)
    for option, (x, y, side, _) in places.items():
        if option not in texts:
            continue
        row = page.print[y : y + side]
        right = [other[0] for other in places.values() if other[0] > x and abs(other[1] - y) < 5]
        end = min(right, default=x + side + 330)
        if x + side + 10 + face.getlength(texts[option]) > end - 6 or not row.size:
            raise Unfit
        pen.rectangle((x + side + 4, y - 4, end - 4, y + side + 4), fill=255)
        pen.text((x + side + 10, y + side // 2), texts[option], fill=draw_forms.INK, font=face, anchor="lm")
    return np.array(picture)


def options_exchanged(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """Two options of a choice have each other's word: people tick the word."""
    code = page.pick("mark", types=("choice",))
    marks, options = page.boxes[code]["marks"], page.fields[code]["options"]
    own = page.value(code)
    other = page.rng.choice([option for option in options if option != own])
    print_ = relabelled(page, form, marks, {own: options[other], other: options[own]})
    swapped = {**marks, own: marks[other], other: marks[own]}
    boxes = {**page.boxes, code: {**page.boxes[code], "marks": swapped}}
    return Revision(print_, boxes, [Judged(code, "options_exchanged", own)])


def option_changed(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """The ticked option means something else now."""
    code = page.pick("mark", types=("choice",))
    own = page.value(code)
    word = page.rng.choice(("その他", "対象外", "不明", "ほか"))
    if word == page.fields[code]["options"][own]:
        raise Unfit
    print_ = relabelled(page, form, page.boxes[code]["marks"], {own: word})
    return Revision(print_, page.boxes, [Judged(code, "option_changed", None)])


def eras_exchanged(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """昭和 and 平成 have changed places."""
    fit = [code for code in page.free("date") if len(page.boxes[code]["eras"]) > 1]
    if not fit:
        raise Unfit
    code = fit[0]
    eras = page.boxes[code]["eras"]
    one, other = list(eras)[:2]
    print_ = relabelled(page, form, eras, {one: layouts.ERAS[other], other: layouts.ERAS[one]})
    boxes = {**page.boxes, code: {**page.boxes[code], "eras": {**eras, one: eras[other], other: eras[one]}}}
    return Revision(print_, boxes, [Judged(code, "eras_exchanged", page.value(code))])


def rows_exchanged(page: Page, form: layouts.Form, number: int, procedure: dict) -> Revision:
    """Two neighbouring rows of one height have changed places."""
    parts = list(form.pages[number - 1].parts)
    fit = [
        at
        for at, (one, other) in enumerate(pairwise(parts))
        if isinstance(one, layouts.Row)
        and isinstance(other, layouts.Row)
        and one.height == other.height
        and all(page.value(item.field) for row in (one, other) for item in row.items)
    ]
    if not fit:
        raise Unfit
    at = page.rng.choice(fit)
    moved = [item.field for row in parts[at : at + 2] for item in row.items]
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    one = form.pages[number - 1]
    pages = tuple(dataclasses.replace(p, parts=tuple(parts)) if p is one else p for p in form.pages)
    canvas = draw_forms.draw_page(dataclasses.replace(form, pages=pages), number, procedure)
    boxes = {box["field"]: box for box in canvas.boxes}
    judged = [Judged(code, "rows_exchanged", page.value(code)) for code in moved]
    return Revision(np.array(canvas.image), boxes, judged)


def without_code(print_: np.ndarray, rng: Random) -> np.ndarray:
    """The QR code smudged, so that nothing but the print tells the revision."""
    picture = print_.copy()
    part = picture[
        draw_forms.HEIGHT - 260 : draw_forms.HEIGHT - 60, draw_forms.RIGHT - 180 : draw_forms.RIGHT + 30
    ]
    part[40:130] = np.maximum(part[40:130], rng.randint(205, 245))
    return picture


Change = Callable[[Page, layouts.Form, int, dict], Revision]
CHANGES: dict[str, Change] = {
    "labels_exchanged": labels_exchanged,
    "label_changed": label_changed,
    "character_changed": character_changed,
    "unit_changed": unit_changed,
    "options_exchanged": options_exchanged,
    "option_changed": option_changed,
    "eras_exchanged": eras_exchanged,
    "rows_exchanged": rows_exchanged,
}


def revise(page: Page, change: str, code: str, number: int, procedure: dict) -> list[Judged]:
    """Print the page anew with one change; the fields concerned are filled in as the new print asks."""
    found = CHANGES[change](page, layout(code), number, procedure)
    readable = page.rng.random() < CODE_KEPT_RATE
    page.print = found.print if readable else without_code(found.print, page.rng)
    page.boxes = found.boxes
    page.claim(*(one.field for one in found.judged))
    return found.judged
