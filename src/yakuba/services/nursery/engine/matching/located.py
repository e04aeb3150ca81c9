"""JSON with line numbers: slow and exact, for telling where a file is wrong."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from json.decoder import WHITESPACE, JSONArray, JSONDecodeError, JSONDecoder, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

from yakuba.services.nursery.contracts import MarketRefused, Problem

DEEPEST = 20
NO_JSON = "JSONとして読めません。この行の括弧、引用符、コンマを確かめてください。"


class Members(list[tuple[str, Any]]):
    """An object's (key, node), with all duplicates."""


KINDS = {Members: "object", list: "list", str: "string", int: "number", float: "number", bool: "truth"}


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line where it starts. An object's value is its Members, a list's is its list of nodes; `kind` is
    object, list, string, number, truth or null."""

    line: int
    kind: str
    value: Any


def parse(data: bytes) -> Node:
    """The document. Raises MarketRefused where it is no JSON."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(line, "UTF-8ではない文字があります。UTF-8で保存し直してください。") from error
    reader = _Reader(text)
    try:
        node, end = reader.located(text, WHITESPACE.match(text).end())
        if WHITESPACE.match(text, end).end() != len(text):
            raise JSONDecodeError("more than a document", text, end)
    except MarketRefused:
        raise
    except (ValueError, StopIteration) as error:
        at = error.value if isinstance(error, StopIteration) else getattr(error, "pos", len(text))
        raise _refused(reader.line(min(at, len(text))), NO_JSON) from error
    return node


class _Reader(JSONDecoder):
    """Python's own decoder, the slow one, in which every value becomes a node."""

    def __init__(self, text: str) -> None:
        super().__init__(object_pairs_hook=Members, parse_constant=_no_constant)
        self.parse_object = lambda at, strict, _, *more: JSONObject(at, strict, self.located, *more)
        self.parse_array = lambda at, _: JSONArray(at, self.located)
        self.scan_value = py_make_scanner(self)
        self.breaks = array("Q", (found.start() for found in re.finditer("\n", text)))
        self.depth = 0

    def line(self, at: int) -> int:
        return bisect_right(self.breaks, at - 1) + 1

    def located(self, text: str, at: int) -> tuple[Node, int]:
        self.depth += 1
        if self.depth > DEEPEST + 1:
            raise JSONDecodeError("too deep", text, at)
        value, end = self.scan_value(text, at)
        self.depth -= 1
        line, kind = self.line(at), KINDS.get(type(value), "null")
        words = [(line, value)] if kind == "string" else []
        words += [(node.line, key) for key, node in value] if kind == "object" else []
        for where, word in words:
            if any("\ud800" <= letter <= "\udfff" for letter in word):
                raise _refused(where, NO_JSON)
        return Node(line, kind, value), end


def _refused(line: int, reason: str) -> MarketRefused:
    return MarketRefused([Problem(line, "", reason)])


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
