"""The one exception by which this room says no to a person."""

from __future__ import annotations

from yakuba.kernel.refusals import Conflict


class NotPossible(Conflict):
    """What was asked is refused; `str()` is a Japanese sentence: what is wrong, where, what to do."""
