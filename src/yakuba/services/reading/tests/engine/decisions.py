"""Readings as they come to the gate, made by hand, and what it decides about them."""

from __future__ import annotations

from yakuba.services.reading.contracts import Decision, Evidence, FieldReading
from yakuba.services.reading.engine.gate import decide
from yakuba.services.reading.engine.library import FormLibrary

CLEAR = Evidence(
    views=4,
    agreeing=4,
    characters=(0.99,) * 30,
    posterior=0.99,
    cells_agree=True,
    cell_floor=0.99,
    rivals=(),
    second=1.0,
)


def read(field: str, type_: str, value: str, evidence: Evidence = CLEAR) -> FieldReading:
    return FieldReading(
        field, field, type_, 1, value, value, 0.9, Decision.DOUBTFUL, (), "", (), evidence=evidence
    )


def decided(library: FormLibrary, procedure: str, *fields: FieldReading) -> dict[str, FieldReading]:
    return {r.field: r for r in decide(library.procedures[procedure], fields)}


def evidence(**changes: object) -> Evidence:
    return Evidence(**{**CLEAR.__dict__, **changes})  # type: ignore[arg-type]
