"""The table of field types. A new type is one file and one line here (docs/architecture.md, "Recipes")."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.values.addresses import ADDRESS
from yakuba.kernel.values.dates import DATE
from yakuba.kernel.values.field_type import NO_OPTIONS, FieldType
from yakuba.kernel.values.insurance_numbers import INSURANCE_NUMBER
from yakuba.kernel.values.my_numbers import MY_NUMBER
from yakuba.kernel.values.names import KANA, NAME
from yakuba.kernel.values.numbers import DIGITS, NUMBER
from yakuba.kernel.values.postal_codes import POSTAL_CODE
from yakuba.kernel.values.receipt_numbers import RECEIPT_NUMBER
from yakuba.kernel.values.telephones import TELEPHONE
from yakuba.kernel.values.texts import CHOICE, CHOICES, TEXT
from yakuba.kernel.values.widths import WIDTHS

TYPES: Mapping[str, FieldType] = {
    one.code: one
    for one in (
        NAME,
        KANA,
        DATE,
        POSTAL_CODE,
        TELEPHONE,
        DIGITS,
        NUMBER,
        ADDRESS,
        TEXT,
        CHOICE,
        CHOICES,
        RECEIPT_NUMBER,
        INSURANCE_NUMBER,
        MY_NUMBER,
    )
}
FORMATS = {name: write for one in TYPES.values() for name, write in one.formats.items()} | dict(WIDTHS)


def canonical(type_: str, text: str, options: Mapping[str, str] = NO_OPTIONS) -> str:
    """`FieldType.canonical`. Raises ValueRefused with a sentence for the clerk, and KeyError for an unknown type."""
    return TYPES[type_].canonical(text, options)


def shown(type_: str, value: str, options: Mapping[str, str] | None = None) -> str:
    """`FieldType.shown`: 和暦 dates, hyphens, thousands, option labels; masked where the type is."""
    return TYPES[type_].shown(value, options or NO_OPTIONS)


def written(value: str, formats: tuple[str, ...]) -> str:
    """A canonical value in the named formats, one after the other; the names that only a caller with options can apply
    (表示, コード) are passed over. Raises ValueError with a Japanese reason where it cannot be written so."""
    for name in formats:
        if value and name in FORMATS:
            value = FORMATS[name](value)
    return value
