"""By whose name a case is listed and sorted: the procedure's first name and its reading, kept with the case."""

from __future__ import annotations

from yakuba.kernel.definitions.procedures import ProcedureDefinition

LONGEST = 200  # characters that are kept


def name_fields(definition: ProcedureDefinition) -> tuple[str, str]:
    """The codes of a procedure's first name and of that name's reading; empty where it has none."""
    fields = definition.fields
    name = next((item.code for item in fields if item.type == "name"), "")
    kana = next((item.code for item in fields if item.type == "kana" and item.reading_of == name), "")
    return name, kana or next((item.code for item in fields if item.type == "kana"), "")


def kept(definition: ProcedureDefinition, field: str, value: str) -> dict[str, str | None]:
    """What a case keeps when that value is written, by column; nothing for another field."""
    name, kana = name_fields(definition)
    found: dict[str, str | None] = {"name": value[:LONGEST]} if field == name else {}
    return found | ({"kana": value[:LONGEST] or None} if field == kana else {})
