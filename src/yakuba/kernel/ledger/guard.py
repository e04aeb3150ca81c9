"""What may be written into the ledger, whoever writes: only fields that the procedure knows, only canonical values, and
without a person's word only what the procedure's rules hold for possible."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.refusals import said_as
from yakuba.kernel.values import ValueRefused

RECEIPT_NUMBER = "receipt_number"  # the field that holds a case's own number, where a procedure has it


def check(procedure: ProcedureDefinition, field: str, value: str) -> FieldDefinition:
    """The field, which may hold the value. Raises ValueRefused for a field that the procedure lacks and for a value that
    is not the canonical one of its type; the sentence names the field and never a masked value."""
    definition = procedure.by_code.get(field)
    if definition is None:
        raise ValueRefused(
            f"手続「{procedure.title}」に項目 {field} はありません。手続の定義に加えるか、項目のコードを直してください。"
        )
    with said_as(ValueRefused, f"項目「{definition.label}」: "):
        canonical = definition.canonical(value)
    if canonical != value:
        raise ValueRefused(
            f"項目「{definition.label}」の値は、決まった形（{definition.shown(canonical)}）に直してから書き込んでください。"
        )
    return definition


def doubt(definition: FieldDefinition, value: str) -> str:
    """Why the procedure's rules do not hold the canonical value for possible, as a sentence, or nothing."""
    if not value:
        return ""
    return _unlisted(definition, value) or _outside(definition, value) or _other_length(definition, value)


def _unlisted(definition: FieldDefinition, value: str) -> str:
    if not definition.words or value in definition.words:
        return ""
    return (
        f"「{value}」は{definition.label}の一覧にありません。一覧から選んでください。"
        "用紙に一覧にない名が書いてあるときは、保留にして申請者に確かめてください。"
    )


def _outside(definition: FieldDefinition, value: str) -> str:
    if definition.kind.within(value, definition.range):
        return ""
    lowest, highest = (definition.shown(limit, revealed=True) for limit in definition.range)
    limits = f"{f'{lowest}から' if lowest else ''}{f'{highest}まで' if highest else ''}"
    return f"ふつうは{limits}の値です。"


def _other_length(definition: FieldDefinition, value: str) -> str:
    if not definition.length or len(value) == definition.length:
        return ""
    return f"ふつうは{definition.length}文字です（入力は{len(value)}文字）。"


def contradictions(procedure: ProcedureDefinition, values: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """What the values say against each other by the procedure's rules (`sum_of`, `after`): the fields at hand, the one
    that has the rule first → a sentence."""
    found = {}
    for item in procedure.fields:
        if item.sum_of and (sentence := _sum(procedure, item, values)):
            found[(item.code, *item.sum_of)] = sentence
        if item.after and (sentence := _order(procedure, item, values)):
            found[(item.code, item.after)] = sentence
    return found


def _sum(procedure: ProcedureDefinition, item: FieldDefinition, values: Mapping[str, str]) -> str:
    parts = [procedure.field(code) for code in item.sum_of]
    if not all(values.get(code) for code in (item.code, *item.sum_of)):
        return ""
    total = sum(int(values[part.code]) for part in parts)
    if total == int(values[item.code]):
        return ""
    listed = "と".join(f"「{part.label}」{part.shown(values[part.code])}" for part in parts)
    return f"「{item.label}」{item.shown(values[item.code])}が、{listed}の合計{total:,}と合いません。"


def _order(procedure: ProcedureDefinition, item: FieldDefinition, values: Mapping[str, str]) -> str:
    own, earlier = values.get(item.code), values.get(item.after)
    if not own or not earlier or own >= earlier:
        return ""
    before = procedure.field(item.after)
    return f"「{item.label}」{item.shown(own)}が、「{before.label}」{before.shown(earlier)}より前になっています。"
