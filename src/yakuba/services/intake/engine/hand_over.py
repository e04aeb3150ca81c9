"""What a card reader or another program on the clerk's machine hands over as text, by a small layout that a town declares:

    受け渡し: カードリーダー
    コード: card-reader
    種類: csv                # csv, json, or 行 (a line 名前: 値 for each)
    文字コード: cp932        # utf-8 or cp932
    項目: {氏名: name, フリガナ: kana, 生年月日: birth, 住所: address, 郵便番号: postal_code, 電話: phone, 性別: 性別}

On the right stands what of the person it is, or the label of a form's field. What is not named is not taken.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import ValueRefused, canonical
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.intake.engine.people import PARTS

KINDS, ENCODINGS = ("csv", "json", "行"), ("utf-8", "cp932")
KEYS = {"受け渡し", "コード", "種類", "文字コード", "項目"}
CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
LARGEST = 65_536  # bytes of a file
MOST = 20  # people of a file
LONGEST = 500  # characters of a value
MOST_FIELDS = 40
NUMBERED = frozenset({"birth", "postal_code", "phone"})  # whose own form refuses a number of twelve digits


class Unreadable(Invalid, ValueError):
    """A file that is not as its layout says. The text is Japanese and holds no value."""


@dataclass(frozen=True)
class Layout:
    """fields: what a column is called → part of a person, or the label of a form's field."""

    title: str
    code: str
    kind: str
    encoding: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Handed:
    """Of one person. person: part → canonical value; labelled: label → text as it came."""

    person: Mapping[str, str]
    labelled: Mapping[str, str]


def read_layout(document: Any) -> Layout:
    """Raises DefinitionError."""
    if not isinstance(document, dict) or not document.get("受け渡し"):
        raise DefinitionError("受け渡しの決まりは、「受け渡し: 名前」から始まるYAMLで書いてください。")
    if unknown := sorted(map(str, set(document) - KEYS)):
        raise DefinitionError(f"受け渡しの決まり: 知らない指定 {'、'.join(unknown)} があります。")
    code, kind = str(document.get("コード") or ""), str(document.get("種類") or "csv")
    encoding = str(document.get("文字コード") or "utf-8").lower()
    fields = document.get("項目")
    if not CODE.fullmatch(code):
        raise DefinitionError(
            "受け渡しの決まり: コードは、英小文字で始まる英小文字、数字、ハイフンで書いてください。"
        )
    if kind not in KINDS or encoding not in ENCODINGS:
        raise DefinitionError(
            f"受け渡しの決まり: 種類は {'、'.join(KINDS)}、文字コードは {'、'.join(ENCODINGS)} のどれかにしてください。"
        )
    if not isinstance(fields, dict) or not 1 <= len(fields) <= MOST_FIELDS:
        raise DefinitionError(
            f"受け渡しの決まり: 項目を、1個から{MOST_FIELDS}個まで「列の名前: 何か」で書いてください。"
        )
    named = {str(column): str(what) for column, what in fields.items()}
    if "number" in named.values():
        raise DefinitionError("受け渡しの決まり: 宛名番号は受け取れません。宛名からさがしてください。")
    return Layout(str(document["受け渡し"])[:60], code, kind, encoding, named)


def read(layout: Layout, content: bytes) -> list[Handed]:
    """The people of a file. Raises Unreadable for what is not as the layout says, a value that is none, and a number like
    個人番号."""
    if len(content) > LARGEST:
        raise Unreadable(f"{LARGEST // 1024}KBより大きいファイルです。")
    try:
        text = content.decode("utf-8-sig" if layout.encoding == "utf-8" else layout.encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"文字コードが {layout.encoding} ではありません。") from error
    rows = _rows(layout.kind, text)
    if not 1 <= len(rows) <= MOST:
        raise Unreadable(f"1人から{MOST}人までのファイルにしてください（今は{len(rows)}人）。")
    return [_handed(layout, row) for row in rows]


def _rows(kind: str, text: str) -> list[dict[str, str]]:
    if kind == "csv":
        try:
            found: list[Any] = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise Unreadable("CSVとして読めません。") from error
    elif kind == "json":
        try:
            read_value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable("JSONとして読めません。") from error
        found = read_value if isinstance(read_value, list) else [read_value]
    else:
        lines = [re.split(r"[:：=\t]", line, maxsplit=1) for line in text.splitlines() if line.strip()]
        found = [{parts[0].strip(): parts[1].strip() for parts in lines if len(parts) == 2}]
    if not all(isinstance(one, dict) for one in found):
        raise Unreadable("1人が1つの「名前: 値」の組になっていません。")
    return [{str(key): _plain(value) for key, value in one.items() if key is not None} for one in found]


def _plain(value: Any) -> str:
    """As text that can be kept: of JSON a lone half of a character may come, which no encoding holds."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = str(value).strip()
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Unreadable("使えない文字が入っています。")
    return text


def _handed(layout: Layout, row: Mapping[str, str]) -> Handed:
    person, labelled = {}, {}
    for column, what in layout.fields.items():
        text = row.get(column, "")
        if not text:
            continue
        if len(text) > LONGEST:
            raise Unreadable(f"「{column}」が{LONGEST}文字より長くなっています。")
        if what not in NUMBERED and likely_in(text):
            raise Unreadable(f"「{column}」に、個人番号のような12けたの番号があります。受け取れません。")
        if what in PARTS:
            try:
                person[what] = canonical(PARTS[what][0], text)
            except ValueRefused as refusal:
                raise Unreadable(f"「{column}」が読めません。書き方を確かめてください。") from refusal
        else:
            labelled[what] = text
    if not person and not labelled:
        raise Unreadable("決まりにある項目が、1つもありません。")
    return Handed(person, labelled)
