"""Whom a form names, and which of its fields the register of persons knows. A form file may say it:

    persons: [{label: 申込者, name: applicant_name, address: address}, {label: 児童, name: child_name, birth: child_birth}]

The first is who stands at the counter. Where the file says nothing, the fields that are called as an applicant's own are
taken, and whom the procedure looks up in the register (`person` of a field).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import ProcedureDefinition

# Part → types that a field of it may have.
PARTS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "kana": ("kana",),
    "birth": ("date",),
    "address": ("address",),
    "postal_code": ("postal_code",),
    "phone": ("phone",),
    "number": ("digits", "text"),
}
PLACES = frozenset({"address", "postal_code", "phone"})  # say where somebody lives
OWN = ("", "applicant_")
OWN_LABEL, LOOKED_UP = "申請する人", "対象の人"


@dataclass(frozen=True)
class Role:
    """Somebody whom the form names. fields: part → field code."""

    label: str
    fields: Mapping[str, str]

    def part_of(self, code: str) -> str:
        """What of the person a field says, or nothing."""
        return next((part for part, one in self.fields.items() if one == code), "")


def read_roles(said: Sequence[Mapping[str, Any]], procedure: ProcedureDefinition, place: str) -> list[Role]:
    """The people of a form file, or of the procedure where the file names none. Raises DefinitionError."""
    return [_read(row, procedure, place) for row in said] or _usual(procedure)


def _read(row: Mapping[str, Any], procedure: ProcedureDefinition, place: str) -> Role:
    fields = {part: str(code) for part, code in row.items() if part != "label"}
    if unknown := sorted(set(fields) - set(PARTS)):
        raise DefinitionError(f"{place} の persons: 知らない指定 {'、'.join(unknown)} があります。")
    if not fields or not str(row.get("label") or "").strip():
        raise DefinitionError(f"{place} の persons: label（だれか）と、項目を1つは書いてください。")
    for part, code in fields.items():
        field = procedure.by_code.get(code)
        if field is None or field.type not in PARTS[part]:
            types = "か".join(PARTS[part])
            raise DefinitionError(
                f"{place} の persons: {part} には、型が {types} の項目を書いてください（今は「{code}」）。"
            )
    return Role(str(row["label"]).strip(), fields)


def _usual(procedure: ProcedureDefinition) -> list[Role]:
    own = {
        part: code
        for part, types in PARTS.items()
        for code in reversed([f"{whose}{part}" for whose in OWN])
        if code in procedure.by_code and procedure.by_code[code].type in types
    }
    own.pop("number", None)  # no number of the register unless somebody says so
    roles = [Role(OWN_LABEL, own)] if own else []
    for field in procedure.fields:
        if not field.person:
            continue
        fields = {**field.person, "number": field.code}
        if own and field.person.get("name") == own.get("name"):
            roles[0] = Role(OWN_LABEL, {**own, "number": field.code})
        else:
            roles.append(Role(LOOKED_UP, fields))
    return roles
