"""A form while it is designed: a form file and a procedure file (plain data, as files hold them), and the rows of the table
in which a clerk corrects them. There is no other format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yakuba.kernel.refusals import Invalid, Problem, attempt
from yakuba.kernel.values import TYPES, Picks

from .places import Misplaced, Place, read_place, rects_of, written_place
from .words import ERAS

if TYPE_CHECKING:
    from .finding import Found  # loads OpenCV: most processes look at no page
    from .proposal import Proposal

NUMBER = "receipt_number"
ORDER, LABEL = "order", "label"
REFERENCES = ("reading_of", "postal_code_of", "after")
LONGEST_LABEL = 60
MOST_ROWS = 120  # on a page
MOST_SHARED = 0.5  # of the smaller of two rectangles
TOO_MANY = f"このページには欄が{MOST_ROWS}個より多くあります。ここより後の枠は表に入れていません。紙と見比べてください。"
Document = dict[str, Any]


class Unfit(Invalid):
    """The table of a form cannot be taken over; `problems` says which row."""


@dataclass(frozen=True)
class Row:
    """A field on a page as a clerk sees it. code: of the field in the procedure, empty for a new one.  place: see
    `places`.  doubts: what she should look at; `seen` once she has.  own: its name and type may be changed here."""

    page: int
    code: str
    label: str
    type: str
    required: bool
    place: str
    doubts: tuple[str, ...] = ()
    seen: bool = False
    own: bool = True


@dataclass
class Draft:
    """form, procedure: as files hold them.  doubts: sentences by field.  sizes: width and height of each page.
    borrowed: fields of a procedure that is in use already; they are used as they are."""

    form: Document
    procedure: Document
    doubts: dict[str, list[str]] = field(default_factory=dict)
    sizes: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    borrowed: frozenset[str] = frozenset()

    def page(self, number: int) -> Document:
        """A page of the form file. Raises KeyError."""
        for page in self.form["pages"]:
            if page["page"] == number:
                found: Document = page
                return found
        raise KeyError(number)

    @property
    def fields(self) -> dict[str, Document]:
        """The procedure's fields by code."""
        return {one["code"]: one for one in self.procedure["fields"]}


def new_draft(form: str, procedure: Document, title: str) -> Draft:
    """A draft without pages."""
    return Draft(
        {"form": form, "version": 1, "procedure": procedure["procedure"], "title": title, "pages": []},
        procedure,
    )


def own_procedure(code: str, title: str) -> Document:
    """A procedure file with a receipt number and nothing else."""
    return {
        "procedure": code,
        "title": title,
        "version": 1,
        "baseline": {"minutes_per_case": 5.0, "kind": "estimated", "source": "様式を作ったときの見積り"},
        "fields": [{"code": NUMBER, "label": "受付番号", "type": NUMBER, "required": True}],
    }


def add_page(draft: Draft, image: str, found: Found) -> None:
    """What was found on the next page, as boxes of the form file and fields of the procedure file."""
    boxes: list[Document] = []
    for one in found.fields:
        code = _code_of(draft, one)
        if any(box["field"] == code for box in boxes):
            continue  # a second receipt number on a page is another's
        options = draft.fields[code].get("options", {})
        boxes.append(_box(code, _place_of(one), {label: key for key, label in options.items()}))
        if one.doubts:
            draft.doubts[code] = list(one.doubts)
        if len(boxes) == MOST_ROWS and one is not found.fields[-1]:
            draft.doubts.setdefault(code, []).append(TOO_MANY)
            break
    page = {"page": len(draft.form["pages"]) + 1, "image": image, "boxes": boxes}
    free = [list(rect) for rect in found.free]
    draft.form["pages"].append(page | ({"free": free} if free else {}))
    _refer(draft)


def settle(draft: Draft) -> None:
    """After the last page: a form without a printed receipt number gets its numbers by order, if it has one page."""
    pages = draft.form["pages"]
    if pages and not all(any(box["field"] == NUMBER for box in page["boxes"]) for page in pages):
        draft.form.setdefault("numbering", ORDER if len(pages) == 1 else LABEL)


def _code_of(draft: Draft, one: Proposal) -> str:
    """The field of the procedure that a proposal is; a new one where there is none."""
    if one.type == NUMBER:
        return NUMBER
    used = {box["field"] for page in draft.form["pages"] for box in page["boxes"]}
    for code, known in draft.fields.items():
        if code in draft.borrowed - used and known["label"] == one.label:
            return str(code)
    options = {}
    if one.marks:
        options = {_option_code(i): label or f"選択肢{i}" for i, (label, _) in enumerate(one.marks, 1)}
    code = free_code(draft, one.code)
    draft.procedure["fields"].append(
        {"code": code, "label": one.label or "名前のない欄", "type": one.type}
        | ({"required": True} if one.type == "name" and code == "name" else {})
        | ({"options": options} if options else {})
    )
    return code


def _option_code(number: int) -> str:
    return f"o{number}"


def free_code(draft: Draft, stem: str) -> str:
    """A code that no field has."""
    stem = re.sub(r"[^a-z0-9_]", "", stem.lower()) or "field"
    codes = draft.fields.keys()
    if stem not in codes and stem not in ("field", "choice", "date", "number"):
        return stem
    return next(code for i in range(1, 10_000) if (code := f"{stem}_{i}") not in codes)


def _place_of(one: Proposal) -> Place:
    if one.kind == "date":
        return Place("date", named=one.parts, eras=one.eras)
    if one.kind == "mark":
        return Place(
            "mark", named={label or f"選択肢{i}": rect for i, (label, rect) in enumerate(one.marks, 1)}
        )
    return Place(one.kind, one.box, one.cells)


def _box(code: str, place: Place, options: Mapping[str, str]) -> Document:
    """A box of a form file. options: code of an option by its word."""
    box: Document = {"field": code, "kind": place.kind}
    if place.kind == "mark":
        return box | {
            "marks": {
                options.get(word) or ERAS.get(word, word): list(rect) for word, rect in place.named.items()
            }
        }
    if place.kind == "date":
        eras = {code: list(rect) for code, rect in place.eras.items()}
        return box | {"eras": eras, **{part: list(rect) for part, rect in place.named.items()}}
    cells = {"cells": place.cells} if place.kind == "comb" else {}
    return box | cells | {"box": list(place.box)}


def _refer(draft: Draft) -> None:
    """A reading belongs to the name beside it, a postal code to the address behind it."""
    order = [box["field"] for page in draft.form["pages"] for box in page["boxes"]]
    fields = draft.fields
    for at, code in enumerate(order):
        if code in draft.borrowed:
            continue
        near = [*order[at + 1 : at + 3], *order[max(0, at - 1) : at]]
        for type_, key, target in (
            ("kana", "reading_of", "name"),
            ("postal_code", "postal_code_of", "address"),
        ):
            if fields[code]["type"] == type_ and key not in fields[code]:
                found = next((other for other in near if fields[other]["type"] == target), None)
                if found is not None:
                    fields[code][key] = found


def rows(draft: Draft, page: int) -> list[Row]:
    """The table of a page."""
    fields = draft.fields
    found = []
    for box in draft.page(page)["boxes"]:
        one = fields[box["field"]]
        doubts = tuple(draft.doubts.get(one["code"], ()))
        place = written_place(box, one.get("options", {}))
        own = one["code"] not in draft.borrowed and one["code"] != NUMBER
        required = bool(one.get("required"))
        found.append(Row(page, one["code"], one["label"], one["type"], required, place, doubts, own=own))
    return found


def take_rows(draft: Draft, page: int, given: Sequence[Row], free: str) -> Draft:
    """The draft with the table of a page as a clerk left it; rows that she took out are not in `given`. Raises Unfit with
    each row's faults; the draft is unchanged then."""
    if len(given) > MOST_ROWS:
        raise Unfit(f"1ページの欄は{MOST_ROWS}個までにしてください。")
    changed = Draft(
        _copied(draft.form), _copied(draft.procedure), dict(draft.doubts), draft.sizes, draft.borrowed
    )
    boxes, problems = [], []
    for number, row in enumerate(given, 1):
        box, refusal = attempt(_taken, changed, row)
        if box is None:
            problems.append(Problem(0, f"{number}番「{row.label or '名前なし'}」", str(refusal)))
        else:
            boxes.append(box)
    problems += _twice(given)
    places: list[list[int]] = []
    try:
        places = [list(read_place(line, draft.sizes[page]).box) for line in free.splitlines() if line.strip()]
    except Misplaced as refusal:
        problems.append(Problem(0, "職員が書く場所", str(refusal)))
    if problems:
        raise Unfit("表を直してください。", problems=problems)
    content = {**changed.page(page), "boxes": boxes}
    content.pop("free", None)
    content |= {"free": places} if places else {}
    changed.form["pages"] = [content if one["page"] == page else one for one in changed.form["pages"]]
    _forget_unused(changed)
    return changed


def overlapping(draft: Draft) -> list[tuple[str, str]]:
    """Labels of fields whose boxes lie on one another, so that the same writing would be read twice."""
    fields, found = draft.fields, []
    for page in draft.form["pages"]:
        placed = [(fields[box["field"]]["label"], rects_of(box)) for box in page["boxes"]]
        for at, (label, rects) in enumerate(placed):
            for other, others in placed[at + 1 :]:
                if any(_share(one, two) > MOST_SHARED for one in rects for two in others):
                    found.append((label, other))
    return found


def _share(one: Sequence[int], two: Sequence[int]) -> float:
    """How much of the smaller rectangle lies in the other, 0..1."""
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    return max(0, width) * max(0, height) / min(one[2] * one[3], two[2] * two[3])


def _copied(document: Document) -> Document:
    return {
        key: [dict(one) for one in value] if isinstance(value, list) else value
        for key, value in document.items()
    }


def _twice(given: Iterable[Row]) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for number, row in enumerate(given, 1):
        code = NUMBER if row.type == NUMBER else row.code.replace(NUMBER, "")
        if code and code in seen:
            told = "同じ項目の欄がもう1つあります。どちらかを消すか、別の項目を選んでください。"
            problems.append(Problem(0, f"{number}番「{row.label}」", told))
        seen.add(code)
    return problems


def _taken(draft: Draft, row: Row) -> Document:
    """The box of a row, its field put into the procedure. Raises Misplaced and Unfit."""
    place = read_place(row.place, draft.sizes[row.page])
    code = NUMBER if row.type == NUMBER else row.code
    if code == NUMBER and row.type != NUMBER:
        code = ""  # it only looked like one
    if code not in draft.fields:
        known = {"code": free_code(draft, code or _stem(row.type)), "label": "", "type": row.type}
        code = known["code"]
        draft.procedure["fields"].append(known)
    if code != NUMBER and code not in draft.borrowed:
        _change(draft, code, row, place)
    one = draft.fields[code]
    _check_kind(one["type"], place)
    options = {label: key for key, label in one.get("options", {}).items()}
    if place.kind == "mark" and (unknown := [word for word in place.named if word not in options]):
        raise Unfit(f"「{unknown[0]}」は項目「{one['label']}」の選択肢にありません。")
    if row.seen or row.code not in draft.doubts:
        draft.doubts.pop(code, None)
    return _box(code, place, options)


def _stem(type_: str) -> str:
    return {"text": "field", "digits": "number", "number": "amount"}.get(type_, type_)


def _change(draft: Draft, code: str, row: Row, place: Place) -> None:
    """The field as the row says. Raises Unfit."""
    label = row.label.strip()
    if not label or len(label) > LONGEST_LABEL:
        raise Unfit(f"欄の名前を{LONGEST_LABEL}文字以内で入れてください。")
    if row.type not in TYPES:
        raise Unfit("型を選んでください。")
    before = draft.fields[code]
    one: Document = {key: value for key, value in before.items() if key != "required"}
    one |= {"label": label, "type": row.type} | ({"required": True} if row.required else {})
    if TYPES[row.type].picks is Picks.NONE:
        one.pop("options", None)
    elif place.kind == "mark":
        one["options"] = _options(before.get("options", {}), [*place.named])
    draft.procedure["fields"] = [
        one if other["code"] == code else other for other in draft.procedure["fields"]
    ]


def _options(before: Mapping[str, str], words: Sequence[str]) -> dict[str, str]:
    """An option that is still there keeps its code: what was read under it stays right."""
    codes = {label: code for code, label in before.items()}
    taken = set(before)
    found: dict[str, str] = {}
    for word in words:
        code = codes.get(word) or next(c for i in range(1, 10_000) if (c := _option_code(i)) not in taken)
        taken.add(code)
        found[code] = word
    return found


def _check_kind(type_: str, place: Place) -> None:
    """Raises Unfit where such a box cannot hold such a value."""
    picks = TYPES[type_].picks is not Picks.NONE
    if (place.kind == "mark") != picks:
        raise Unfit(
            "選択肢の言葉と、印をつける枠を「言葉 左 上 幅 高さ」で1行ずつ書いてください。"
            if picks
            else "印をつける枠の欄は、型を「選択」か「選択（複数）」にしてください。"
        )
    if place.kind == "date" and type_ != "date":
        raise Unfit("年・月・日の枠がある欄は、型を「日付」にしてください。")


def _forget_unused(draft: Draft) -> None:
    """A procedure made out of the form has no field that stands on no page; one in use keeps its own."""
    used = {box["field"] for page in draft.form["pages"] for box in page["boxes"]} | draft.borrowed | {NUMBER}
    kept = [dict(one) for one in draft.procedure["fields"] if one["code"] in used]
    for one in kept:
        for key in REFERENCES:
            if one.get(key) and one[key] not in used:
                del one[key]
        if "sum_of" in one and not set(one["sum_of"]) <= used:
            del one["sum_of"]
    draft.procedure["fields"] = kept
    draft.doubts = {code: told for code, told in draft.doubts.items() if code in used}
