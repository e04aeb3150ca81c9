"""Published effects of the own town and of its group, by population, and indicators over the years."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.tenancy import current_municipality, every_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.reform.engine.opendata import Registered
from yakuba.services.reform.engine.tracks import Track, TrackYear, years
from yakuba.services.reform.models import EffectEntry, Indicator, IndicatorValue
from yakuba.services.robots import facade as robots

KIND = "reform.effect"


COPIED = (
    "population", "counted_on", "title", "means", "year", "cases", "before", "before_kind", "after", "after_kind", "saved",
    "kind", "source", "version",
)  # fmt: skip
READ = ("pk", "published_at", "municipality__code", "municipality__name", *COPIED)


def _published() -> QuerySet[EffectEntry]:
    """To be asked inside `every_municipality`."""
    towns = {town.pk for town in robots.group_towns()} | {current_municipality().pk}
    found: QuerySet[EffectEntry] = EffectEntry.all_municipalities.filter(
        municipality__in=towns, state=EffectEntry.State.PUBLISHED
    )
    return found


def published() -> list[Registered]:
    """What the own town and the towns of its group have published, by population."""
    rows = _published()
    with every_municipality("the towns of a group publish their effects together"):
        found = [_registered(*line) for line in rows.values_list(*READ)]
    return sorted(found, key=lambda one: (one.population, one.code, one.title))


def published_one(number: int) -> Registered | None:
    """One of them by its number; None where neither the own town nor its group publishes it."""
    with every_municipality("the towns of a group publish their effects together"):
        line = _published().filter(pk=number).values_list(*READ).first()
    return _registered(*line) if line else None


def registered(row: EffectEntry) -> Registered:
    """As it is published."""
    municipality = row.municipality
    values = [getattr(row, name) for name in COPIED]
    return _registered(row.pk, row.published_at, municipality.code, municipality.name, *values)


def _registered(number: int, published_at: datetime | None, code: str, body: str, *values: Any) -> Registered:
    published_on = timezone.localdate(published_at) if published_at else None
    told = dict(zip(COPIED, values, strict=True))
    return Registered(number=number, code=code, body=body, published_on=published_on, **told)


def own() -> QuerySet[EffectEntry]:
    """All versions of the own town, the newest first."""
    rows: QuerySet[EffectEntry] = EffectEntry.objects.select_related("initiative", "proposed_by")
    return rows.order_by("title", "-version")


def subject_of(row: EffectEntry) -> str:
    """By which its approval knows it."""
    return f"effect_entry:{row.pk}"


def waits(row: EffectEntry) -> bool:
    """Whether its approval is not answered yet."""
    waiting = Approval.objects.filter(kind=KIND, state=Proposal.State.PROPOSED, subject=subject_of(row))
    return row.state == EffectEntry.State.PROPOSED and bool(waiting.exists())


def state_of(row: EffectEntry) -> EffectEntry.State:
    """Its state; one that was sent back is refused."""
    if row.state == EffectEntry.State.PROPOSED and not waits(row):
        return EffectEntry.State.REFUSED
    return EffectEntry.State(row.state)


def licence() -> str:
    """Under which the town publishes."""
    return str(value("reform.licence"))


def track_of(row: Indicator) -> Track:
    """As the engine sees it."""
    return Track(row.name, row.unit, row.start_year, row.start, row.target_year, row.target, row.source)


def values_of(row: Indicator) -> dict[int, IndicatorValue]:
    """Year → the newest row."""
    return {
        one.year: one
        for one in IndicatorValue.objects.filter(indicator=row)
        .select_related("entered_by")
        .order_by("entered_at", "pk")
    }


def track_years(row: Indicator) -> list[TrackYear]:
    """Planned and measured."""
    return years(track_of(row), {year: one.value for year, one in values_of(row).items()})


def track_chart(row: Indicator, found: list[TrackYear]) -> Chart:
    """The line and what was measured."""

    def plain(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    series = {"計画": [plain(one.planned) for one in found], "実績": [plain(one.actual) for one in found]}
    used = {name: values for name, values in series.items() if any(value is not None for value in values)}
    return line_chart([f"{one.year}年度" for one in found], used, title=row.name, unit=row.unit)
