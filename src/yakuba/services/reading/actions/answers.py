"""What a person enters for a field, brought into canonical form, or refused with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from yakuba.kernel.definitions.procedures import ProcedureDefinition
from yakuba.kernel.ledger import guard
from yakuba.kernel.refusals import Invalid, Refused, if_valid, said_as
from yakuba.services.reading.actions.plausibility import doubt, misread

NOTHING: Mapping[str, str] = MappingProxyType({})


class AnswerRefused(Invalid, ValueError):
    """The answer cannot be taken as it is. `str()` is the sentence for the clerk; with `may_insist` the same
    answer is taken when the person says that the paper reads so."""

    heading = "この値は確定できません"

    def __init__(self, sentence: str, *, may_insist: bool = False) -> None:
        super().__init__(sentence)
        self.may_insist = may_insist

    def facts(self) -> dict[str, Any]:
        """With whether the person may insist."""
        return super().facts() | {"may_insist": self.may_insist}


def checked(
    procedure: ProcedureDefinition,
    field: str,
    raw: str,
    *,
    insist: bool = False,
    read: str = "",
    beside: Mapping[str, str] = NOTHING,
) -> str:
    """The canonical value of `raw` for a field of the procedure; `read` is what stood there before, `beside` what is known
    of the other fields.

    Raises AnswerRefused.
    """
    definition = procedure.field(field)
    with said_as(AnswerRefused):
        value = definition.canonical(raw)
    if value and definition.words and value not in definition.words:
        raise AnswerRefused(guard.doubt(definition, value))
    if not insist and (odd := doubt(definition, value, read) or misread(procedure, field, value, beside)):
        raise AnswerRefused(odd, may_insist=True)
    return value


def may_insist(refusal: Refused | None) -> bool:
    """Whether the same answer is taken when the person says that the paper reads so."""
    return isinstance(refusal, AnswerRefused) and refusal.may_insist


def plausible(procedure: ProcedureDefinition, field: str, raw: str) -> bool:
    """Whether `raw` would be taken without a word."""
    return bool(if_valid(checked, procedure, field, raw))
