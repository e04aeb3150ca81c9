"""Taking applications and facilities into a round: from the ledger or from a file, as often as one likes.

What a person has corrected in the round is never overwritten; it is told instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.importing import TableKind
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.nursery.actions.rounds import preparing
from yakuba.services.nursery.contracts import AGES, Problem
from yakuba.services.nursery.engine.preparing.tables import read_facilities, read_households
from yakuba.services.nursery.models import Application, Facility, Round
from yakuba.services.nursery.queries import covering, facts, inputs, ledger, results, rounds, rules

WISHES_ASKED = 5  # shown for choosing a column; further wishes are read by their headings
OTHERS = "選考基準が使う項目として取り込みます"
APPLICATIONS = TableKind(
    "nursery.applications",
    "申込",
    (
        Column("受付番号", required=True),
        *map(Column, ("世帯番号", "児童氏名")),
        Column("生年月日", own=("児童生年月日",)),
        Column("地区"),
        *(Column(f"第{number}希望", required=number == 1) for number in range(1, WISHES_ASKED + 1)),
        *map(Column, ("きょうだいの希望", "今の施設", "今の席を空ける", "入所保留の希望")),
    ),
    OTHERS,
)
FACILITIES = TableKind(
    "nursery.facilities",
    "施設",
    (
        *(Column(name, required=True) for name in ("施設番号", "施設名")),
        *map(Column, ("種別", "地区")),
        *(Column(f"{age}歳", own=(f"{age}歳の空き",)) for age in AGES),
        Column("共用枠"),
    ),
    OTHERS,
)
LONGEST = {"receipt_number": 20, "name": 80, "household": 120, "district": 60}
LABELS = {"receipt_number": "受付番号", "name": "児童氏名", "household": "世帯番号", "district": "地区"}


@dataclass
class Taken:
    """What one taking did. kept: rows where a person's corrections were left alone. left_out: why rows of the
    ledger are not in the round, reason → how many. problems: rows that were refused."""

    new: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0
    withdrawn: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Good rows."""
        return self.new + self.changed + self.same


@transaction.atomic
def from_ledger(round: Round) -> Taken:
    """Take every confirmed case of the round's procedure that asks for its start date or an earlier one.
    Raises NotPossible when the round is frozen."""
    row = preparing(round)
    read = ledger.applications(row, rules.of_round(row), set(results.seated_before(row)))
    taken = Taken(left_out=read.left_out, problems=list(read.problems))
    _store(row, read.rows, taken)
    taken.withdrawn = _withdraw(row, read.withdrawn_cases)
    return taken


@transaction.atomic
def applications_from_file(round: Round, data: bytes) -> Taken:
    """Take a table of children, one row each. Bad rows are refused with line and reason, the good ones kept. Which
    column is which, the town chose before (`kernel.tables.remembering`), on the page only just. Raises NotPossible on a
    frozen round, and RulesRefused."""
    row = preparing(round)
    renamed = renaming_of(data, APPLICATIONS.name, APPLICATIONS.columns)
    households, problems = read_households(data, facts.number_type(row), renamed)
    taken = Taken(problems=list(problems))
    read, labels, places = rules.of_round(row), facts.procedure_labels(row), rounds.places(row)
    rows = []
    for household in households:
        for child in household.children:
            values = {
                "receipt_number": child.id,
                "household": household.id,
                "sibling_mode": facts.mode_of(household.sibling_mode, read),
                "district": household.district,
                "name": child.name,
                "birth": child.birth,
                "wishes": [places.id_of(wish) for wish in child.wishes],
                "current": places.id_of(child.current) if child.current else "",
                "gives_up": child.gives_up,
                "wants_hold": child.wants_hold,
                "facts": facts.canonical(child.facts, read, labels),
                "line": household.line,
            }
            if _fits(values, taken):
                rows.append(values)
    _store(row, rows, taken)
    return taken


@transaction.atomic
def facilities_from_file(round: Round, data: bytes) -> Taken:
    """Take a table of facilities with their free seats. A facility that the file does not name stays as it is."""
    row = preparing(round)
    found, problems = read_facilities(data, renaming_of(data, FACILITIES.name, FACILITIES.columns))
    taken = Taken(problems=list(problems))
    known = {place.code: place for place in Facility.objects.filter(round=row)}
    for item in found:
        values = inputs.FACILITY.dump_python(item, mode="json")
        code = values.pop("id")
        place = known.get(code) or Facility(round=row, code=code)
        if _put(place, values, taken):
            place.save()
    return taken


def _store(round: Round, rows: Iterable[Mapping[str, Any]], taken: Taken) -> None:
    known = {row.receipt_number: row for row in rounds.applications(round)}
    new: list[Application] = []
    changed: list[Application] = []
    for values in rows:
        values = dict(values)
        number = values.pop("receipt_number")
        before = known.get(number)
        row = before or Application(round=round, receipt_number=number)
        if _put(row, values, taken):
            (changed if before else new).append(row)
    Application.objects.bulk_create(new, batch_size=500)
    covering.look(row for row in (*new, *changed) if row.case_id is None)
    fields = [
        "household", "sibling_mode", "district", "name", "birth", "wishes", "current", "gives_up",
        "wants_hold", "facts", "line", "case",
    ]  # fmt: skip
    Application.objects.bulk_update(changed, fields, batch_size=200)


def _put(row: Any, values: Mapping[str, Any], taken: Taken) -> bool:
    """Put the values on the row but for what a person corrected; whether anything changed."""
    corrected = row.corrected
    differs, kept = False, False
    for name, value in values.items():
        if name == "facts":
            value, held = _merged_facts(row.facts, value, corrected)
            kept = kept or held
        elif name in corrected:
            kept = kept or getattr(row, name) != value
            continue
        if getattr(row, name) != value:
            setattr(row, name, value)
            differs = differs or name != "line"
    taken.kept += kept
    if row.pk is None:
        taken.new += 1
        return True
    taken.changed += differs
    taken.same += not differs
    return differs


def _merged_facts(
    before: Mapping[str, str], wanted: Mapping[str, str], corrected: Mapping[str, Any]
) -> tuple[dict[str, str], bool]:
    """The facts as taken, with the corrected ones as they stand; and whether that made a difference."""
    mine = {name: value for name, value in before.items() if f"facts.{name}" in corrected}
    return {**wanted, **mine}, any(wanted.get(name, "") != value for name, value in mine.items())


def _withdraw(round: Round, cases: Iterable[int]) -> int:
    """Applications whose case was withdrawn in the ledger leave the round too."""
    rows = Application.objects.filter(round=round, case__in=list(cases), state=Application.State.ACTIVE)
    return rows.update(state=Application.State.WITHDRAWN, withdrawn_reason="受付簿で取り下げられた")


def _fits(values: Mapping[str, Any], taken: Taken) -> bool:
    for name, longest in LONGEST.items():
        if len(str(values.get(name, ""))) > longest:
            reason = f"{LABELS[name]}が長すぎます。{longest}文字以内にしてください。"
            taken.problems.append(Problem(values["line"], str(values["receipt_number"])[:20], reason))
            return False
    return True
