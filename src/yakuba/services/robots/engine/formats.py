"""How a canonical value is written into a target's field: 和暦, hyphens, widths, option labels (`kernel.values`).

Every format maps the empty string to the empty string and raises `ValueError` with a Japanese reason when the
value cannot be written that way.
"""

from __future__ import annotations

from yakuba.kernel.values.types import TYPES, written


def names(field_type: str) -> tuple[str, ...]:
    """The formats a field type can be written in."""
    return TYPES[field_type].writings()


def is_masked(field_type: str) -> bool:
    """Whether nobody may read values of that type without a permission of its own (個人番号)."""
    return TYPES[field_type].masked


def write(value: str, formats: tuple[str, ...]) -> str:
    """Apply formats in order; `表示` and `コード` are the caller's, who knows the options, and skipped here."""
    return written(value, formats)
