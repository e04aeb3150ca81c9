"""Which totals of an edition's questions on persons or firms are hidden. Pure Python.

Somebody outside knows more sums than one table shows: the total of all municipalities stands under 団体区分 and is the sum of the
prefectures and of the population bands too, and a question that is the sum of others (`sum_of`) ties them together in every group.
So all questions that are tied are protected at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from yakuba.services.surveys.contracts import BodyClass
from yakuba.services.surveys.engine.definition import Definition, Question
from yakuba.services.surveys.engine.disclosure import LARGEST, Equation, protected
from yakuba.services.surveys.engine.tally import ALL, MUNICIPAL, FieldTally

PREFECTURES = f"class:{BodyClass.PREFECTURE.value}"
REST = "rest:"  # of bodies whose prefecture or population nobody knows: no table shows them
Cell = tuple[str, str]


def masks(definition: Definition, counted: Mapping[str, FieldTally]) -> dict[str, frozenset[str]]:
    """Code of a question → groups whose total is hidden; nothing of questions that no sum ties to one on persons or firms. Takes its
    time; the tally keeps it."""
    found: dict[str, frozenset[str]] = {}
    for family in definition.families:
        held = [one for one in family if one.code in counted]
        if held:
            found |= _hidden_of(held, counted, definition.threshold)
    return found


def _hidden_of(
    family: Sequence[Question], counted: Mapping[str, FieldTally], threshold: int
) -> dict[str, frozenset[str]]:
    unit = 10 ** max(one.decimals for one in family)
    cells: dict[str, int] = {}
    equations: list[Equation] = []
    unseen: list[str] = []
    for one in family:
        amounts = {
            name: int(Decimal(group.total or 0) * unit) for name, group in counted[one.code].groups.items()
        }
        if any(not 0 <= value <= LARGEST // 2 for value in amounts.values()):
            # What is below nothing or beyond measure has no bounds that could be worked out: nothing is shown.
            return {every.code: frozenset(counted[every.code].groups) for every in family}
        rest = _rest(amounts)
        unseen += [f"{one.code} {name}" for name in rest]
        cells |= {f"{one.code} {name}": value for name, value in (amounts | rest).items()}
        equations += _of_groups(one.code, [*amounts, *rest])
    equations += [tie for one in family for tie in _of_parts(one, counted, cells)]
    hidden = protected(cells, equations, threshold * unit, unseen)
    return {
        one.code: frozenset(name for name in counted[one.code].groups if f"{one.code} {name}" in hidden)
        for one in family
    }


def _rest(amounts: Mapping[str, int]) -> dict[str, int]:
    """What municipalities without a prefecture, or without a population, have together."""
    if MUNICIPAL not in amounts:
        return {}
    return {
        f"{kind}:{REST}": amounts[MUNICIPAL]
        - sum(value for name, value in amounts.items() if name.startswith(f"{kind}:"))
        for kind in ("prefecture", "band")
    }


def _of_groups(code: str, names: Sequence[str]) -> list[Equation]:
    """The sums of one question over its groups."""

    def of(start: str, without: str = "") -> frozenset[str]:
        return frozenset(f"{code} {name}" for name in names if name.startswith(start) and name != without)

    found = [(f"{code} {ALL}", of("class:"))] if ALL in names else []
    if MUNICIPAL in names:
        total = f"{code} {MUNICIPAL}"
        found += [(total, of("class:", PREFECTURES)), (total, of("prefecture:")), (total, of("band:"))]
    return found


def _of_parts(one: Question, counted: Mapping[str, FieldTally], cells: Mapping[str, int]) -> list[Equation]:
    """In every group the question is the sum of its parts, as far as the bodies' answers are."""
    if not one.sum_of or not all(code in counted for code in one.sum_of):
        return []
    found = []
    for name in counted[one.code].groups:
        total, parts = f"{one.code} {name}", frozenset(f"{code} {name}" for code in one.sum_of)
        if parts <= cells.keys() and cells[total] == sum(cells[part] for part in parts):
            found.append((total, parts))
    return found
