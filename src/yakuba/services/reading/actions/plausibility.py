"""What a person may mean but hardly does: taken only when it is said a second time, because paper says odd things.

Each check answers with what is odd, in Japanese, or with nothing. Nothing here is a rule of a type: a text that is
no value of its type at all is refused before; what is odd of a type the type says (`FieldType.odd`).
"""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger import guard
from yakuba.services.reading.engine import readings


def doubt(definition: FieldDefinition, value: str, read: str = "") -> str:
    """Why a person should look once more before `value` is taken, or nothing. `read` is what stood in the input."""
    if not value:
        return "必ず記入する欄です。用紙にも何も書かれていませんか。" if definition.required else ""
    return (
        guard.doubt(definition, value)
        or _doubled(definition, value, read)
        or definition.kind.odd(value)
        or _too_long(definition, value)
    )


def misread(procedure: ProcedureDefinition, field: str, value: str, beside: Mapping[str, str]) -> str:
    """A kana that cannot be the reading of its name, where all parts of the name are in the dictionary; asked at the kana
    and at the name. beside: the values of the other fields that are known."""
    for one in procedure.fields:
        if not one.reading_of or field not in (one.code, one.reading_of):
            continue
        known = {**beside, field: value}
        name, kana = known.get(one.reading_of, ""), known.get(one.code, "")
        if (
            name
            and kana
            and readings.is_known(name)
            and not (readings.supported(name, kana) or readings.composed(name, kana))
        ):
            return f"氏名「{name}」を「{kana}」と読むのは、辞書にない読み方です。用紙の字を確かめてください。"
    return ""


def _doubled(definition: FieldDefinition, value: str, read: str) -> str:
    """The same text twice: a correction that was typed before or behind the old value."""
    if not definition.kind.free or len(value) < 4:
        return ""
    half = value[: len(value) // 2]
    twice = len(value) % 2 == 0 and value == half * 2 and len(set(half)) > 1
    if twice or (len(read) > 1 and read != value and value.count(read) > 1):
        return "同じ文字が二度入っています。前の値が残っていませんか。"
    return ""


def _too_long(definition: FieldDefinition, value: str) -> str:
    longest = definition.kind.longest
    return f"長すぎるようです（{len(value)}文字）。" if 0 < longest < len(value) else ""
