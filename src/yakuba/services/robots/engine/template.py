"""Reads `〒{郵便番号:ハイフン}`: text with parts in braces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from yakuba.kernel.definitions import Faults, Node
from yakuba.kernel.values.types import TYPES
from yakuba.kernel.values.widths import WIDTHS
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.filling import (
    Bound,
    FieldPart,
    NamePart,
    NumberPart,
    Part,
    SecretPart,
    Template,
)
from yakuba.services.robots.engine.seeing import plain

SECRET_WORD = "秘密"  # noqa: S105 - the word of the language, no secret
NUMBER = "登録番号"
_PART = re.compile(r"\{([^{}]*)\}")


_LONGEST_NAME = 30  # characters


@dataclass(frozen=True)
class _Name:
    """What may follow a name that a step gives: writings, or the columns of a row."""

    ways: tuple[str, ...]
    masked: bool
    column: bool


class TemplateReader:
    """Reads templates against the fields of one procedure. Fields are named by label or code."""

    def __init__(self, fields: Sequence[FieldSpec], faults: Faults) -> None:
        self._fields = {spec.code: spec for spec in fields} | {spec.label: spec for spec in fields}
        self._labels = [spec.label for spec in fields]
        self._faults = faults
        self._names: dict[str, _Name] = {}

    def field(self, text: str, line: int) -> FieldSpec | None:
        """A field of the procedure by label or code; a fault where there is none."""
        spec = self._fields.get(text)
        if spec is None:
            self._faults.unknown(line, "手続の項目", text, self._labels)
        return spec

    def is_masked(self, label: str) -> bool:
        """Whether a label is that of a field whose value is told to nobody."""
        return any(TYPES[one.type].masked and one.label == label for one in self._fields.values())

    def bind(self, name: str, ways: Sequence[str], *, masked: bool = False, column: bool = False) -> str:
        """From here on templates may hold the name. column: it stands for a row, so that one of the ways must follow.
        Gives why the name cannot be used; empty when it can."""
        if not name:
            return ""
        if re.search("[{}:：]", name) or len(name) > _LONGEST_NAME:
            return f"「{name}」は名前にできません。{_LONGEST_NAME}文字までで、括弧と「:」を使わずに書いてください。"
        if name in self._fields or name in (SECRET_WORD, NUMBER):
            return f"「{name}」は申請の項目などの名前です。ほかの名前を付けてください。"
        if name in self._names:
            return f"「{name}」という名前はもう付いています。ほかの名前を付けてください。"
        self._names[name] = _Name(tuple(ways), masked, column)
        return ""

    def know(self, names: Mapping[str, Bound]) -> None:
        """Names that already stand for something."""
        for name, bound in names.items():
            writings = tuple(WIDTHS) if bound.spec is None else TYPES[bound.spec.type].writings()
            masked = bound.spec is not None and TYPES[bound.spec.type].masked
            self.bind(name, tuple(bound.cells) or writings, masked=masked, column=bool(bound.cells))

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Names that are given inside are gone outside."""
        before = dict(self._names)
        yield
        self._names = before

    def read(self, node: Node | None, line: int, *, secrets: bool = False, number: bool = False) -> Template:
        """A template; secrets and the target's number only where the caller allows them."""
        text = "" if node is None else node.raw  # blanks count here
        line = node.line if node is not None else line
        if text is None:
            self._faults.add(
                line,
                "",
                '値は一つの文字列で書いてください。「{…}」で始まるときは "{氏名}" のように引用符で囲みます。',
            )
            return Template(("",), line)
        parts: list[Part] = []
        for index, piece in enumerate(_PART.split(text)):
            if index % 2:
                part = self._part(piece.strip(), line, secrets, number)
                if part is not None:
                    parts.append(part)
            elif piece:
                if "{" in piece or "}" in piece:
                    self._faults.add(line, "", f"「{text}」の「{{」と「}}」の数が合いません。")
                parts.append(piece)
        return Template(tuple(parts) or ("",), line)

    def _part(self, piece: str, line: int, secrets: bool, number: bool) -> Part | None:
        name, *asked = (one.strip() for one in piece.split(":"))
        if name == SECRET_WORD:
            return self._secret(asked, line, secrets)
        if name in self._names:
            return self._named(name, asked, line)
        spec = self._fields.get(name)
        if spec is None and name == NUMBER and not asked:
            if not number:
                self._faults.add(line, "", "「{登録番号}」は登録した後（確認の手順）でしか使えません。")
            return NumberPart()
        if spec is None:
            self._faults.unknown(line, "手続の項目", name, (*self._labels, *self._names))
            return None
        known = TYPES[spec.type].writings()
        for one in asked:
            if one not in known:
                self._faults.unknown(line, f"「{spec.label}」の書き方", one, known)
        return FieldPart(spec, tuple(one for one in asked if one in known))

    def _named(self, name: str, asked: list[str], line: int) -> Part:
        known = self._names[name]
        ways = tuple(plain(one) if known.column else one for one in asked)
        if known.column and len(ways) != 1:
            self._faults.add(
                line,
                "",
                f"「{name}」は表の一行です。「{{{name}:{known.ways[0]}}}」のように列を付けてください。",
            )
        for one in ways:
            if one not in known.ways:
                what = "列" if known.column else "書き方"
                self._faults.unknown(line, f"「{name}」の{what}", one, known.ways)
        return NamePart(name, ways, known.masked)

    def _secret(self, asked: list[str], line: int, allowed: bool) -> Part | None:
        if len(asked) != 1 or not asked[0]:
            self._faults.add(line, "", "秘密は「{秘密:名前}」の形で書いてください。")
            return None
        if not allowed:
            self._faults.add(line, "", "秘密は「ログイン」の「入力」でしか使えません。")
        return SecretPart(asked[0])
