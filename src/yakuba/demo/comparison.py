"""What came out against what was true: the ledger's values and the core system's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str]  # procedure code, receipt number


@dataclass(frozen=True)
class LedgerValue:
    """A value as the ledger holds it; `by_person` when a person confirmed or typed it."""

    case: Key
    field: str
    value: str
    by_person: bool


@dataclass(frozen=True)
class Comparison:
    """fields: true fields. auto / person: how they passed. silent_errors: passed without a person and wrong.
    entered / lost / twice: cases that the core system holds at least once / not at all / more than once.
    core_errors: fields that the core system holds otherwise than they are true."""

    fields: int
    auto: int
    person: int
    silent_errors: tuple[tuple[Key, str, str, str], ...]
    entered: int
    lost: tuple[Key, ...]
    twice: tuple[Key, ...]
    core_errors: tuple[tuple[Key, str, str, str], ...]


def compare(
    truth: Sequence[Mapping[str, Any]], ledger: Iterable[LedgerValue], core: Sequence[Mapping[str, Any]]
) -> Comparison:
    """Compare by procedure and receipt number. A true field that the ledger lacks counts as a person's work."""
    true = {(case["procedure"], case["receipt_number"]): dict(case["values"]) for case in truth}
    held = Counter((row["procedure"], row["receipt_number"]) for row in core)
    auto = [value for value in ledger if not value.by_person and value.field in true.get(value.case, {})]
    fields = sum(len(values) for values in true.values())
    return Comparison(
        fields=fields,
        auto=len(auto),
        person=fields - len(auto),
        silent_errors=tuple(
            (value.case, value.field, true[value.case][value.field], value.value)
            for value in auto
            if value.value != true[value.case][value.field]
        ),
        entered=sum(1 for case in true if held[case]),
        lost=tuple(case for case in true if not held[case]),
        twice=tuple(case for case, number in held.items() if number > 1),
        core_errors=tuple(_core_errors(true, core)),
    )


def _core_errors(
    true: Mapping[Key, Mapping[str, str]], core: Sequence[Mapping[str, Any]]
) -> Iterable[tuple[Key, str, str, str]]:
    for row in core:
        case = (row["procedure"], row["receipt_number"])
        if case not in true:
            yield case, "receipt_number", "", row["receipt_number"]
            continue
        for field, value in row["values"].items():
            if field in true[case] and true[case][field] != value:
                yield case, field, true[case][field], value
