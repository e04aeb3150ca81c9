"""The exceptions by which this room says no to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yakuba.kernel.refusals import Conflict, Missing, Problem


class NotPossible(Conflict):
    """What was asked is refused; `str()` is a Japanese sentence: what is wrong, where, what to do."""


class Unknown(NotPossible, Missing):
    """There is nothing of the name or number that was given."""


class UnderWay(NotPossible):
    """The same was started before and has not ended: `row` is it. Whoever works in the foreground may take it up."""

    def __init__(self, what: str, row: Any) -> None:
        super().__init__(f"{what}。終わるまでお待ちください。")
        self.row = row


class Lacking(NotPossible):
    """The file would lose characters: `problems` tells each with its line and column. `title`: what the file is."""

    heading = "書けない文字があります"

    def __init__(self, title: str, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"「{title}」には、Shift_JISで書けない文字が{len(problems)}字あります。"
            "UTF-8で書き出すか、「〓」になってよいことを指定してください。",
            problems=problems,
        )
        self.title = title
