"""A file's bytes → text → nodes or plain data. Refuses what YAML allows and a definition does not need: aliases and
tags, a second document, a key twice, deep nesting, large files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from yakuba.kernel.definitions.faults import DefinitionRefused, Faults, Problem

LARGEST = 200_000  # characters
LARGEST_BYTES = 4 * LARGEST  # a character has at most four bytes in UTF-8
DEEPEST = 10
LONGEST_NUMBER = 60  # characters
TEXTS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:null"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same language, twenty times as fast

NOT_UTF8 = "文字コードがUTF-8ではないため読めません。エディターで「UTF-8」を選んで保存し直してください。"
TOO_LARGE = f"ファイルが大きすぎます（{LARGEST:,}文字まで）。選んだファイルが正しいか確かめてください。"
TOO_DEEP = f"入れ子が深すぎます（{DEEPEST}段まで）。"
UNREADABLE = "YAMLとして読めません。使えない文字がないか確かめてください。"
EMPTY = "ファイルが空です。中身を書いてください。"
ALIAS = "別名（& と *）は使えません。同じ内容でも書き写してください。"
TAG = "「!」で始まる型の指定は使えません。値だけを書いてください。文字として書くときは引用符で囲みます。"
SECOND = "「---」で区切った二つ目の内容は使えません。一つのファイルに一つだけ書いてください。"
NUL = "使えない文字（NUL、\\0）が入っています。消してください。"
TAB = "行の先頭にタブがあります。字下げは半角の空白にしてください。"
WRONG = '書き方が正しくありません。字下げ、「:」の後の空白、「{」や「"」の閉じ忘れを確かめてください。'
KEY = "項目名は文字で書いてください。"


@dataclass(frozen=True)
class Node:
    """A piece of the file: exactly one of raw, items and entries is not None. `line` counts from 1."""

    line: int
    raw: str | None = None  # a scalar as it stands in the file, without its quotes
    items: tuple[Node, ...] | None = None
    entries: tuple[tuple[str, int, Node], ...] | None = None  # key, the key's line, value

    @property
    def text(self) -> str | None:
        """`raw` without blanks at its ends."""
        return None if self.raw is None else self.raw.strip()


def decoded(content: bytes) -> str:
    """The text of a UTF-8 file, with or without a byte order mark. Raises DefinitionRefused."""
    if len(content) > LARGEST_BYTES:
        raise _refused(1, TOO_LARGE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(content[: error.start].count(b"\n") + 1, NOT_UTF8) from None


def parse(text: str) -> Node:
    """YAML → nodes, every scalar as the text that stands there; keys may repeat (`Section` tells them).
    Raises DefinitionRefused."""
    return _node(_composed(text))


def values(text: str) -> Any:
    """YAML → dicts, lists, str, int, float, bool and None; keys are texts, dates are ISO texts, so that all of it
    may be written as JSON. Raises DefinitionRefused with every key that stands twice and every unreadable value."""
    root = _composed(text)
    faults = Faults()
    found = _value(root, faults)
    if faults.found:
        raise DefinitionRefused(faults.found)
    return found


def _refused(line: int, reason: str) -> DefinitionRefused:
    return DefinitionRefused([Problem(line, "", reason)])


def _composed(text: str) -> yaml.Node:
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST:
        raise _refused(1, TOO_LARGE)
    try:
        _check_shape(text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        raise _misspelt(text, error.problem_mark.line + 1 if error.problem_mark else 1) from None
    except DefinitionRefused:
        raise
    except (yaml.YAMLError, RecursionError, ValueError):
        raise _refused(1, UNREADABLE) from None
    if node is None:
        raise _refused(1, EMPTY)
    return node


def _check_shape(text: str) -> None:
    """Refuse what a small file can blow up with before any of it is built: nested aliases stand for more nodes than
    any machine holds, and deep nesting for more stack."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if documents > 1:
            raise _refused(line, SECOND)
        if depth > DEEPEST:
            raise _refused(line, TOO_DEEP)
        if getattr(event, "anchor", None) is not None:  # an alias, or the anchor of one
            raise _refused(line, ALIAS)
        if getattr(event, "tag", None) is not None:
            raise _refused(line, TAG)
        if "\0" in (getattr(event, "value", None) or ""):
            raise _refused(line, NUL)


def _misspelt(text: str, line: int) -> DefinitionRefused:
    lines = text.splitlines() or [""]
    line = min(line, len(lines))  # what is never closed is missed behind the last line
    there = lines[line - 1]
    return _refused(line, TAB if "\t" in there[: len(there) - len(there.lstrip())] else WRONG)


def _node(node: yaml.Node) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Node(line, raw=str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return Node(line, items=tuple(_node(item) for item in node.value))
    entries = tuple((*_key(key), _node(value)) for key, value in node.value)
    return Node(line, entries=entries)


def _key(node: yaml.Node) -> tuple[str, int]:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise _refused(line, KEY)
    return str(node.value).strip(), line


def _value(node: yaml.Node, faults: Faults) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, faults) for item in node.value]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = _key(key_node)
        if key in found:
            faults.add(line, "", f"「{key}」が二つあります。一つにしてください。")
        found[key] = _value(value_node, faults)
    return found


def _scalar(node: yaml.ScalarNode, faults: Faults) -> Any:
    # A text may be long, a number or a date is not: 1:00:00:00… is one number in YAML, to the base of 60.
    readable = node.tag in TEXTS or len(node.value) <= LONGEST_NUMBER
    try:
        value = SafeConstructor().construct_object(node) if readable else math.nan
    except (yaml.YAMLError, ValueError, OverflowError):  # 2026-02-30, a number of 5,000 digits
        value = math.nan
    if isinstance(value, float) and not math.isfinite(value):
        faults.add(
            node.start_mark.line + 1,
            "",
            f"「{node.value[:40]}」は日付や数として読めません。文字なら引用符で囲んでください。",
        )
        return None
    return value.isoformat() if isinstance(value, date) else value
