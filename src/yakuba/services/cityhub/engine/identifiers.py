"""Which words may name things (identifier restrictions of NGSIv2), and which characters no request may bring."""

from __future__ import annotations

import json
import re
from typing import Any

from yakuba.services.cityhub.engine.errors import bad_request, parse_error

LONGEST = 256  # characters of an identifier
DEEPEST = 50  # levels of a body
FORBIDDEN = re.compile(r"[<>\"'=;()]")
_BAD_IDENTIFIER = re.compile(r"[^\x21-\x7e]|[<>\"'=;()&?/#]")
# Possessive, and its end may be missing: a text without an end must not be read again from each of its characters.
_STRUCTURE = re.compile(rb"\"(?:[^\"\\]++|\\.)*+\"?|[\[{]|[\]}]", re.DOTALL)
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # what databases do not keep, and UTF-8 has no bytes for
_MAY_BE_NONE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
LARGEST = 1e300  # of numbers: further ones are no measurement, and the next sum of them is infinite


def require_identifier(value: Any, what: str) -> str:
    """An id, a type or a name. Raises NgsiError 400. what: named in the sentence (`id`, `type` …)."""
    if not isinstance(value, str):
        raise bad_request(f"{what} は文字列にしてください。")
    if not value:
        raise bad_request(f"{what} が空です。1〜{LONGEST}文字にしてください。")
    if len(value) > LONGEST:
        raise bad_request(f"{what} が長すぎます（{len(value)}文字）。{LONGEST}文字までにしてください。")
    if _BAD_IDENTIFIER.search(value):
        raise bad_request(
            f"{what} に使えない文字があります。半角の英数字と記号にし、空白と < > \" ' = ; ( ) & ? / # を除いてください。"
        )
    return value


def require_plain(value: str, what: str) -> str:
    """A text without the characters that NGSIv2 forbids. Raises NgsiError 400."""
    if FORBIDDEN.search(value):
        raise bad_request(
            f"{what} に使えない文字があります（< > \" ' = ; ( )）。型を TextUnrestricted にすると送れます。"
        )
    return value


def _is_none(value: Any) -> bool:
    return isinstance(value, int | float) and not -LARGEST < value < LARGEST


def require_plain_value(value: Any, what: str) -> None:
    """The same for everything within a JSON value, names of members included; and no number that is none. Raises
    NgsiError 400."""
    if isinstance(value, str):
        require_plain(value, what)
    elif _is_none(value):
        raise bad_request(f"{what} が数として大きすぎるか、数ではありません。")
    elif isinstance(value, dict):
        for name, member in value.items():
            require_plain(name, what)
            require_plain_value(member, what)
    elif isinstance(value, list):
        for member in value:
            require_plain_value(member, what)


def require_finite(value: Any, what: str) -> None:
    """No number that is none, anywhere within a JSON value. Raises NgsiError 400."""
    if _is_none(value):
        raise bad_request(f"{what} が数として大きすぎるか、数ではありません。")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            require_finite(member, what)


def is_text(value: str) -> bool:
    """Whether it has only characters that can be kept."""
    return _NO_TEXT.search(value) is None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedName
    return found


class RepeatedName(ValueError):
    """A name that stands twice in one object."""


def read_json(body: bytes, *, each_once: bool = False) -> Any:
    """The value of a body. Raises NgsiError 400 ParseError where it is no JSON (NaN and Infinity are none), is not UTF-8, or
    nests deeper than DEEPEST. each_once: also where a name stands twice in one object."""
    if body.count(b"{") + body.count(b"[") > DEEPEST and _depth(body) > DEEPEST:
        raise parse_error(f"JSON の入れ子が深すぎます。{DEEPEST}段までにしてください。")
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_no_constant,
            object_pairs_hook=_each_once if each_once else None,
        )
        if _MAY_BE_NONE.search(body):
            _require_text(value)
        return value
    except RepeatedName:
        raise parse_error("本文のオブジェクトに同じ名前が二度あります。一つにしてください。") from None
    except (ValueError, RecursionError):
        raise parse_error(
            "本文を JSON として読めません。かっこ・引用符・コンマと、文字コード（UTF-8）を確かめてください。"
        ) from None


def _require_text(value: Any) -> None:
    if isinstance(value, str):
        if not is_text(value):
            raise ValueError("a character that is none")
    elif isinstance(value, dict):
        for name, member in value.items():
            _require_text(name)
            _require_text(member)
    elif isinstance(value, list):
        for member in value:
            _require_text(member)


def _depth(body: bytes) -> int:
    now = most = 0
    for found in _STRUCTURE.finditer(body):
        first = found.group()[:1]
        if first in b"[{":
            now += 1
            most = max(most, now)
        elif first in b"]}":
            now -= 1
    return most
