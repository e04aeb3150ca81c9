"""One reader and one writer for each field type (docs/architecture.md, "Canonical values")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from yakuba.kernel.values import calendar
from yakuba.kernel.values.addresses import read_address
from yakuba.kernel.values.characters import check_writable, compose
from yakuba.kernel.values.names import read_kana, read_name
from yakuba.kernel.values.numbers import read_digits, read_number, shown_number
from yakuba.kernel.values.postal_codes import read_postal_code, shown_postal_code
from yakuba.kernel.values.receipt_numbers import read_receipt_number
from yakuba.kernel.values.refusal import ValueRefused
from yakuba.kernel.values.telephones import read_telephone, shown_telephone


def _read_text(text: str) -> str:
    return compose(text).strip()


def _read_date(text: str) -> str:
    return calendar.read_date(text).isoformat() if text.strip() else ""


_READ: Mapping[str, Callable[[str], str]] = {
    "name": read_name,
    "kana": read_kana,
    "date": _read_date,
    "postal_code": read_postal_code,
    "phone": read_telephone,
    "digits": read_digits,
    "number": read_number,
    "address": read_address,
    "text": _read_text,
    "choice": _read_text,
    "choices": _read_text,
    "receipt_number": read_receipt_number,
}
_SHOW: Mapping[str, Callable[[str], str]] = {
    "postal_code": shown_postal_code,
    "phone": shown_telephone,
    "number": shown_number,
}
TYPES = tuple(_READ)


def canonical(type_: str, text: str) -> str:
    """The canonical form of a text, the empty string for nothing; a canonical value is its own canonical form.

    Raises ValueRefused with a sentence for the clerk when it is no value of the type, and KeyError for an unknown
    type. For `choice` and `choices` use `canonical_choice`, which knows the options.
    """
    check_writable(text)
    return _READ[type_](text)


def canonical_choice(options: Mapping[str, str], text: str) -> str:
    """Codes joined by commas in the order of `options` (code → label) from codes or labels joined by commas. Raises
    ValueRefused for what is no option."""
    by_label = {label: code for code, label in options.items()}
    wanted = [part.strip() for part in re.split(r"[,、，]", text) if part.strip()]
    codes = {part if part in options else by_label.get(part, "") for part in wanted}
    if "" in codes:
        raise ValueRefused(f"選択肢は {'、'.join(options.values())} のいずれかです。")
    return ",".join(code for code in options if code in codes)


def shown(type_: str, value: str, options: Mapping[str, str] | None = None) -> str:
    """A canonical value as staff write it: 和暦 dates, hyphens, thousands, option labels. What is not canonical stays
    as it is."""
    if not value:
        return ""
    if type_ == "date":
        return _shown_date(value)
    if type_ in ("choice", "choices") and options:
        return "、".join(options.get(code, code) for code in value.split(","))
    show = _SHOW.get(type_)
    return show(value) if show else value


def _shown_date(value: str) -> str:
    try:
        return calendar.written(date.fromisoformat(value))
    except ValueError:
        return value
