"""What the search of the whole house finds in the ledger: cases, by their numbers and by any value that is not masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse

from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.ledger.naming import name_fields
from yakuba.kernel.ledger.queries import ERASED
from yakuba.kernel.ledger.sight import KIND, is_place
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.protection import policy
from yakuba.kernel.search import Entry, Text, numbers
from yakuba.kernel.search.cutting import plain

NUMBER, NAME = 3.0, 2.0  # what a word counts there, beside 1 in another value
MOST_NAMED = 20


def keys(after: str) -> Iterator[str]:
    """The cases in the order in which they came."""
    return numbers.keys(Case.objects.all(), after)


def entries(wanted: Sequence[str]) -> list[Entry]:
    """The cases of those keys."""
    values = Prefetch("values", CaseValue.objects.exclude(value=""))
    rows = Case.objects.filter(pk__in=numbers.numbers(wanted)).exclude(receipt_number__startswith=ERASED)
    rows = rows.prefetch_related(values)
    procedures = Procedure.objects.in_bulk({case.procedure_id for case in rows})
    closed, places = policy.under(KIND, wanted), policy.places()
    return [
        _entry(case, procedures[case.procedure_id], places if str(case.pk) in closed else None)
        for case in rows
    ]


def version() -> str:
    """Another one as soon as a procedure has other fields, or the town calls others a place: one that is masked or hidden from
    now on leaves the index, one that is not any more comes in."""
    documents = Procedure.objects.order_by("pk").values_list("code", "document")
    places = policy.places()
    return repr([list(documents), sorted(places.named), places.facility])


def named(text: str) -> list[str]:
    """The cases whose receipt number, or number in the core system, is the text; the newest first."""
    number = "".join(plain(text).split())
    same = Q(receipt_number__in=[number, text]) | Q(target_number__in=[number, text])
    return [
        str(key)
        for key in Case.objects.filter(same).order_by("-pk").values_list("pk", flat=True)[:MOST_NAMED]
    ]


def asked(user: Any, text: str, found: list[Entry]) -> list[Entry]:
    """Looking for a value is recorded, as in the list."""
    record("ledger.searched", actor=user, found=len(found))
    return found


def _entry(case: Case, procedure: Procedure, hidden: policy.Places | None) -> Entry:
    definition = procedure.definition  # parsed once for all its cases
    name_field, _ = name_fields(definition)
    texts = [Text(case.receipt_number, NUMBER, exact=True, label="受付番号")]
    if case.target_number:
        texts.append(Text(case.target_number, NUMBER, exact=True, label="登録番号"))
    name = ""
    for value in case.values.all():  # type: ignore[attr-defined]
        item = definition.by_code.get(value.field)
        if item is None or item.kind.masked or (hidden and is_place(item, hidden)):
            continue
        shown = item.shown(value.value)
        said = value.value if shown == value.value else f"{shown} {value.value}"
        texts.append(Text(said, NAME if item.type in ("name", "kana") else 1.0, exact=True, label=item.label))
        name = shown if item.code == name_field else name
    return Entry(
        str(case.pk),
        f"受付 {case.receipt_number} {name}".strip(),
        reverse("ledger:case", args=[case.pk]),
        tuple(texts),
        kind=procedure.code,
        detail=f"{procedure.title}、{LABELS[Status(case.status)]}",
        permission="ledger.view",
    )
