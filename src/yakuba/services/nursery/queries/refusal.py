"""The exceptions by which this room says no to a person."""

from __future__ import annotations

from typing import Any

from yakuba.kernel import refusals
from yakuba.kernel.refusals import Conflict, Missing


class NotPossible(Conflict):
    """What was asked is refused; `str()` is a Japanese sentence: what is wrong, where, what to do."""


class Unknown(NotPossible, Missing):
    """There is nothing of the name or number that was given."""


class UnderWay(refusals.UnderWay, NotPossible):
    """The same was started before and has not ended: `row` is it."""

    def __init__(self, what: str, row: Any) -> None:
        super().__init__(f"{what}。終わるまでお待ちください。", row)
