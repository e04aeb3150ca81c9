"""Whose number a case asks for, what it says of that person, and which cases wait for somebody to look (宛名突合)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.persons.matching import Candidate, Likeness, Probe
from yakuba.kernel.values import shown
from yakuba.services.reading.models import PersonMatch

OPEN = PersonMatch.State.OPEN
PIECES = {"name": "氏名", "kana": "フリガナ", "birth": "生年月日", "address": "住所", "number": "宛名番号"}
WORDS = {
    Likeness.SAME: ("success", "同じ"),
    Likeness.FORM: ("success", "書き方だけ違う"),
    Likeness.NEAR: ("warning", "少し違う"),
    Likeness.OTHER: ("error", "違う"),
    Likeness.UNKNOWN: ("waiting", "比べられない"),
}


def probe_of(case: Case) -> Probe | None:
    """What the case says of its person, as far as somebody confirmed it or it passed; None where the procedure asks for no
    number of a person."""
    definition = case.procedure.definition
    item = definition.resident
    if item is None:
        return None
    sure = CaseValue.objects.filter(case=case, trusted=True).exclude(origin=CaseValue.Origin.REGISTER)
    known = dict(sure.values_list("field", "value"))
    said = {key: known.get(code, "") for key, code in item.person.items()}
    return Probe(number=known.get(item.code, ""), **said)


def waits(case: Case) -> bool:
    """Whether the case waits for somebody to say who it is about."""
    return waiting().filter(case=case).exists()


def waiting() -> QuerySet[PersonMatch]:
    """Those that wait, the oldest first: somebody has to choose, or the number is needed and no register is loaded."""
    asked = Q(state=OPEN) | Q(state=PersonMatch.State.NO_REGISTER, needed=True)
    at_the_desk = (Status.READING, Status.CONFIRMING, Status.READY)
    rows = PersonMatch.objects.filter(asked, case__status__in=at_the_desk)
    return rows.select_related("case__procedure").order_by("looked_at", "pk")


@dataclass(frozen=True)
class Piece:
    """How one piece of a candidate agrees, for staff."""

    label: str
    value: str
    kind: str
    said: str


def pieces_of(found: Candidate) -> list[Piece]:
    """Every piece that the register says of a candidate, with how it agrees."""
    rows = []
    for key, label in PIECES.items():
        kind, said = WORDS[getattr(found, key)]
        value = getattr(found.entry, key)
        rows.append(Piece(label, shown("date", value) if key == "birth" and value else value, kind, said))
    return rows


def said_by(case: Case, user_sight: Any) -> list[tuple[str, str]]:
    """(label, value) of what the application says, as this person sees it."""
    definition = case.procedure.definition
    item, stored = definition.resident, values_of(case)
    if item is None:
        return []
    fields = [definition.field(code) for code in item.person.values()]
    return [(one.label, user_sight.shown(one, stored.get(one.code, ""))) for one in fields]
