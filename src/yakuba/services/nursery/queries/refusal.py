"""The one exception by which this room says no to a person."""

from __future__ import annotations


class NotPossible(Exception):
    """What was asked is refused; `str()` is a Japanese sentence: what is wrong, where, what to do."""
