"""Regular expressions that somebody else wrote: what could hold up the hub is refused.

Python's matcher tries one way after the other. How many ways there are at most is reckoned from the expression before it is
ever used: of a repeat without a bound as many as the text has places, of a bounded one all its numbers, of a sequence the
product, of alternatives the sum. Where that is too many for a text of the length of an id the expression is refused; a longer
text for which it is too many is met by nothing. (`(a+)+$` has exponentially many ways, `.*a.*b.*c` the cube.)
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from yakuba.services.cityhub.engine.errors import bad_request

LONGEST = 1_000  # characters of a pattern
LONGEST_TEXT = 4_000  # characters of what it is held against; a longer text matches nothing
LONGEST_ID = 256  # for texts of so many characters every expression that is taken works
MOST_WAYS = 3_000_000  # about a tenth of a second
MOST_PARTS = 20_000  # of an expression with its bounded repeats written out
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_ONE_CHARACTER = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN)


@dataclass(frozen=True)
class _Ways:
    """At most `factor` × (places of the text) ** `degree` ways."""

    factor: float = 1.0
    degree: int = 0

    def then(self, other: _Ways) -> _Ways:
        return _Ways(_bounded(self.factor * other.factor), self.degree + other.degree)

    def at(self, length: int) -> float:
        # Repeats one behind the other share the text: so many places in ascending order, not any.
        places = length + 1
        return self.factor * min(
            float(places) ** self.degree, float(math.comb(places + self.degree, self.degree))
        )


class _Costly(Exception):
    """A pattern that could take exponential time."""


def _bounded(number: float) -> float:
    if number > MOST_WAYS:
        raise _Costly
    return number


def pattern(text: str, what: str = "パターン") -> re.Pattern[str]:
    """The compiled expression. Raises NgsiError 400."""
    return _known(text, what)[0]


@lru_cache(maxsize=2_000)
def _known(text: str, what: str) -> tuple[re.Pattern[str], _Ways]:
    if not text or len(text) > LONGEST:
        raise bad_request(f"{what} は1〜{LONGEST}文字の正規表現にしてください。")
    try:
        parsed = list(_parser.parse(text))
        ways = _of_search(parsed)
        if ways.at(LONGEST_ID) > MOST_WAYS or _parts(parsed) > MOST_PARTS:
            raise _Costly
        return re.compile(text), ways
    except (re.error, RecursionError, OverflowError):
        raise bad_request(f"{what} を正規表現として読めません。かっこと記号を確かめてください。") from None
    except _Costly:
        raise bad_request(
            f"{what} は調べるのに時間がかかりすぎます。くり返し（* や +）は重ねず、二つまでにしてください。^ で始めると三つまで使えます。"
        ) from None


def found(text: str, expression: re.Pattern[str]) -> bool:
    """Whether the expression is found in the text."""
    if len(text) > LONGEST_ID:
        ways = _known(expression.pattern, "パターン")[1]
        if len(text) > LONGEST_TEXT or ways.at(len(text)) > MOST_WAYS:
            return False
    return expression.search(text) is not None


def _of_search(parsed: list[Any]) -> _Ways:
    """The ways of a search: from every place of the text, but for an expression that is bound to its beginning."""
    while parsed and _endless(parsed[-1]) and _is_any(parsed[-1]):
        parsed = parsed[:-1]  # takes whatever comes, and never goes back
    bound = bool(parsed) and (parsed[0][0] is _constants.AT and parsed[0][1] is not _constants.AT_END)
    ways = _of(parsed, within=False)
    if bound and parsed[0][1] in (_constants.AT_BEGINNING, _constants.AT_BEGINNING_STRING):
        return ways
    return ways.then(_Ways(degree=1))


def _endless(part: Any) -> bool:
    return part[0] in _REPEATS and part[1][1] is _constants.MAXREPEAT


def _is_any(part: Any) -> bool:
    inner = part[1][2]
    return len(inner) == 1 and inner[0][0] is _constants.ANY and part[1][0] <= 1


def _of(parsed: Any, *, within: bool) -> _Ways:
    ways = _Ways()
    for operation, argument in parsed:
        if operation in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            raise _Costly
        if operation in _REPEATS:
            ways = ways.then(_of_repeat(argument, within=within))
        elif operation is _constants.SUBPATTERN:
            ways = ways.then(_of(argument[-1], within=within))
        elif operation is _constants.BRANCH:
            ways = ways.then(_of_branches(argument[1], within=within))
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            ways = ways.then(_of(argument[1], within=within))
        elif operation in (_constants.ATOMIC_GROUP, _constants.POSSESSIVE_REPEAT):
            raise _Costly
    return ways


def _of_branches(branches: Any, *, within: bool) -> _Ways:
    found = [_of(branch, within=within) for branch in branches]
    return _Ways(_bounded(sum(one.factor for one in found)), max(one.degree for one in found))


def _of_repeat(argument: Any, *, within: bool) -> _Ways:
    least, most, inner = argument
    simple = len(inner) == 1 and inner[0][0] in _ONE_CHARACTER
    if most is _constants.MAXREPEAT or (simple and most - least > LONGEST_ID):
        # What is repeated without a bound must be one character each time, or the same text is divided in many ways.
        if within or not simple:
            raise _Costly
        return _Ways(degree=1)
    if simple:
        return _Ways(float(most - least + 1))
    one = _of(inner, within=True)
    total, power = 0.0, 1.0
    for number in range(most + 1):
        total = _bounded(total + power) if number >= least else total
        power = _bounded(power * one.factor)
        if number > LONGEST:
            raise _Costly
    return _Ways(_bounded(total), one.degree * most)


def _parts(parsed: Any) -> float:
    """How many parts there are with bounded repeats written out: what compiling and one way through cost."""
    number = 0.0
    for operation, argument in parsed:
        number += 1
        if operation in _REPEATS:
            least, most, inner = argument
            times = least if most is _constants.MAXREPEAT else most
            number += max(1, min(times, 10_000)) * _parts(inner)
        elif operation is _constants.SUBPATTERN:
            number += _parts(argument[-1])
        elif operation is _constants.BRANCH:
            number += sum(_parts(branch) for branch in argument[1])
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            number += _parts(argument[1])
        elif operation is _constants.IN:
            number += len(argument)
    return number
