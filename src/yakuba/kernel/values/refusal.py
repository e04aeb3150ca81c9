"""The one error of this package."""

from __future__ import annotations

from yakuba.kernel.refusals import Invalid


class ValueRefused(Invalid, ValueError):
    """The text is no value of the type. `str()` is a Japanese sentence: what is wrong and what to write."""
