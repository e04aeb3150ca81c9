"""Finding a finished sheet again: by person or number, and by the fiscal year in which its application came."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone

from yakuba.kernel.ledger.listing import spellings
from yakuba.kernel.ledger.models import CaseValue, Procedure
from yakuba.kernel.ledger.queries import ERASED
from yakuba.kernel.ledger.sight import masked_values
from yakuba.kernel.values import calendar
from yakuba.services.reading.models import Sheet

APRIL = 4


def placed() -> QuerySet[Sheet]:
    """Sheets that are a page of a case and whose picture is there, the latest first."""
    rows = Sheet.objects.filter(state=Sheet.State.PLACED, case__isnull=False, image__isnull=False)
    rows = rows.exclude(case__receipt_number__startswith=ERASED)
    return rows.select_related("case__procedure", "form", "file").order_by(
        "-case__created_at", "case", "page"
    )


def by_person(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of a person's name or its reading, of a receipt number, or of a number in the core system or the register; by
    no other value, and by none that is masked or hidden."""
    named, wanted, numbered = Q(pk__in=()), Q(), Q()
    for procedure in Procedure.objects.all():
        items = procedure.definition.fields
        codes = [item.code for item in items if item.type in ("name", "kana") or item.person]
        named |= Q(case__procedure=procedure, field__in=codes)
    for spelling in spellings(text):
        wanted |= Q(value__icontains=spelling)
        numbered |= Q(case__receipt_number__contains=spelling) | Q(case__target_number__icontains=spelling)
    values = CaseValue.objects.filter(named & wanted).exclude(masked_values())
    return rows.filter(numbered | Q(case__in=values.values("case")))


def fiscal_year(moment: datetime) -> int:
    """The year in which its fiscal year began."""
    day = timezone.localtime(moment)
    return day.year if day.month >= APRIL else day.year - 1


def years() -> list[tuple[str, str]]:
    """The fiscal years of which there are sheets, the latest first."""
    ends = placed().aggregate(first=Min("case__created_at"), last=Max("case__created_at"))
    if ends["first"] is None:
        return []
    first, last = fiscal_year(ends["first"]), fiscal_year(ends["last"])
    return [(str(year), year_label(year)) for year in range(last, first - 1, -1)]


def year_label(year: int) -> str:
    """令和8年度（2026）."""
    return f"{calendar.fiscal_year(year)}（{year}）"


def of_year(rows: QuerySet[Any], year: str) -> QuerySet[Any]:
    """Those whose application came in that fiscal year."""
    begin, end = (
        timezone.make_aware(datetime.combine(datetime(int(year) + more, APRIL, 1), time.min))
        for more in (0, 1)
    )
    return rows.filter(case__created_at__gte=begin, case__created_at__lt=end)


def with_names(rows: list[Sheet]) -> list[Sheet]:
    """The same rows, each with the `name` of its case's first person."""
    for row in rows:
        assert row.case is not None
        row.name = row.case.name  # type: ignore[attr-defined]
    return rows
