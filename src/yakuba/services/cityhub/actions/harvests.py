"""Crops, and the day on which they are ripe; workers reckon once a day."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from datetime import time as clock

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.cityhub.engine.boards import Window
from yakuba.services.cityhub.engine.degreedays import ripening
from yakuba.services.cityhub.models import HarvestPlan, Series
from yakuba.services.cityhub.queries.steps import steps

MOST, YEARS = 500, 10
DAY = timedelta(days=1)


@transaction.atomic
def save(
    plan_id: int | None,
    *,
    title: str,
    series_id: int,
    begin: date,
    base: float,
    target: float,
    source: str,
    actor: Actor,
) -> HarvestPlan:
    """Look for the harvest of a crop (None: a new one). Raises Invalid, Missing, Conflict."""
    for place, text in (("題名", title), ("出典", source)):
        if not text.strip():
            raise Invalid("空です。書いてください。", place=place)
    if (
        not (math.isfinite(base) and math.isfinite(target))
        or not 0 < target <= 20_000
        or not -10 <= base <= 40
    ):
        raise Invalid("基準温度は-10から40℃、目標は20,000℃・日までにしてください。", place="目標の積算温度")
    if begin > timezone.localdate() + 366 * DAY or begin.year < 2000:
        raise Invalid("種をまいた日や花の咲いた日を書いてください。", place="積算を始める日")
    if not Series.objects.filter(pk=series_id).exists():
        raise Missing(f"{series_id}番の測定がありません。一覧から選んでください。")
    if plan_id is None:
        if HarvestPlan.objects.count() >= MOST:
            raise Conflict(f"収穫の見込みは{MOST}までです。終わったものを消してください。")
        row = HarvestPlan()
    else:
        row = _held(plan_id)
    row.title, row.series_id, row.begin = title.strip(), series_id, begin
    row.base, row.target, row.source = base, target, source.strip()
    row.made_on = row.reached = row.earliest = row.middle = row.latest = None
    row.save()
    record("cityhub.harvest_set", subject=f"harvest:{row.pk}", actor=actor)
    return row


def _held(plan_id: int) -> HarvestPlan:
    row: HarvestPlan | None = HarvestPlan.objects.select_for_update().filter(pk=plan_id).first()
    if row is None:
        raise Missing(f"{plan_id}番の収穫の見込みがありません。番号を確かめてください。")
    return row


@transaction.atomic
def remove(plan_id: int, *, actor: Actor) -> HarvestPlan:
    """Away with it. Raises Missing."""
    row = _held(plan_id)
    record("cityhub.harvest_removed", subject=f"harvest:{row.pk}", actor=actor, title=row.title)
    key = row.pk
    row.delete()
    row.pk = key
    return row


def prepare_everywhere() -> None:
    """In each town, what a day that is over makes possible."""
    in_each_town("harvests", prepare_due)


def prepare_due() -> None:
    """Those that were not reckoned today; what is ripe stays as it is, unless days were filled whose values may come."""
    today = timezone.localdate()
    rows = HarvestPlan.objects.filter(
        Q(made_on=None) | Q(made_on__lt=today, reached=None) | Q(made_on__lt=today, filled__gt=0)
    )
    for row in rows.select_related("series").order_by("pk"):
        prepare(row, today)


def prepare(row: HarvestPlan, today: date) -> None:
    """Reckon one anew."""
    found = ripening(daily(row.series, today), row.begin, today, row.base, row.target)
    HarvestPlan.objects.filter(pk=row.pk, begin=row.begin, base=row.base, target=row.target).update(
        made_on=today,
        total=found.total,
        filled=found.filled,
        years=len(found.years),
        reached=found.reached,
        earliest=found.earliest,
        middle=found.middle,
        latest=found.latest,
    )


def daily(series: Series, today: date) -> dict[date, float]:
    """Means of whole days of the last years, up to the day before today."""
    first = date(today.year - YEARS, 1, 1)
    start = timezone.make_aware(datetime.combine(first, clock.min))
    found = steps(series, Window(start, DAY, (today - first).days))
    return {first + place * DAY: one.mean for place, one in enumerate(found) if one is not None}


def daily_means(entity_id: str, attribute: str, today: date) -> dict[date, float]:
    """The same of a series by the hub's words; empty where there is none."""
    series = Series.objects.filter(entity_id=entity_id, attribute=attribute).order_by("pk").first()
    return daily(series, today) if series is not None else {}
