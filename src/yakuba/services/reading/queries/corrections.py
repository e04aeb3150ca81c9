"""Corrections: what is to be changed, both registrations side by side, and where the same cause may have struck."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.sight import Sight
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.values import Script
from yakuba.services.reading.models import Correction, Sheet


@dataclass(frozen=True)
class SideBySide:
    """One field as it was entered and as it is right."""

    label: str
    entered: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether it is to be changed in the core system."""
        return self.entered != self.right


@dataclass(frozen=True)
class Cause:
    """How a wrong value came to pass, in a sentence, and the values that came to pass in the same way."""

    sentence: str
    values: QuerySet[Any]


def corrections() -> QuerySet[Correction]:
    """All, those first whose core system is still to be changed."""
    rows = Correction.objects.select_related("case__procedure", "opened_by", "done_by")
    return rows.order_by(F("done_at").desc(nulls_first=True), "opened_at")


def side_by_side(correction: Correction, seen: Sight) -> list[SideBySide]:
    """The whole registration: what the core system holds, beside what is right."""
    case = correction.case
    right = values_of(case)
    changed = {row.field: row for row in Correction.objects.filter(case=case, done_at=None)}
    changed[correction.field] = correction
    found = []
    for item in case.procedure.definition.fields:
        value = right.get(item.code, "")
        entered = changed[item.code].was if item.code in changed else value
        found.append(SideBySide(item.label, seen.shown(item, entered), seen.shown(item, value)))
    return found


def same_cause(correction: Correction) -> Cause:
    """Values of other cases that may be wrong for the same reason and that nobody has looked at since."""
    definition = correction.case.procedure.definition.field(correction.field)
    others = CaseValue.objects.exclude(case=correction.case).exclude(case__status=Status.WITHDRAWN)
    others = others.select_related("case__procedure")
    if correction.origin == CaseValue.Origin.PERSON:
        same = others.filter(
            case__procedure=correction.case.procedure_id,
            field=correction.field,
            origin=CaseValue.Origin.PERSON,
            confirmed_by=correction.wrong_by,
        )
        if correction.wrong_at:
            same = same.filter(confirmed_at__date=timezone.localdate(correction.wrong_at))
        sentence = f"職員が同じ日に確認した「{definition.label}」"
        return Cause(sentence, same.order_by("-pk"))
    passed = others.filter(origin=CaseValue.Origin.READING, trusted=True)
    way = Q(case__procedure=correction.case.procedure_id, field=correction.field)
    for key in ("decision", "confirmed_by"):
        if key in correction.source:
            way &= Q(**{f"source__{key}": correction.source[key]})
    sentence = f"人が見ずに同じ道筋で通った「{definition.label}」"
    written = definition.kind.free and definition.kind.script is not Script.DIGITS
    if written and (mistaken := sorted(_mistaken(correction.was, correction.right))):
        letters = Q()
        for part in mistaken:
            letters |= Q(value__contains=part)
        fields = Q(field__in=_fields_of(correction, definition.type))
        way |= Q(case__procedure=correction.case.procedure_id) & fields & letters
        sentence += f"と、同じ字（{'、'.join(mistaken)}）を含む値"
    batch = Sheet.objects.filter(pk=correction.source.get("sheet")).values_list("batch", flat=True).first()
    near = Sheet.objects.filter(batch=batch).values("case") if batch else Sheet.objects.none().values("case")
    same = passed.filter(way)
    return Cause(sentence, same.annotate(near=Q(case__in=near)).order_by("-near", "-pk"))


def _mistaken(was: str, right: str) -> Iterator[str]:
    """The parts of the wrong text that are not in the right one, without repetition."""
    parts = difflib.SequenceMatcher(None, was, right, autojunk=False).get_opcodes()
    return iter({was[a:b] for tag, a, b, _, _ in parts if tag in ("replace", "delete") and b - a <= 2})


def _fields_of(correction: Correction, type_: str) -> list[str]:
    fields = correction.case.procedure.definition.fields
    return [item.code for item in fields if item.type == type_]
