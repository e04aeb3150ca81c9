"""Words of a program that staff see as others."""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """`NAME = "value", "日本語"`: the value is what is stored and what programs say, `label` what staff see."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Labelled:
        member = str.__new__(cls, value)
        member._value_, member.label = value, label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) of each, as models and filters take them."""
        return [(one.value, one.label) for one in cls]
