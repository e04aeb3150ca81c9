"""Reads `〒{郵便番号:ハイフン}`: text with parts in braces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yakuba.kernel.definitions import Faults, Node
from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.scenario import FieldPart, NumberPart, Part, SecretPart, Template

SECRET_WORD = "秘密"  # noqa: S105 - the word of the language, no secret
NUMBER = "登録番号"
_PART = re.compile(r"\{([^{}]*)\}")


class TemplateReader:
    """Reads templates against the fields of one procedure. Fields are named by label or code."""

    def __init__(self, fields: Sequence[FieldSpec], faults: Faults) -> None:
        self._fields = {spec.code: spec for spec in fields} | {spec.label: spec for spec in fields}
        self._labels = [spec.label for spec in fields]
        self._faults = faults

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
        spec = self._fields.get(name)
        if spec is None and name == NUMBER and not asked:
            if not number:
                self._faults.add(line, "", "「{登録番号}」は登録した後（確認の手順）でしか使えません。")
            return NumberPart()
        if spec is None:
            self._faults.unknown(line, "手続の項目", name, self._labels)
            return None
        known = TYPES[spec.type].writings()
        for one in asked:
            if one not in known:
                self._faults.unknown(line, f"「{spec.label}」の書き方", one, known)
        return FieldPart(spec, tuple(one for one in asked if one in known))

    def _secret(self, asked: list[str], line: int, allowed: bool) -> Part | None:
        if len(asked) != 1 or not asked[0]:
            self._faults.add(line, "", "秘密は「{秘密:名前}」の形で書いてください。")
            return None
        if not allowed:
            self._faults.add(line, "", "秘密は「ログイン」の「入力」でしか使えません。")
        return SecretPart(asked[0])
