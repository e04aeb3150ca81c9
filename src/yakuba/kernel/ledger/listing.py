"""The list of cases as a person narrows and sorts it. What is looked for may be any value, as staff write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Case as When_
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from yakuba.kernel.ledger.masking import masked_values
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.values import ValueRefused, calendar

SORTS: dict[str, tuple[str, tuple[str, ...]]] = {  # key -> heading, columns
    "receipt": ("受付番号", ("receipt_number",)),
    "name": ("氏名", ("kana", "name", "receipt_number")),
    "procedure": ("手続", ("procedure__title", "receipt_number")),
    "status": ("状態", ("status", "receipt_number")),
    "updated": ("更新", ("updated_at",)),
}
USUAL = "procedure"


@dataclass(frozen=True)
class Wanted:
    """What a person wants to see; empty strings narrow nothing. `sort` is a key of SORTS, with - for downwards."""

    text: str = ""
    procedure: str = ""
    status: str = ""
    sort: str = USUAL

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From a query; what is not known there is left out."""
        sort = given.get("sort", "").strip()
        status = given.get("status", "").strip()
        return cls(
            text=(given.get("text") or given.get("receipt_number") or "").strip()[:100],
            procedure=given.get("procedure", "").strip(),
            status=status if status in set(Status) else "",
            sort=sort if sort.removeprefix("-") in SORTS else USUAL,
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.text or self.procedure or self.status)

    def parameters(self) -> dict[str, str]:
        """What of it stands in an address."""
        return {key: value for key, value in asdict(self).items() if value and value != USUAL}

    def without(self, key: str) -> dict[str, str]:
        """The address with one condition less."""
        return {name: value for name, value in self.parameters().items() if name != key}

    def conditions(self, titles: Mapping[str, str]) -> list[tuple[str, str]]:
        """(key, words) of everything that narrows; `titles` are the procedures' by code."""
        found = [
            ("text", f"「{self.text}」を含む") if self.text else None,
            ("procedure", titles.get(self.procedure, self.procedure)) if self.procedure else None,
            ("status", LABELS[Status(self.status)]) if self.status else None,
        ]
        return [one for one in found if one]


def listed(wanted: Wanted) -> QuerySet[Any]:
    """The cases, with `name` and `kana` (empty where a procedure has none)."""
    rows = _named(Case.objects.select_related("procedure"))
    if wanted.procedure:
        rows = rows.filter(procedure__code=wanted.procedure)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.text:
        rows = rows.filter(_holds(wanted.text))
    down = wanted.sort.startswith("-")
    columns = [F(column) for column in SORTS[wanted.sort.removeprefix("-")][1]]
    return rows.order_by(
        *(column.desc(nulls_last=True) if down else column.asc(nulls_last=True) for column in columns)
    )


def spellings(text: str) -> list[str]:
    """How what a person looks for may stand in the ledger: as typed, without blanks, digits without hyphens, a date
    as ISO 8601, kana as katakana."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)
    found = [text, "".join(text.split()), plain, katakana]
    if re.fullmatch(r"[-()〒0-9]+", plain):
        found.append(re.sub(r"\D", "", plain))
    with suppress(ValueRefused):
        found.append(calendar.read_date(text).isoformat())
    return [one for one in dict.fromkeys(found) if one]


def _holds(text: str) -> Q:
    values = CaseValue.objects.filter(case=OuterRef("pk")).exclude(masked_values())
    wanted, own = Q(), Q()
    for spelling in spellings(text):
        wanted |= Q(value__icontains=spelling)
        own |= Q(receipt_number__contains=spelling) | Q(target_number__icontains=spelling)
    return own | Q(Exists(values.filter(wanted)))


def _named(rows: QuerySet[Case]) -> QuerySet[Any]:
    """With the first name of each case and its reading."""
    fields = [(procedure.pk, *name_fields(procedure)) for procedure in Procedure.objects.all()]
    for position, called in enumerate(("name", "kana")):
        whens = [When(procedure=row[0], then=Value(row[position + 1])) for row in fields if row[position + 1]]
        if not whens:
            rows = rows.annotate(**{called: Value("", CharField())})
            continue
        chosen = When_(*whens, default=Value(""), output_field=CharField())
        values = CaseValue.objects.filter(case=OuterRef("pk"), field=OuterRef(f"{called}_field"))
        rows = rows.annotate(**{f"{called}_field": chosen}).annotate(
            **{called: Subquery(values.values("value")[:1])}
        )
    return rows


def name_fields(procedure: Procedure) -> tuple[str, str]:
    """The codes of a procedure's first name and of that name's reading; empty where it has none."""
    fields = procedure.definition.fields
    name = next((item.code for item in fields if item.type == "name"), "")
    kana = next((item.code for item in fields if item.type == "kana" and item.reading_of == name), "")
    return name, kana or next((item.code for item in fields if item.type == "kana"), "")
