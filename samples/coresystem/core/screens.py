"""screens.yaml as frozen dataclasses, once for each layout."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

KINDS = {"text", "select", "radio", "checkbox", "wareki", "era_date"}
FORMATS = {"", "digits", "kana", "postal", "phone", "number"}
LAYOUTS = (1, 2)


@dataclass(frozen=True)
class Option:
    """One choice: `value` travels and is stored, `label` is shown, `code` is the procedure's word for it."""

    value: str
    label: str
    code: str


@dataclass(frozen=True)
class Input:
    """One input of an entry page.

    `key` is the name under which the value is stored and never changes; `name` is the HTML name and id in one
    layout. `range` holds ISO dates or integers, both ends included; `length` counts characters.
    """

    key: str
    name: str
    field: str
    label: str
    kind: str
    format: str
    required: bool
    length: tuple[int, int]
    range: tuple[str, str] | None
    options: tuple[Option, ...] = dataclasses.field(hash=False)

    def option(self, value: str) -> Option | None:
        """The option with that value, or None."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True)
class Page:
    title: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Procedure:
    """One kind of entry; `layouts[n]` are its three pages in layout n, `person` the key shown as 氏名."""

    code: str
    title: str
    person: str
    layouts: Mapping[int, tuple[Page, ...]]

    def inputs(self, layout: int = 1) -> list[Input]:
        """Every input, in the order of the pages of that layout."""
        return [one for page in self.layouts[layout] for one in page.inputs]

    @property
    def receipt(self) -> Input:
        """The input that takes the receipt number."""
        return next(one for one in self.inputs() if one.field == "receipt_number")


@dataclass(frozen=True)
class Screens:
    title: str
    wording: Mapping[int, Mapping[str, Any]]
    procedures: Mapping[str, Procedure]


def read_yaml(path: Path) -> Any:
    """Parse a YAML file, with the fast loader where it is built in."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def load(path: Path) -> Screens:
    """Read screens.yaml; raises ValueError that names the input when the file contradicts itself."""
    raw = read_yaml(path)
    lists = {name: tuple(_option(row) for row in rows) for name, rows in raw["lists"].items()}
    procedures = {code: _procedure(code, entry, lists) for code, entry in raw["procedures"].items()}
    return Screens(raw["title"], raw["wording"], procedures)


def _option(row: list[str]) -> Option:
    value, label, *code = row
    return Option(value, label, code[0] if code else label)


def _procedure(code: str, raw: Mapping[str, Any], lists: Mapping[str, tuple[Option, ...]]) -> Procedure:
    first = tuple(
        Page(page["title"], tuple(_input(one, lists) for one in page["inputs"])) for page in raw["pages"]
    )
    by_key = {one.key: one for page in first for one in page.inputs}
    second = _second_layout(raw["second"], by_key)
    if len(first) != 3 or len(second) != 3:
        raise ValueError(f"{code}: an entry has three pages")
    if {one.key for page in second for one in page.inputs} != set(by_key):
        raise ValueError(f"{code}: both layouts must show the same inputs")
    return Procedure(code, raw["title"], raw["person"], {1: first, 2: second})


def _input(raw: Mapping[str, Any], lists: Mapping[str, tuple[Option, ...]]) -> Input:
    name, kind, form = raw["name"], raw["kind"], raw.get("format", "")
    if kind not in KINDS or form not in FORMATS:
        raise ValueError(f"{name}: unknown kind {kind} or format {form}")
    length = raw.get("length", [0, 100])
    low, high = (length, length) if isinstance(length, int) else length
    bounds = raw.get("range")
    return Input(
        key=name,
        name=name,
        field=raw["field"],
        label=raw["label"],
        kind=kind,
        format=form,
        required=bool(raw.get("required", False)),
        length=(low, high),
        range=(str(bounds[0]), str(bounds[1])) if bounds else None,
        options=lists[raw["options"]] if "options" in raw else (),
    )


def _second_layout(raw: Mapping[str, Any], by_key: Mapping[str, Input]) -> tuple[Page, ...]:
    labels = raw["labels"]
    pages = []
    for number, page in enumerate(raw["pages"], start=1):
        inputs = tuple(
            replace(by_key[key], name=f"F{number}{place:02d}", label=labels.get(key, by_key[key].label))
            for place, key in enumerate(page["inputs"], start=1)
        )
        pages.append(Page(page["title"], inputs))
    return tuple(pages)
