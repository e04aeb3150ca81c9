"""What a person enters for a field, brought into canonical form, or refused with what to do."""

from __future__ import annotations

from yakuba.kernel.ledger.definitions import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger.display import shown_value
from yakuba.services.reading.engine.formats import FormatError, canonical, canonical_choice


class AnswerRefused(ValueError):
    """The answer cannot be taken as it is. `str()` is the sentence for the clerk; with `may_insist` the same
    answer is taken when the person says that the paper reads so."""

    def __init__(self, sentence: str, *, may_insist: bool = False) -> None:
        super().__init__(sentence)
        self.may_insist = may_insist


def checked(procedure: ProcedureDefinition, field: str, raw: str, *, insist: bool = False) -> str:
    """The canonical value of `raw` for a field of the procedure. Raises AnswerRefused."""
    definition = procedure.field(field)
    value = _canonical(definition, raw)
    words = procedure.lexicons.get(definition.lexicon or "", ())
    if value and words and value not in words:
        raise AnswerRefused(
            f"「{value}」は{definition.label}の一覧にありません。一覧から選んでください。"
            "用紙に一覧にない名が書いてあるときは、保留にして申請者に確かめてください。"
        )
    if not insist:
        _check_plausible(definition, value)
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


def _check_plausible(definition: FieldDefinition, value: str) -> None:
    """What a person may still insist on, because the paper may say so."""
    if not value and definition.required:
        raise AnswerRefused("必ず記入する欄です。用紙にも何も書かれていませんか。", may_insist=True)
    if value and definition.range and not _in_range(definition, value):
        lowest, highest = (shown_value(definition, limit) for limit in definition.range)
        raise AnswerRefused(
            f"ふつうは{lowest}から{highest}までの値です。用紙にそう書いてありますか。", may_insist=True
        )
    if value and definition.length and len(value) != definition.length:
        raise AnswerRefused(
            f"ふつうは{definition.length}文字です（入力は{len(value)}文字）。用紙にそう書いてありますか。",
            may_insist=True,
        )


def _in_range(definition: FieldDefinition, value: str) -> bool:
    assert definition.range is not None
    lowest, highest = definition.range
    if definition.type == "number":
        return int(lowest) <= int(value) <= int(highest)
    return lowest <= value <= highest
