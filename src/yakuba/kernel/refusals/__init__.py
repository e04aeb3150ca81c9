"""Refusals: how the house says no to a person or a program. One small tree; no framework.

Whatever an engine or an action cannot do, it refuses by raising one of these. Nobody in between catches it only to say
it again: each surface turns it into its own words at one place (a page, problem+json, an exit code).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, ParamSpec, TypeVar

MOST_TOLD = 50  # problems that are listed one by one

Given = ParamSpec("Given")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Problem:
    """One of several things wrong: `line` counts from 1 (0 where there is no line), `place` says whose entry it is
    (may be empty), `reason` what is wrong and what to do. Texts in Japanese."""

    line: int
    place: str
    reason: str

    @property
    def message(self) -> str:
        """The sentence without its line."""
        return f"{self.place}: {self.reason}" if self.place else self.reason

    def facts(self) -> dict[str, Any]:
        """The same for a program."""
        return asdict(self) | {"message": self.message}

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return f"{self.line}行目{' ' if self.place else '：'}{self.message}"


class Refused(Exception):
    """What was asked is not done, and nothing is changed. `str()` is what staff read.

    sentence: what is wrong; place: where (field, line, cell, file; may be empty); remedy: what to do (may be empty where
    the sentence says it); problems: each of many. Raise one of the kinds below: they differ in what the caller has to
    do. status and exit_code are what HTTP (RFC 9110) and a shell are told; heading names the kind in Japanese; again says
    whether the same may succeed later although nobody has done anything, so that a job is worth another try.
    """

    status: ClassVar[int] = 409
    heading: ClassVar[str] = "いまはできません"
    exit_code: ClassVar[int] = 1
    again: ClassVar[bool] = False

    def __init__(
        self, sentence: str, *, place: str = "", remedy: str = "", problems: Iterable[Problem] = ()
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.place, self.remedy = sentence, place, remedy
        self.problems = tuple(problems)

    @classmethod
    def retold(cls, sentence: str, place: str, remedy: str, problems: Iterable[Problem]) -> Refused:
        """The same refusal in another process than the one that raised it."""
        return cls(sentence, place=place, remedy=remedy, problems=problems)

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}{self.remedy}" if self.place else self.sentence + self.remedy

    def lines(self) -> str:
        """The sentence and the first of the problems, each on a line of its own."""
        shown = [str(one) for one in self.problems[:MOST_TOLD]]
        more = len(self.problems) - len(shown)
        head = [] if shown and shown[0] in str(self) else [str(self)]
        return "\n".join([*head, *shown, *([f"ほか{more}件"] if more > 0 else [])])

    def facts(self) -> dict[str, Any]:
        """The same for a program, with the member names of problem+json (RFC 9457); a subclass adds its own."""
        told: dict[str, Any] = {"title": self.heading, "status": self.status, "detail": str(self)}
        told |= {name: text for name in ("place", "remedy") if (text := getattr(self, name))}
        if self.problems:
            told["errors"] = [one.facts() for one in self.problems]
        return told


class Invalid(Refused):
    """What was given is wrong: correct it and send it again."""

    status = 422
    heading = "入力が正しくありません"


def if_valid(read: Callable[Given, Read], *given: Given.args, **named: Given.kwargs) -> Read | None:
    """What `read` makes of what it is given; None where that is Invalid: for who only asks whether it can be read."""
    try:
        return read(*given, **named)
    except Invalid:
        return None


def attempt(
    deed: Callable[Given, Read], *given: Given.args, **named: Given.kwargs
) -> tuple[Read | None, Refused | None]:
    """What `deed` gives, and what it refuses: one of the two is None. For who shows, or keeps, the one as well as the
    other."""
    try:
        return deed(*given, **named), None
    except Refused as refusal:
        return None, refusal


@contextmanager
def said_as(kind: Callable[[str], Exception], before: str = "") -> Iterator[None]:
    """What is Invalid inside is said as a `kind`, with whose entry it is `before` it: a value knows neither field nor
    file, and whoever reads one does."""
    try:
        yield
    except Invalid as refusal:
        raise kind(f"{before}{refusal}") from refusal


class Conflict(Refused):
    """What was given is right, and the state of things does not allow it now: look at what happened in between."""


class NothingToDo(Conflict):
    """Nothing waits for what was asked: no failure where the clock asked."""


class UnderWay(Conflict):
    """The same was started before and has not ended: `row` is it. Whoever works in the foreground may take it up."""

    def __init__(self, sentence: str, row: Any) -> None:
        super().__init__(sentence)
        self.row = row


class Missing(Refused):
    """There is nothing of that name or number (here): check it."""

    status = 404
    heading = "見つかりません"
    exit_code = 2


class Forbidden(Refused):
    """The person, or the house, may not: ask who gives the right."""

    status = 403
    heading = "権限がありません"
    exit_code = 3


class Unavailable(Refused):
    """Something that is needed does not answer: the same again later."""

    status = 503
    heading = "いまは使えません"
    again = True


__all__ = [
    "Conflict",
    "Forbidden",
    "Invalid",
    "Missing",
    "NothingToDo",
    "Problem",
    "Refused",
    "Unavailable",
    "UnderWay",
    "attempt",
    "if_valid",
    "said_as",
]
