"""What the confirmed values of a case still contradict: sums, dates, postal codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.definitions.procedures import ProcedureDefinition as LedgerProcedure
from yakuba.kernel.ledger import guard
from yakuba.kernel.ledger.display import shown_value
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.services.reading.actions.reader import library
from yakuba.services.reading.contracts import Decision, FieldReading, Reason

LOOK = "これらの欄を用紙と見比べてください。用紙にそう書いてあれば、そのまま確定できます。"


@dataclass(frozen=True)
class Contradiction:
    """`field` is asked about; `sentence` says what does not fit and where to look."""

    field: str
    type: str
    reason: str
    sentence: str


def contradictions(case: Case) -> list[Contradiction]:
    """What the values of the case say against each other, one entry for each thing to ask."""
    from yakuba.services.reading.engine.crosschecks import check  # loads dictionaries: only when it is used

    values = values_of(case)
    procedure = library().procedures[case.procedure.code]
    findings = check(procedure, {code: _as_reading(code, value) for code, value in values.items()})
    definition = case.procedure.definition
    found = []
    for item in definition.fields:
        if item.code not in findings:
            continue
        for reason in findings[item.code].reasons:
            sentence = _SENTENCES.get(reason)
            text = sentence(definition, item, values) if sentence else ""
            if text:
                found.append(Contradiction(item.code, item.type, reason.value, text))
    return found


def related_fields(definition: LedgerProcedure, field: str) -> list[str]:
    """The fields that a contradiction of `field` is about, besides itself."""
    item = definition.field(field)
    others = [*item.sum_of, *([item.after] if item.after else [])]
    return others + ([item.postal_code_of] if item.postal_code_of else [])


def _as_reading(code: str, value: str) -> FieldReading:
    return FieldReading(code, "", "", 0, value, value, 1.0, Decision.TRUSTED, (), "", ())


def _by_rule(definition: LedgerProcedure, item: FieldDefinition, values: dict[str, str]) -> str:
    """What the procedure's own rule says; it is asked of the field that has the rule."""
    rules = guard.contradictions(definition, values)
    sentence = next((said for fields, said in rules.items() if fields[0] == item.code), "")
    return f"{sentence}{LOOK}" if sentence else ""


def _postal(definition: LedgerProcedure, item: FieldDefinition, values: dict[str, str]) -> str:
    if not item.postal_code_of:
        return ""
    address = definition.field(item.postal_code_of)
    return (
        f"「{item.label}」{shown_value(item, values[item.code])}が、「{address.label}」{values[address.code]}と"
        "合いません。両方の欄を用紙と見比べてください。用紙にそう書いてあれば、そのまま確定できます。"
    )


def _no_such_code(definition: LedgerProcedure, item: FieldDefinition, values: dict[str, str]) -> str:
    return (
        f"「{item.label}」{shown_value(item, values[item.code])}という郵便番号はありません。用紙と見比べてください。"
        "用紙にそう書いてあれば、そのまま確定できます。"
    )


_SENTENCES: dict[Reason, Callable[[LedgerProcedure, FieldDefinition, dict[str, str]], str]] = {
    Reason.SUM_MISMATCH: _by_rule,
    Reason.DATE_ORDER: _by_rule,
    Reason.POSTAL_MISMATCH: _postal,
    Reason.POSTAL_UNKNOWN: _no_such_code,
}
