"""Prices beside one another."""

from __future__ import annotations

from django.db.models import QuerySet

from yakuba.kernel.charts import Chart, interval_chart
from yakuba.kernel.maps.places import places
from yakuba.services.reform import facade as reform
from yakuba.services.sharing.engine.benchmark import Band, bands
from yakuba.services.sharing.models import Price


def prices(kind: str = "") -> QuerySet[Price]:
    """Of one kind, or all."""
    found: QuerySet[Price] = Price.objects.order_by("kind", "code", "-year")
    return found.filter(kind=kind) if kind else found


def kinds() -> list[str]:
    """Kinds of product that somebody paid for."""
    return sorted(set(Price.objects.order_by().values_list("kind", flat=True)))


def known_bodies() -> dict[str, str]:
    """Bodies that a price may be of: those of today's list, and those of the town's register of populations."""
    found = {code: one.name for code, one in places().items()}
    return found | {code: one.name for code, one in reform.registered_bodies().items()}


def compared(kind: str, year: int | None = None, option: str = "") -> list[Band]:
    """By band of population."""
    rows = prices(kind)
    if year is not None:
        rows = rows.filter(year=year)
    paid = [row.paid for row in rows]
    if option:
        paid = [one for one in paid if option in one.options]
    return bands(paid)


def chart(found: list[Band]) -> Chart | None:
    """Median and the middle half by band; None where no band has enough bodies."""
    rows = [(band.label, round(band.middle[1], 2), (round(band.middle[0], 2), round(band.middle[2], 2))) for band in found if band.middle]  # fmt: skip
    return interval_chart(rows, title="人口1人あたりの年額（税抜き）", unit="円", interval="中央の半数") if rows else None  # fmt: skip
