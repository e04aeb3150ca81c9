"""Applications as the ledger holds them: cases of the round's procedure as children with wishes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import CONFIRMED, Status
from yakuba.services.nursery.contracts import Problem
from yakuba.services.nursery.engine.rules import Rules
from yakuba.services.nursery.engine.rules.naming import FacilityNames
from yakuba.services.nursery.models import Round
from yakuba.services.nursery.queries import facts, rounds

WISH = re.compile(r"wish_(\d+)")
DECIDES = frozenset(
    [
        "child_name",
        "child_birth",
        "start_date",
        "sibling_mode",
        "sibling_together",
        "district",
        "current_facility",
        "gives_up",
        "wants_hold",
    ]
)  # what a round takes from every application, whatever its rules ask
NO_BIRTH = "児童の生年月日がないか、日付として読めません。受付簿で値を直して、もう一度取り込んでください。"
NOT_CONFIRMED = "だれも確かめていない値では選考できません：{fields}。受付の画面の「直す」で確かめて、もう一度取り込んでください。"
YES = frozenset({"yes", "1", "true", "はい", "あり", "有"})
UNCONFIRMED, LATER, SEATED = (
    "読み取り・確認が済んでいない",
    "入所希望日がこの回より後",
    "前の回で入所が決まっている",
)


@dataclass(frozen=True)
class Read:
    """rows: values of `Application` by field. left_out: reason → how many. withdrawn_cases: ids of cases."""

    rows: list[dict[str, Any]]
    problems: list[Problem]
    left_out: dict[str, int]
    withdrawn_cases: list[int]


def applications(round: Round, rules: Rules, seated: set[str]) -> Read:
    """Every confirmed case that asks for the round's start date or an earlier one, with its household. A case is refused
    where the round would decide by a value that nobody confirmed; such a value of another field is left out."""
    cases = list(Case.objects.filter(procedure=round.procedure).order_by("receipt_number"))
    values, unconfirmed = _values(round)
    places = rounds.places(round)
    labels = facts.procedure_labels(round)
    left_out: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    withdrawn: list[int] = []
    for case in cases:
        stated = {"receipt_number": case.receipt_number} | values.get(case.pk, {})
        doubted = unconfirmed.get(case.pk, set())
        reason = _reason_to_leave_out(case, stated, round)
        if case.status == Status.WITHDRAWN:
            withdrawn.append(case.pk)
        elif reason:
            left_out[reason] += 1
        elif relied := [code for code in stated if code in doubted and _decides(code, rules)]:
            problems.append(_not_confirmed(case, relied, round))
        else:
            try:
                rows.append(_row(case, _without(stated, doubted), places))
            except ValueError:
                problems.append(Problem(0, f"受付 {case.receipt_number}", NO_BIRTH))
    _put_households_together(rows, rules)
    for row in rows:
        row["facts"] = facts.canonical(row["facts"], rules, labels)
        row["sibling_mode"] = facts.mode_of(row["sibling_mode"], rules)
    rows, alone = _without_seated(rows, seated)
    if alone:
        left_out[SEATED] = alone
    return Read(rows, problems, dict(left_out), withdrawn)


def waiting(round: Round) -> int:
    """Cases of the round's procedure that are not confirmed yet."""
    rows = Case.objects.filter(procedure=round.procedure)
    return rows.filter(status__in=[Status.READING, Status.CONFIRMING]).count()


def _values(round: Round) -> tuple[dict[int, dict[str, str]], dict[int, set[str]]]:
    """Case → its values by field; and case → the fields whose value nobody confirmed."""
    found: dict[int, dict[str, str]] = {}
    unconfirmed: dict[int, set[str]] = {}
    rows = CaseValue.objects.filter(case__procedure=round.procedure)
    for case, field, value, trusted in rows.values_list("case_id", "field", "value", "trusted").iterator(
        chunk_size=5000
    ):
        found.setdefault(case, {})[field] = value
        if not trusted:
            unconfirmed.setdefault(case, set()).add(field)
    return found, unconfirmed


def _decides(code: str, rules: Rules) -> bool:
    """Whether a round decides by that field."""
    asked = code in DECIDES or code in rules.asked or code in rules.household_fields
    return asked or WISH.fullmatch(code) is not None


def _not_confirmed(case: Case, codes: list[str], round: Round) -> Problem:
    labels = round.procedure.definition.labels
    fields = "、".join(labels.get(code, code) for code in codes)
    return Problem(0, f"受付 {case.receipt_number}", NOT_CONFIRMED.format(fields=fields))


def _without(stated: Mapping[str, str], left: set[str]) -> dict[str, str]:
    return {code: value for code, value in stated.items() if code not in left}


def _reason_to_leave_out(case: Case, stated: Mapping[str, str], round: Round) -> str:
    if case.status not in CONFIRMED:
        return UNCONFIRMED
    wanted = stated.get("start_date", "")
    return LATER if wanted and wanted > round.start.isoformat() else ""


def _without_seated(rows: list[dict[str, Any]], seated: set[str]) -> tuple[list[dict[str, Any]], int]:
    """Children with a seat from an earlier round stay only beside a brother or sister who still applies."""
    applying = {row["household"] for row in rows if row["receipt_number"] not in seated}
    kept = [row for row in rows if row["household"] in applying]
    return kept, len(rows) - len(kept)


def _row(case: Case, stated: dict[str, str], places: FacilityNames) -> dict[str, Any]:
    """Values of `Application`. Raises ValueError for a birthday that is none."""
    current = stated.get("current_facility", "")
    return {
        "receipt_number": case.receipt_number,
        "case": case,
        "household": case.receipt_number,
        "sibling_mode": stated.get("sibling_mode", ""),
        "district": stated.get("district", ""),
        "name": stated.get("child_name", ""),
        "birth": date.fromisoformat(stated.get("child_birth", "")),
        "wishes": _wishes(stated, places),
        "current": places.id_of(current) if current else "",
        "gives_up": stated.get("gives_up", "") in YES,
        "wants_hold": stated.get("wants_hold", "") in YES,
        "facts": stated,
        "line": 0,
    }


def _wishes(stated: Mapping[str, str], places: FacilityNames) -> list[str]:
    """Facility codes in the order of `wish_1`, `wish_2` …; a name that no facility has stays as it is written,
    so that the check before the run names it. A facility named twice counts once."""
    numbered = sorted(
        (int(match[1]), value) for name, value in stated.items() if (match := WISH.fullmatch(name)) and value
    )
    return list(dict.fromkeys(places.id_of(value) for _, value in numbered))


def _put_households_together(rows: list[dict[str, Any]], rules: Rules) -> None:
    """Children with the same values in the rule file's household fields who apply together get the key of the
    first of them; everybody else is a household of their own."""
    if not rules.household_fields:
        return
    first: dict[tuple[str, ...], str] = {}
    for row in rows:
        stated = row["facts"]
        key = tuple(stated.get(name, "") for name in rules.household_fields)
        if stated.get("sibling_together", "yes") in YES and all(key):
            row["household"] = first.setdefault(key, row["receipt_number"])
