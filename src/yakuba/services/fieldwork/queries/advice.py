"""Fields and what is known of them, for the engine and for pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.engine.advice.judging import (
    FieldFacts,
    Judged,
    StageNow,
    Verdict,
    judge,
    stage_of,
)
from yakuba.services.fieldwork.engine.advice.measures import DAILY, SOIL
from yakuba.services.fieldwork.engine.advice.rules import AdviceRules, read_rules
from yakuba.services.fieldwork.models import (
    AdviceRuleSet,
    FarmerLink,
    FarmField,
    FieldIndex,
    FieldWeather,
    IndexRun,
    SoilSample,
)

LOOKED_BACK = timedelta(days=430)  # of daily values: a season that begins in the autumn of the year before


@dataclass(frozen=True)
class FieldAdvice:
    """What is said of a field on a day."""

    field: FarmField
    stage: StageNow
    judged: tuple[Judged, ...]

    def of(self, verdict: Verdict) -> list[Judged]:
        """Those of one verdict."""
        return [one for one in self.judged if one.verdict is verdict]

    @property
    def advised(self) -> list[Judged]:
        """What is advised."""
        return self.of(Verdict.ADVISED)

    @property
    def lacking(self) -> list[Judged]:
        """Where not enough is known."""
        return self.of(Verdict.LACKING)

    @property
    def beyond(self) -> list[Judged]:
        """Where a rule is not made for it."""
        return self.of(Verdict.BEYOND)

    @property
    def others(self) -> list[Judged]:
        """What was looked at and does not apply."""
        return self.of(Verdict.NOT)


def fields() -> QuerySet[FarmField]:
    """By name."""
    return FarmField.objects.order_by("name", "pk")


def rule_sets() -> QuerySet[AdviceRuleSet]:
    """The newest first."""
    return AdviceRuleSet.objects.select_related("created_by", "published_by").order_by("-version")


def published() -> AdviceRuleSet | None:
    """What holds."""
    return rule_sets().filter(state=AdviceRuleSet.State.PUBLISHED).first()


def in_force() -> tuple[AdviceRuleSet, AdviceRules] | None:
    """The same, read; None where nothing holds, or an older release wrote what cannot be read any more."""
    row = published()
    if row is None:
        return None
    try:
        return row, read_rules(row.text)
    except DefinitionRefused:
        return None


def facts_of(rows: Sequence[FarmField], since: date, today: date) -> dict[int, FieldFacts]:
    """Of each field, daily values since a day."""
    stations = {row.station for row in rows if row.station}
    tables = _weather(stations, since)
    samples: dict[int, dict[str, dict[date, float]]] = defaultdict(lambda: defaultdict(dict))
    keys = [row.pk for row in rows]
    for sample in SoilSample.objects.filter(field_id__in=keys):
        for word, value in sample.values.items():
            samples[sample.field_id][word][sample.day] = float(value)
    runs = FieldIndex.objects.filter(field_id__in=keys).select_related("run").order_by("run__pk")
    for one in runs:
        samples[one.field_id][one.run.kind][one.run.day] = one.middle
    hub: dict[tuple[str, str], dict[date, float]] = {}
    found = {}
    for row in rows:
        daily = dict(tables.get(row.station, {}))
        if "平均気温" not in daily and row.entity_id and row.attribute:
            of = row.entity_id, row.attribute
            if of not in hub:
                hub[of] = cityhub.daily_means(*of, today)
            daily["平均気温"] = hub[of]
        found[row.pk] = FieldFacts(row.crop, row.sown_on, daily, samples[row.pk])
    return found


def _weather(stations: Iterable[str], since: date) -> dict[str, dict[str, dict[date, float]]]:
    found: dict[str, dict[str, dict[date, float]]] = defaultdict(lambda: defaultdict(dict))
    names = {word: kind.name for word, kind in DAILY.items()}
    for row in FieldWeather.objects.filter(station__in=list(stations), day__gte=since):
        for word, name in names.items():
            value = getattr(row, name)
            if value is not None:
                found[row.station][word][row.day] = value
    return {station: dict(daily) for station, daily in found.items()}


def advice(rows: Sequence[FarmField], rules: AdviceRules, day: date) -> list[FieldAdvice]:
    """Of these fields on a day; the days before it are over."""
    known = facts_of(rows, day - LOOKED_BACK, day)
    return [one_advice(row, known[row.pk], rules, day) for row in rows]


def one_advice(row: FarmField, known: FieldFacts, rules: AdviceRules, day: date) -> FieldAdvice:
    """Of one."""
    reckon = cityhub.accumulated
    return FieldAdvice(row, stage_of(rules, known, day, reckon), tuple(judge(rules, known, day, reckon)))


def field_map(found: Sequence[FieldAdvice]) -> Map:
    """Where fields lie, and how much each is advised."""
    rows = [_mapped(one) for one in found if one.field.outline]
    return value_map(rows, title="圃場と助言", unit="件", first="圃場", breaks=[1, 2])


def _mapped(one: FieldAdvice) -> Mapped:
    ring = tuple((float(east), float(north)) for east, north in one.field.outline)
    return Mapped(one.field.name, len(one.advised), Shape(areas=((ring,),)), one.field.crop)


def stations() -> list[dict[str, Any]]:
    """Stations whose weather came by table, with their days."""
    rows = FieldWeather.objects.values("station")
    return list(rows.annotate(first=Min("day"), last=Max("day"), days=Count("pk")).order_by("station"))


def runs() -> QuerySet[IndexRun]:
    """Pictures that were looked at."""
    return IndexRun.objects.order_by("-day", "-pk")


def soil_rows(row: FarmField) -> list[tuple[date, list[tuple[str, float, str]]]]:
    """Soil tests of a field, the newest first."""
    samples = SoilSample.objects.filter(field=row).order_by("-day")
    return [
        (one.day, [(word, one.values[word], SOIL[word].unit) for word in SOIL if word in one.values])
        for one in samples
    ]


def farmers() -> list[str]:
    """Names that fields have."""
    return list(
        FarmField.objects.exclude(farmer="").values_list("farmer", flat=True).distinct().order_by("farmer")
    )


def links() -> QuerySet[FarmerLink]:
    """Those that hold, and those that have ended."""
    return FarmerLink.objects.order_by("farmer", "-created_at")


def today() -> date:
    """The town's."""
    return timezone.localdate()
