"""Regular expressions that somebody else wrote: what could hold up the hub is refused.

Python's matcher goes back over its steps; one unbounded repeat within another takes exponential time on a hostile text. Such
patterns, and those with many repeats or references, are refused; what is matched is short.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from yakuba.services.cityhub.engine.errors import bad_request

LONGEST = 1_000  # characters of a pattern
LONGEST_TEXT = 4_000  # characters of what it is held against; a longer text matches nothing
MANY = 16  # repeats of more are as good as unbounded
MOST_REPEATS = 4
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


@lru_cache(maxsize=2_000)
def pattern(text: str, what: str = "パターン") -> re.Pattern[str]:
    """The compiled expression. Raises NgsiError 400."""
    if not text or len(text) > LONGEST:
        raise bad_request(f"{what} は1〜{LONGEST}文字の正規表現にしてください。")
    try:
        parsed = _parser.parse(text)
        repeats = _repeats(parsed, within=False)
    except (re.error, RecursionError, OverflowError):
        raise bad_request(f"{what} を正規表現として読めません。かっこと記号を確かめてください。") from None
    except _Costly:
        repeats = MOST_REPEATS + 1
    if repeats > MOST_REPEATS:
        raise bad_request(
            f"{what} は調べるのに時間がかかりすぎます。くり返し（* や +）を重ねず、{MOST_REPEATS}回までにしてください。"
        )
    return re.compile(text)


def found(text: str, expression: re.Pattern[str]) -> bool:
    """Whether the expression is found in the text."""
    return len(text) <= LONGEST_TEXT and expression.search(text) is not None


class _Costly(Exception):
    """A pattern that could take exponential time."""


def _repeats(parsed: Any, *, within: bool) -> int:
    number = 0
    for operation, argument in parsed:
        if operation in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            raise _Costly
        if operation in _REPEATS:
            _, most, inner = argument
            many = most > MANY
            if many and within:
                raise _Costly
            number += int(many) + _repeats(inner, within=within or many)
        elif operation is _constants.SUBPATTERN:
            number += _repeats(argument[-1], within=within)
        elif operation is _constants.BRANCH:
            number += sum(_repeats(branch, within=within) for branch in argument[1])
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            number += _repeats(argument[1], within=within)
    return number
