"""Facts of an application in one form: by field code, in the ledger's canonical values."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.values import canonical as canonical_value
from yakuba.services.nursery.engine.rules import Field, Rules
from yakuba.services.nursery.engine.rules.fields import BadValue, Kind, read_value
from yakuba.services.nursery.models import Round

COLUMNS = frozenset(
    ["世帯番号", "第1希望", "今の施設", "今の席を空ける", "入所保留の希望", "きょうだいの希望", "地区"]
)  # columns of a file that are fields of the application itself


def canonical(facts: Mapping[str, str], rules: Rules, labels: Mapping[str, str]) -> dict[str, str]:
    """Facts under their codes where the rules or the procedure (`labels`: label → code) know them; choices as
    codes, dates ISO. A value that does not fit stays as written: the check before the run names it."""
    asked = rules.asked
    codes = {**labels, **{spec.label: code for code, spec in asked.items()}}
    found: dict[str, str] = {}
    for name, text in facts.items():
        if name in COLUMNS:
            continue
        code = codes.get(name, name)
        if text or code not in found:
            found[code] = value_of(asked[code], text) if code in asked else text
    return found


def value_of(spec: Field, text: str) -> str:
    """One value in canonical form, or as it is written when it does not fit."""
    try:
        value = read_value(spec, text)
    except BadValue:
        return text
    if value is None:
        return ""
    if spec.kind is Kind.TEXT:
        return canonical_value("text", text)  # as written: what rules compare has one width, and other kanji
    if isinstance(value, frozenset):
        return ",".join(code for code in spec.options if code in value)
    return str(value)


def procedure_labels(round: Round) -> dict[str, str]:
    """Label → code of the fields of the round's procedure."""
    return {item.label: item.code for item in round.procedure.definition.fields}


def number_type(round: Round) -> str:
    """The type of the procedure's field 受付番号, which says how a receipt number is checked."""
    fields = round.procedure.definition.fields
    return next((str(item.type) for item in fields if item.code == "receipt_number"), "")


def mode_of(text: str, rules: Rules) -> str:
    """A sibling mode's code, from its code or label; what is neither stays as it is written."""
    by_label = {label: code for code, label in rules.sibling_modes.items()}
    return by_label.get(text, text)
