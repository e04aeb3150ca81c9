"""What one person sees of the values of one case: My Number and, under 支援措置, where somebody lives, are hidden.

Every page, file and answer that shows a value of a case asks here, and shows what `Sight` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger.masking import shows
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.protection import policy
from yakuba.kernel.protection.policy import HIDDEN, Places

KIND = "ledger.case"
UNCONFIRMED = "（未確認）"  # stands in a file behind a value that nobody has confirmed


@dataclass(frozen=True)
class Sight:
    """revealed: My Number is shown; hidden: where somebody lives is not."""

    revealed: bool = False
    hidden: bool = True
    places: Places = field(default_factory=Places)

    def hides(self, item: FieldDefinition | None) -> bool:
        """Whether the place that the field says is hidden; of a field that nobody knows any more, too."""
        return self.hidden and (item is None or is_place(item, self.places))

    def shown(self, item: FieldDefinition, value: str) -> str:
        """A canonical value as staff read it."""
        if value and self.hides(item):
            return HIDDEN
        return item.shown(value, revealed=self.revealed)

    def cell(self, item: FieldDefinition, value: str, *, unconfirmed: bool = False) -> str | int:
        """The same in a spreadsheet. An unconfirmed one says so in its own cell, a blank one too: it is copied alone,
        and whoever reads the file by machine has to stop at it."""
        if value and self.hides(item):
            return HIDDEN
        cell = item.kind.cell(value, item.options, revealed=self.revealed)
        return f"{cell}{UNCONFIRMED}" if unconfirmed else cell

    def raw(self, item: FieldDefinition | None, value: str) -> str:
        """The same for a program: the canonical value, where it is neither masked nor hidden."""
        if value and self.hides(item):
            return HIDDEN
        masked = item is not None and item.kind.masked and not self.revealed
        return item.shown(value) if masked and item is not None else value


def is_place(item: FieldDefinition, places: Places) -> bool:
    """Whether the field says where somebody lives."""
    return places.has(item.type, item.code, item.label, item.lexicon)


def sight(user: Any, case: Case) -> Sight:
    """Of one case."""
    return sights(user, [case.pk])[case.pk]


def sights(user: Any, cases: Iterable[int]) -> Mapping[int, Sight]:
    """Of many cases, by their numbers."""
    numbers = list(cases)
    return _sights(user, numbers, policy.hidden(user, KIND, numbers))


def filed(user: Any, cases: Iterable[int]) -> Mapping[int, Sight]:
    """Of many cases in a letter or a file, which holds no place without a second person's word, opened or not."""
    numbers = list(cases)
    return _sights(user, numbers, policy.withheld(user, KIND, numbers))


def _sights(user: Any, numbers: Iterable[int], closed: frozenset[str]) -> Mapping[int, Sight]:
    revealed, places = shows(user), policy.places() if closed else Places()
    return {number: Sight(revealed, str(number) in closed, places) for number in numbers}


def place_fields(definition: ProcedureDefinition) -> list[str]:
    """The codes of the fields that are hidden under protection."""
    places = policy.places()
    return [item.code for item in definition.fields if is_place(item, places)]


def without_places(case: Case, text: str) -> str:
    """A sentence with nothing in it of the case's values that are hidden: what robots and staff have written down."""
    values = CaseValue.objects.filter(case=case, field__in=place_fields(case.procedure.definition))
    for value in values.exclude(value=""):
        item = case.procedure.definition.field(value.field)
        for said in sorted({value.value, item.shown(value.value)}, key=len, reverse=True):
            text = text.replace(said, HIDDEN)
    return text


def masked_values() -> Q:
    """CaseValue rows whose value is masked, of a field that the procedure lacks by now (which may have been one), or hidden
    under protection from everybody who has not opened it: nobody finds a case by them, so that nobody can try out where
    somebody lives."""
    places = policy.places()
    closed = [int(key) for key in policy.under(KIND)]
    found = Q(pk__in=())
    for procedure in Procedure.objects.all():
        codes = [item.code for item in procedure.definition.fields if not item.kind.masked]
        found |= Q(case__procedure=procedure) & ~Q(field__in=codes)
        if closed:
            said = [item.code for item in procedure.definition.fields if is_place(item, places)]
            found |= Q(case__in=closed, case__procedure=procedure, field__in=said)
    return found
