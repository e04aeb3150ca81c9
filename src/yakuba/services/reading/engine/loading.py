"""Definitions from YAML files, with messages that name the file, the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused, decoded, values

from .definitions import (
    KINDS,
    Box,
    DefinitionError,
    FieldDefinition,
    FormDefinition,
    PageDefinition,
    ProcedureDefinition,
    Rect,
)
from .formats import ERAS, TYPES

MOST_FREE = 40  # areas on a page
_REFERENCES = ("reading_of", "postal_code_of", "after")


class _Place:
    """Where in which file we are: for messages."""

    def __init__(self, file: Path, path: str = "") -> None:
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


def load_procedure(file: Path) -> ProcedureDefinition:
    """Read one procedure file. Raises DefinitionError."""
    place, data = _read(file)
    lexicons = {
        name: tuple(str(entry) for entry in place.at(f"lexicons.{name}").items(entries))
        for name, entries in place.mapping(data.get("lexicons") or {}).items()
    }
    fields: dict[str, FieldDefinition] = {}
    for index, entry in enumerate(place.at("fields").items(data.get("fields"))):
        here = place.at(f"fields[{index + 1}]")
        definition = _field(here, here.mapping(entry), lexicons)
        if definition.code in fields:
            raise here.fail(f"項目「{definition.code}」が二度書かれています。片方を消してください。")
        fields[definition.code] = definition
    _check_references(place, fields)
    return ProcedureDefinition(
        place.text(data, "procedure"), place.text(data, "title"), place.whole(data, "version"), fields
    )


def load_form(file: Path, procedures: Mapping[str, ProcedureDefinition]) -> FormDefinition:
    """Read one form file and check its boxes against its procedure. Raises DefinitionError."""
    place, data = _read(file)
    procedure = procedures.get(place.text(data, "procedure"))
    if procedure is None:
        raise place.fail(
            f"手続「{data['procedure']}」の定義がありません。先に手続ファイルを用意してください。"
        )
    pages = []
    for index, entry in enumerate(place.at("pages").items(data.get("pages"))):
        here = place.at(f"pages[{index + 1}]")
        pages.append(_page(here, here.mapping(entry), procedure))
    if not pages:
        raise place.fail("「pages」に1ページ以上書いてください。")
    return FormDefinition(
        place.text(data, "form"),
        place.whole(data, "version"),
        procedure.code,
        place.text(data, "title"),
        tuple(pages),
    )


def _read(file: Path) -> tuple[_Place, Mapping[str, Any]]:
    place = _Place(file)
    try:
        data = values(decoded(file.read_bytes()))
    except FileNotFoundError:
        raise place.fail("ファイルがありません。") from None
    except DefinitionRefused as error:
        raise place.fail(str(error)) from None
    return place, place.mapping(data)


def _field(
    place: _Place, data: Mapping[str, Any], lexicons: Mapping[str, tuple[str, ...]]
) -> FieldDefinition:
    type_ = place.text(data, "type")
    if type_ not in TYPES:
        raise place.fail(f"type「{type_}」は使えません。{'・'.join(TYPES)} から選んでください。")
    options = {code: str(label) for code, label in place.mapping(data.get("options") or {}).items()}
    if type_ in ("choice", "choices") and not options:
        raise place.fail("選択の項目には「options」を書いてください。")
    lexicon = str(data.get("lexicon") or "")
    if lexicon and lexicon not in lexicons:
        raise place.fail(f"一覧「{lexicon}」が lexicons にありません。")
    bounds = place.at("range").items(data.get("range") or ["", ""])
    if len(bounds) != 2:
        raise place.fail("「range」は [最小, 最大] の2つで書いてください。")
    return FieldDefinition(
        code=place.text(data, "code"),
        label=place.text(data, "label"),
        type=type_,
        required=data.get("required") is True,
        options=options,
        lexicon=lexicons[lexicon] if lexicon else (),
        range=(_bound(bounds[0]), _bound(bounds[1])),
        reading_of=str(data.get("reading_of") or ""),
        postal_code_of=str(data.get("postal_code_of") or ""),
        sum_of=tuple(str(code) for code in place.at("sum_of").items(data.get("sum_of") or [])),
        after=str(data.get("after") or ""),
    )


def _bound(value: Any) -> str:
    return "" if value is None else str(value)


def _check_references(place: _Place, fields: Mapping[str, FieldDefinition]) -> None:
    for definition in fields.values():
        named = [getattr(definition, key) for key in _REFERENCES] + list(definition.sum_of)
        for code in named:
            if code and code not in fields:
                raise place.at(definition.code).fail(f"項目「{code}」はこの手続にありません。")


def _page(place: _Place, data: Mapping[str, Any], procedure: ProcedureDefinition) -> PageDefinition:
    image = place.file.parent / place.text(data, "image")
    if not image.is_file():
        raise place.fail(f"白紙の様式画像 {image.name} がありません。200 dpi の画像を置いてください。")
    boxes = []
    for index, entry in enumerate(place.at("boxes").items(data.get("boxes"))):
        here = place.at(f"boxes[{index + 1}]")
        boxes.append(_box(here, here.mapping(entry), procedure))
    codes = [box.field for box in boxes]
    for code in codes:
        if codes.count(code) > 1:
            raise place.fail(f"項目「{code}」の枠が二つあります。片方を消してください。")
    return PageDefinition(place.whole(data, "page"), image, tuple(boxes), _free(place, data, boxes))


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
    definition = procedure.fields.get(code)
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
