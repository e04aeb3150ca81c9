"""JSON with line numbers: slow and exact, for telling where a file is wrong."""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from yakuba.services.nursery.contracts import MarketRefused, Problem

BLANK = " \t\r\n"
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line where it starts. An object's value is its list of (key, node), with all duplicates;
    a list's is its list of nodes; `kind` is object, list, string, number, true, false or null."""

    line: int
    kind: str
    value: Any


def parse(data: bytes) -> Node:
    """The document. Raises MarketRefused where it is no JSON."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MarketRefused(
            [Problem(line, "", "UTF-8ではない文字があります。UTF-8で保存し直してください。")]
        ) from error
    reader = _Reader(text)
    try:
        node, end = reader.value(reader.skip(0), 0)
        if reader.skip(end) != len(text):
            raise _Broken(end)
    except (_Broken, ValueError, IndexError) as error:
        at = error.args[0] if isinstance(error, _Broken) else getattr(error, "pos", len(text))
        reason = "JSONとして読めません。この行の括弧、引用符、コンマを確かめてください。"
        raise MarketRefused([Problem(reader.line(min(at, len(text))), "", reason)]) from error
    return node


class _Broken(Exception):
    """No JSON from this position on."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.breaks = array("Q", (found.start() for found in re.finditer("\n", text)))
        self.scan_number = json.JSONDecoder(parse_constant=_no_constant).raw_decode

    def line(self, at: int) -> int:
        return bisect_right(self.breaks, at - 1) + 1

    def skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in BLANK:
            at += 1
        return at

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        if at >= len(self.text) or depth > DEEPEST:
            raise _Broken(at)
        letter = self.text[at]
        if letter == '"':
            text, end = self.string(at)
            return Node(self.line(at), "string", text), end
        if letter == "{":
            return self.object(at, depth)
        if letter == "[":
            return self.list(at, depth)
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, at):
                return Node(self.line(at), word, value), at + len(word)
        number, end = self.scan_number(self.text, at)
        return Node(self.line(at), "number", number), end

    def string(self, at: int) -> tuple[str, int]:
        text, end = scanstring(self.text, at + 1, True)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise _Broken(at)
        return text, end

    def object(self, at: int, depth: int) -> tuple[Node, int]:
        line, pairs = self.line(at), list[tuple[str, Node]]()
        at = self.skip(at + 1)
        if self.text[at] == "}":
            return Node(line, "object", pairs), at + 1
        while True:
            if self.text[at] != '"':
                raise _Broken(at)
            key, end = self.string(at)
            end = self.skip(end)
            if self.text[end] != ":":
                raise _Broken(end)
            node, end = self.value(self.skip(end + 1), depth + 1)
            pairs.append((key, Node(self.line(at), node.kind, node.value)))
            at = self.skip(end)
            if self.text[at] == "}":
                return Node(line, "object", pairs), at + 1
            at = self.after_comma(at)

    def list(self, at: int, depth: int) -> tuple[Node, int]:
        line, nodes = self.line(at), list[Node]()
        at = self.skip(at + 1)
        if self.text[at] == "]":
            return Node(line, "list", nodes), at + 1
        while True:
            node, end = self.value(at, depth + 1)
            nodes.append(node)
            at = self.skip(end)
            if self.text[at] == "]":
                return Node(line, "list", nodes), at + 1
            at = self.after_comma(at)

    def after_comma(self, at: int) -> int:
        if self.text[at] != ",":
            raise _Broken(at)
        return self.skip(at + 1)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
