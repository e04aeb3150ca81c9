"""The fields of a procedure with what a consultation suggests for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import if_valid
from yakuba.services.minutes.engine import consultation
from yakuba.services.minutes.engine.consultation import NOT_ASKED, Suggestion
from yakuba.services.minutes.models import Meeting
from yakuba.services.minutes.queries.meetings import speeches


@dataclass(frozen=True)
class FieldRow:
    """A field on the page. value: what stands in its box; used: ticked by the person; options: code and label of a choice."""

    code: str
    label: str
    required: bool
    value: str
    used: bool
    suggestions: tuple[tuple[Suggestion, int], ...]
    options: tuple[tuple[str, str], ...]


def fields(meeting: Meeting, procedure: Procedure, typed: Mapping[str, Any]) -> list[FieldRow]:
    """Every field that a person may have said, with the suggestions and the places of their sentences. Nothing is ticked
    beforehand."""
    rows = list(speeches(meeting, None))
    places = {row.pk: row.position for row in rows}
    found = consultation.suggestions(procedure.definition, [(row.pk, row.text) for row in rows])
    return [
        FieldRow(
            field.code,
            field.label,
            field.required,
            typed.get(f"value-{field.code}", _readable(field, own[0]) if own else ""),
            f"use-{field.code}" in typed,
            tuple((one, places[one.key]) for one in own),
            tuple(field.options.items()) if field.type == "choice" else (),
        )
        for field in procedure.definition.fields
        if field.code not in NOT_ASKED and not field.kind.masked
        for own in [[one for one in found if one.field == field.code]]
    ]


def _readable(field: FieldDefinition, one: Suggestion) -> str:
    """The value as staff read it, where it can be read back so."""
    same = field.type != "choice" and if_valid(field.canonical, one.shown) == one.value
    return one.shown if same else one.value
