"""What a person enters for a field, brought into canonical form, or refused with what to do."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.ledger.definitions import FieldDefinition, ProcedureDefinition
from yakuba.kernel.refusals import Invalid
from yakuba.services.reading.actions.plausibility import doubt
from yakuba.services.reading.engine.formats import FormatError, canonical, canonical_choice


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
    procedure: ProcedureDefinition, field: str, raw: str, *, insist: bool = False, read: str = ""
) -> str:
    """The canonical value of `raw` for a field of the procedure; `read` is what stood there before.

    Raises AnswerRefused.
    """
    definition = procedure.field(field)
    value = _canonical(definition, raw)
    words = procedure.lexicons.get(definition.lexicon or "", ())
    if value and words and value not in words:
        raise AnswerRefused(
            f"「{value}」は{definition.label}の一覧にありません。一覧から選んでください。"
            "用紙に一覧にない名が書いてあるときは、保留にして申請者に確かめてください。"
        )
    if not insist and (odd := doubt(definition, value, read)):
        raise AnswerRefused(odd, may_insist=True)
    return value


def plausible(procedure: ProcedureDefinition, field: str, raw: str) -> bool:
    """Whether `raw` would be taken without a word."""
    try:
        return bool(checked(procedure, field, raw))
    except AnswerRefused:
        return False


def _canonical(definition: FieldDefinition, raw: str) -> str:
    try:
        if definition.type not in {"choice", "choices"}:
            return canonical(definition.type, raw)
        value = canonical_choice(definition.options, raw)
    except FormatError as error:
        raise AnswerRefused(str(error)) from error
    if definition.type == "choice" and "," in value:
        raise AnswerRefused("1つだけ選んでください。")
    return value
