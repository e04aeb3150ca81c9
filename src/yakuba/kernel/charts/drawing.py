"""Draws a Vega-Lite specification as SVG that is safe to put into a page. No framework."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import vl_convert

from yakuba.kernel.charts.palette import CONFIG
from yakuba.kernel.refusals import Invalid

Spec = Mapping[str, Any]

_VEGA_LITE = "v6.4"
_SVG = "http://www.w3.org/2000/svg"
_MAX_MARKS = 20_000
# Only shapes and words: no picture, no link, no script, no style, nothing that is fetched.
_ELEMENTS = {"svg", "g", "path", "rect", "line", "text", "tspan", "circle", "defs", "clipPath"}
_ELEMENTS |= {"linearGradient", "radialGradient", "stop", "title"}
_DROPPED = {"class", "role", "style", "pointer-events"}
_FORBIDDEN_KEYS = {"url", "href", "src"}


class ChartRefused(Invalid, ValueError):
    """The specification asks for something outside itself, or its picture is not plain shapes and words."""


@dataclass(frozen=True)
class Table:
    """A chart as text: `columns` names them all, each row begins with its header; cells are ready to show."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """The rows with the column's name beside each cell, as narrow screens show them."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


def svg(spec: Spec) -> str:
    """Draw a Vega-Lite specification (data inline) as an SVG element, the same text for the same input.

    Fonts and colours come from `palette.CONFIG` under the specification's own `config`. Nothing is fetched.
    Raises ChartRefused when the specification refers to an address or a file, has more than 20,000 rows, is
    not valid Vega-Lite, or when the picture holds anything but shapes and words.
    """
    _refuse_addresses(spec)
    if sum(1 for _ in _rows(spec)) > _MAX_MARKS:
        raise ChartRefused(f"a chart of more than {_MAX_MARKS} rows: aggregate them first")
    return _drawn(json.dumps(spec, ensure_ascii=False, sort_keys=True, allow_nan=False))


def table(spec: Spec) -> Table:
    """The data of a specification as text: the columns of its first row, every value as it stands."""
    rows = list(_rows(spec))
    columns = tuple(rows[0]) if rows else ()
    return Table(columns, tuple(tuple(str(row.get(column, "")) for column in columns) for row in rows))


@lru_cache(maxsize=128)
def _drawn(text: str) -> str:
    try:
        picture = vl_convert.vegalite_to_svg(text, vl_version=_VEGA_LITE, config=CONFIG, allowed_base_urls=[])
    except ValueError as error:
        raise ChartRefused(f"not a Vega-Lite specification that can be drawn: {error}") from error
    return _cleaned(picture, prefix="c" + hashlib.sha256(text.encode()).hexdigest()[:10])


def _cleaned(picture: str, prefix: str) -> str:
    """Keep shapes and words; make identifiers unique to this chart, so that two fit in one page."""
    if "<!" in picture:
        raise ChartRefused("the picture declares a document type")
    root = ElementTree.fromstring(picture)  # noqa: S314 (our own renderer's output, without a DTD)
    for element in root.iter():
        # Without the namespace prefix, which HTML does not know; ElementTree's own table of prefixes belongs to
        # the whole process, and other libraries write to it.
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        if element.tag not in _ELEMENTS:
            raise ChartRefused(f"the picture holds <{element.tag}>")
        element.attrib = dict(_attributes(element.attrib, prefix))
    root.attrib |= {"xmlns": _SVG, "class": "chart__svg"}
    return ElementTree.tostring(root, encoding="unicode")


def _attributes(attributes: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        if name in _DROPPED or name.startswith("aria-"):
            continue
        if name.startswith(("on", "{")) or name in _FORBIDDEN_KEYS:
            raise ChartRefused(f"the picture holds the attribute {name}")
        if name == "id":
            yield name, prefix + value
        elif "url(" in value:
            yield name, _own_reference(value, prefix)
        else:
            yield name, value


def _own_reference(value: str, prefix: str) -> str:
    if not value.startswith("url(#"):
        raise ChartRefused(f"the picture refers to {value}")
    return "url(#" + prefix + value.removeprefix("url(#")


def _refuse_addresses(node: Any) -> None:
    """Raise ChartRefused when the specification, its data aside, names an address or draws a picture file."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in _FORBIDDEN_KEYS or (key in {"mark", "type"} and value == "image"):
                raise ChartRefused(f"a chart holds its own data and shapes; {key!r} is not allowed")
            if key not in {"values", "datasets", "usermeta"}:
                _refuse_addresses(value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for value in node:
            _refuse_addresses(value)


def _rows(spec: Spec) -> Iterator[Mapping[str, Any]]:
    data = spec.get("data") or {}
    values = data.get("values", ()) if isinstance(data, Mapping) else ()
    yield from (row for row in values if isinstance(row, Mapping))
