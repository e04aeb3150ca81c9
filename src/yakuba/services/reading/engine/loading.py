"""Forms from what a form file says, with messages that name the file, the place and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import LARGEST_FILE
from yakuba.kernel.definitions.given import Unreadable, content
from yakuba.kernel.definitions.procedures import ProcedureDefinition, read_document
from yakuba.kernel.values.calendar import ERAS

from .definitions import KINDS, NUMBERINGS, Box, FormDefinition, PageDefinition, Rect

MOST_FREE = 40  # areas on a page
Image = Callable[
    [str], bytes
]  # the file that lies beside the form file under that name; raises Unreadable or KeyError


class _Place:
    """Where in which file we are: for messages."""

    def __init__(self, file: str, path: str = "") -> None:
        self.file, self.path = file, path

    def at(self, step: str) -> _Place:
        return _Place(self.file, f"{self.path} › {step}" if self.path else step)

    def fail(self, what: str) -> DefinitionError:
        where = f"の {self.path}" if self.path else ""
        return DefinitionError(f"定義ファイル {self.file}{where}: {what}")

    def mapping(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise self.fail("「名前: 値」の組で書いてください。")
        return value

    def items(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.fail("「- 」で始まる一覧で書いてください。")
        return value

    def text(self, mapping: Mapping[str, Any], key: str, default: str | None = None) -> str:
        value = mapping.get(key, default)
        if value is None or isinstance(value, dict | list | bool) or (default is None and str(value) == ""):
            raise self.fail(f"「{key}」を書いてください。")
        return str(value)

    def whole(self, mapping: Mapping[str, Any], key: str, smallest: int = 1) -> int:
        value = mapping.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
            raise self.fail(f"「{key}」は {smallest} 以上の整数で書いてください。")
        return value


def load_form(file: Path, procedures: Mapping[str, ProcedureDefinition]) -> FormDefinition:
    """Read one form file with the images beside it. Raises DefinitionError."""
    return parse_form(
        read_document(file), str(file), procedures, lambda name: content(file.parent / name, LARGEST_FILE)
    )


def parse_form(
    document: Any, source: str, procedures: Mapping[str, ProcedureDefinition], image: Image
) -> FormDefinition:
    """The form in a parsed document, its boxes checked against its procedure. Raises DefinitionError."""
    place = _Place(source)
    data = place.mapping(document)
    procedure = procedures.get(place.text(data, "procedure"))
    if procedure is None:
        raise place.fail(
            f"手続「{data['procedure']}」の定義がありません。先に手続ファイルを用意してください。"
        )
    pages = []
    for index, entry in enumerate(place.at("pages").items(data.get("pages"))):
        here = place.at(f"pages[{index + 1}]")
        pages.append(_page(here, here.mapping(entry), procedure, image))
    if not pages:
        raise place.fail("「pages」に1ページ以上書いてください。")
    return FormDefinition(
        place.text(data, "form"),
        place.whole(data, "version"),
        procedure.code,
        place.text(data, "title"),
        tuple(pages),
        _numbering(place, data, pages),
    )


def _numbering(place: _Place, data: Mapping[str, Any], pages: list[PageDefinition]) -> str:
    """Where the receipt number comes from; one that is printed nowhere cannot be read as well."""
    numbering = place.text(data, "numbering", "printed")
    if numbering not in NUMBERINGS:
        raise place.fail(
            f"numbering「{numbering}」は使えません。{'・'.join(NUMBERINGS)} から選んでください。"
        )
    if numbering == "order" and len(pages) > 1:
        raise place.fail(
            "順番に受付番号を付けられるのは、1ページの様式だけです。numbering を label にしてください。"
        )
    if numbering != "printed" and any(box.field == "receipt_number" for page in pages for box in page.boxes):
        raise place.fail("受付番号の枠があるので、numbering は printed にしてください。")
    return numbering


def _page(
    place: _Place, data: Mapping[str, Any], procedure: ProcedureDefinition, image: Image
) -> PageDefinition:
    name = place.text(data, "image")
    try:
        content = image(name)
    except (Unreadable, KeyError):
        raise place.fail(
            f"白紙の様式画像 {Path(name).name} がありません。200 dpi の画像を置いてください。"
        ) from None
    boxes = []
    for index, entry in enumerate(place.at("boxes").items(data.get("boxes"))):
        here = place.at(f"boxes[{index + 1}]")
        boxes.append(_box(here, here.mapping(entry), procedure))
    codes = [box.field for box in boxes]
    for code in codes:
        if codes.count(code) > 1:
            raise place.fail(f"項目「{code}」の枠が二つあります。片方を消してください。")
    return PageDefinition(place.whole(data, "page"), tuple(boxes), name, content, _free(place, data, boxes))


def _free(place: _Place, data: Mapping[str, Any], boxes: Iterable[Box]) -> tuple[Rect, ...]:
    """The areas where ink says nothing about a field; none may lie over a box."""
    areas = []
    for index, entry in enumerate(place.at("free").items(data.get("free") or [])):
        here = place.at(f"free[{index + 1}]")
        area = _rect(here, entry)
        covered = next((box.field for box in boxes if any(_overlap(area, rect) for rect in box.rects)), "")
        if covered:
            raise here.fail(
                f"項目「{covered}」の枠と重なっています。ここに書かれたものは読まれなくなるので、離してください。"
            )
        areas.append(area)
    if len(areas) > MOST_FREE:
        raise place.at("free").fail(f"{MOST_FREE}か所までにしてください。")
    return tuple(areas)


def _overlap(one: Rect, other: Rect) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]


def _box(place: _Place, data: Mapping[str, Any], procedure: ProcedureDefinition) -> Box:
    code, kind = place.text(data, "field"), place.text(data, "kind")
    definition = procedure.by_code.get(code)
    if definition is None:
        raise place.fail(f"項目「{code}」は手続「{procedure.code}」にありません。")
    if kind not in KINDS:
        raise place.fail(f"kind「{kind}」は使えません。{'・'.join(KINDS)} から選んでください。")
    if kind == "mark":
        marks = _rects(place.at("marks"), data.get("marks"), definition.options or ERAS)
        return Box(code, kind, _around(marks.values()), marks=marks)
    if kind == "date":
        marks = _rects(place.at("eras"), data.get("eras"), ERAS)
        parts = {part: _rect(place.at(part), data.get(part)) for part in ("year", "month", "day")}
        return Box(code, kind, _around([*marks.values(), *parts.values()]), 2, marks, parts)
    cells = place.whole(data, "cells") if kind == "comb" else 1
    return Box(code, kind, _rect(place.at("box"), data.get("box")), cells)


def _rects(place: _Place, value: Any, allowed: Iterable[str]) -> dict[str, Rect]:
    found = {}
    for code, rect in place.mapping(value).items():
        if code not in allowed:
            raise place.fail(f"「{code}」は選択肢にありません（{'・'.join(allowed)}）。")
        found[code] = _rect(place.at(code), rect)
    if not found:
        raise place.fail("印をつける枠を一つ以上書いてください。")
    return found


def _rect(place: _Place, value: Any) -> Rect:
    numbers = place.items(value)
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
    if len(numbers) != 4 or not whole or min(numbers) < 0 or min(numbers[2:]) < 4:
        raise place.fail("[x, y, 幅, 高さ] を 200 dpi の画素（整数、幅と高さは4以上）で書いてください。")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _around(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all of them."""
    listed = list(rects)
    left, top = min(r[0] for r in listed), min(r[1] for r in listed)
    right, bottom = max(r[0] + r[2] for r in listed), max(r[1] + r[3] for r in listed)
    return left, top, right - left, bottom - top
