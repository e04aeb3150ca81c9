"""Which cases are about a person under protection (支援措置): found when the protection begins, and whenever a value of a
case is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.persons.protecting import Named, Told, judge, judge_all
from yakuba.kernel.persons.variants import address_key, local_part
from yakuba.kernel.protection.actions import put_under, take_out_unsure
from yakuba.kernel.protection.models import Covered, Protection
from yakuba.kernel.protection.queries import held
from yakuba.kernel.search import noting

NUMBERS = frozenset({"宛名番号", "住民番号", "識別番号", "person_number", "resident_number", "atena_number"})
BIRTH = ("birth", "生年月日")


def told_of(case: Case) -> Told:
    """What the case's values say of people."""
    values = dict(CaseValue.objects.filter(case=case).exclude(value="").values_list("field", "value"))
    fields = [item for item in case.procedure.definition.fields if item.code in values]
    addresses = [values[item.code] for item in fields if item.type == "address"]
    numbers = [values[item.code] for item in fields if NUMBERS & {item.code, item.label}]
    return Told([*_people(fields, values)], addresses, numbers)


def _people(fields: list[FieldDefinition], values: dict[str, str]) -> Iterator[Named]:
    """A name with the reading and the birth date that belong to it: `child_name` and `child_birth`; where a form names one
    person alone, whatever birth date there is."""
    names = [item for item in fields if item.type == "name"]
    births = [item for item in fields if item.type == "date" and _is_birth(item)]
    for item in names:
        kana = next((one.code for one in fields if one.type == "kana" and one.reading_of == item.code), "")
        about = item.code.removesuffix("name")
        own = [one for one in births if about and one.code.startswith(about)]
        if len(names) == 1:
            own = own or births
        birth = values[own[0].code] if own else ""
        yield Named(values[item.code], values.get(kana, ""), birth)
    if not names:  # a reading alone names somebody too
        yield from (Named(kana=values[item.code]) for item in fields if item.type == "kana")


def _is_birth(item: FieldDefinition) -> bool:
    return any(word in item.code or word in item.label for word in BIRTH)


def look(case: Case) -> None:
    """Put a case under every protection that it comes under."""
    if not held().exists():
        return
    found = judge_all(told_of(case))
    for row, verdict in found:
        put_under(row, KIND, case.pk, verdict.state, verdict.why)
    take_out_unsure(KIND, case.pk, [row for row, _ in found])


def spread(row: Protection) -> None:
    """A protection has begun, changed or ended: bring its cases and what the search knows of them up to date."""
    if row.is_held:
        for case in _candidates(row):
            if verdict := judge(row, told_of(case)):
                put_under(row, KIND, case.pk, verdict.state, verdict.why)
    keys = Covered.objects.filter(protection=row, kind=KIND).values_list("key", flat=True)
    noting.changed("ledger.cases", *keys)


def _candidates(row: Protection) -> Any:
    """Cases that say one of the pieces; whoever is near in one is the same in another."""
    said = [text for text in (row.number, row.name, row.kana, row.birth_text, row.address) if text]
    wanted = Q(value__in=said)
    place = re.split(r"\d", local_part(address_key(row.address)))[0]
    if row.household and place:  # however the numbers behind it are written
        wanted |= Q(value__contains=place)
    cases = CaseValue.objects.filter(wanted).values("case")
    return Case.objects.filter(pk__in=cases).select_related("procedure")


def watch_values(sender: Any, instance: CaseValue, **_: Any) -> None:
    """A value was written: the case may be about somebody now."""
    item = instance.case.procedure.definition.by_code.get(instance.field)
    if item is None or not instance.value:
        return
    if item.type in ("name", "kana", "date", "address") or NUMBERS & {item.code, item.label}:
        look(instance.case)
