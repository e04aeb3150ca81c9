"""What plans of rounds are made of, and how a version is read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork.contracts import ChangeState, PlanState, StopKind, VersionState, VisitKind
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.asking import Asked, AskedStop, crew_of
from yakuba.services.fieldwork.engine.rounds.entries import GivenCrew, GivenStop
from yakuba.services.fieldwork.engine.rounds.problem import DAY, LeftOut, Plan, Rest, Round, Visit
from yakuba.services.fieldwork.engine.rounds.travel import Point
from yakuba.services.fieldwork.models import (
    Crew,
    CrewRound,
    LeftStop,
    RoundChange,
    RoundPlan,
    RoundStop,
    RoundVersion,
    StopEvent,
)

LONGEST_VISIT = 4 * 3600.0  # seconds: who forgot to press has not worked until the evening


def skills() -> tuple[str, ...]:
    """The list of skills that the town keeps."""
    return words.names_of(str(value("fieldwork.skills")))


def sections() -> list[str]:
    """Names of the town's sections."""
    return list(Department.objects.order_by("name").values_list("name", flat=True))


def crews(text: str = "") -> QuerySet[Any]:
    """Crews, those in use first."""
    return searched_crews(Crew.objects.select_related("section").order_by("-active", "name"), text)


def searched_crews(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of the rows that hold the words."""
    return rows.filter(
        Q(name__icontains=text)
        | Q(skills__icontains=text)
        | Q(place__icontains=text)
        | Q(section__name__icontains=text)
    )


def given_crew(row: Crew) -> GivenCrew:
    """A crew as it is entered."""
    return GivenCrew(
        row.name,
        row.latitude,
        row.longitude,
        row.section.name if row.section else "",
        row.skills,
        row.load,
        row.place,
        row.by_weekday,
        row.breaks,
        row.active,
    )


def given_stop(row: RoundStop) -> GivenStop:
    """A stop as it is entered."""
    return GivenStop(
        row.title,
        row.latitude,
        row.longitude,
        StopKind(row.kind),
        row.ref,
        row.minutes,
        row.load,
        row.skills,
        row.priority,
        row.windows,
        row.days,
    )


def plans(text: str = "") -> QuerySet[Any]:
    """Plans, the newest day first, each with `stops_number`."""
    rows = RoundPlan.objects.annotate(stops_number=Count("stops", distinct=True))
    return rows.filter(title__icontains=text).order_by("-first_day", "-pk")


def crews_of(plan: RoundPlan) -> list[Crew]:
    """The crews that a plan may send, in the order of the problem's shifts."""
    found = Crew.objects.filter(pk__in=plan.plan_crews.values("crew"))  # type: ignore[attr-defined]
    return list(found.select_related("section").order_by("name", "pk"))


def stops_of(plan: RoundPlan) -> list[RoundStop]:
    """Its stops by number; without those that were to be added and were not."""
    dropped = RoundChange.objects.filter(plan=plan, state=ChangeState.DROPPED).exclude(stop=None)
    rows = RoundStop.objects.filter(plan=plan).exclude(pk__in=dropped.values("stop"))
    return list(rows.order_by("number"))


def asked(plan: RoundPlan) -> Asked:
    """What the plan asks."""
    return Asked(
        plan.dates,
        tuple(
            crew_of(
                row.pk,
                row.name,
                (row.latitude, row.longitude),
                row.by_weekday,
                row.breaks,
                row.skills,
                row.load,
            )
            for row in crews_of(plan)
        ),
        tuple(
            AskedStop(
                row.pk,
                Point(row.latitude, row.longitude),
                row.minutes,
                row.load,
                frozenset(words.names_of(row.skills)),
                row.priority,
                words.spans_of(row.windows),
                words.days_of(row.days),
            )
            for row in stops_of(plan)
        ),
    )


def current(plan: RoundPlan) -> RoundVersion | None:
    """The version that holds."""
    found: RoundVersion | None = RoundVersion.objects.filter(plan=plan, state=VersionState.CURRENT).first()
    return found


def versions(plan: RoundPlan) -> QuerySet[Any]:
    """All that were ever made, the newest first."""
    return RoundVersion.objects.filter(plan=plan).select_related("made_by", "change").order_by("-number")


def rounds_of(version: RoundVersion) -> list[CrewRound]:
    """Its rounds by day and crew, with visits and stops at hand (`listed`)."""
    found = (
        CrewRound.objects.filter(version=version).select_related("crew").order_by("day", "crew__name", "pk")
    )
    return list(found.prefetch_related("visits__stop"))


def answer_of(version: RoundVersion, of: Asked) -> Plan:
    """The version as the solver's answer; rounds of crews that the plan no longer has are left out."""
    numbers = {(crew.key, day): number for number, (crew, day) in enumerate(of.shifts)}
    rounds = [
        Round(
            numbers[row.crew_id, row.day],
            tuple(Visit(str(one.stop_id), one.arrival, one.begin, one.end) for one in row.listed),
            tuple(Rest(*span) for span in rests_of(row)),
            row.leave,
            row.back,
            row.metres,
            row.seconds,
        )
        for row in rounds_of(version)
        if (row.crew_id, row.day) in numbers
    ]
    left = {str(row.stop_id): LeftOut(row.reason) for row in LeftStop.objects.filter(version=version)}
    return Plan(tuple(sorted(rounds, key=lambda one: one.shift)), left)


def rests_of(row: CrewRound) -> list[tuple[int, int]]:
    """Its breaks in seconds of the plan."""
    start = row.day * DAY
    return [(start + begin, start + end) for begin, end in words.spans_of(row.rests)]


def midnight(plan: RoundPlan) -> datetime:
    """At which the plan's seconds begin."""
    return timezone.make_aware(datetime.combine(plan.first_day, time.min))


def moment(plan: RoundPlan, at: datetime | None = None) -> int:
    """Seconds of the plan, now or then; negative before it begins."""
    return int(((at or timezone.now()) - midnight(plan)).total_seconds())


@dataclass(frozen=True)
class Standing:
    """Where a stop stands by what crews said. last: what was said last; closing: that it is done, or else that it could not be
    done; begun: when somebody arrived who has not said more."""

    last: StopEvent | None = None
    closing: StopEvent | None = None
    begun: StopEvent | None = None

    @property
    def is_done(self) -> bool:
        return self.closing is not None and self.closing.kind == VisitKind.DONE

    @property
    def is_closed(self) -> bool:
        """Done, or given up and not begun again."""
        return self.closing is not None


def standings(stops: Iterable[int]) -> dict[int, Standing]:
    """By stop, of those of which something was said."""
    found: dict[int, Standing] = {}
    rows = StopEvent.objects.filter(stop__in=list(stops)).select_related("crew", "user").order_by("pk")
    for event in rows:
        before = found.get(event.stop_id, Standing())
        if before.is_done:
            found[event.stop_id] = Standing(event, before.closing)
        elif event.kind == VisitKind.ARRIVED:
            found[event.stop_id] = Standing(event, None, event)
        else:
            found[event.stop_id] = Standing(event, event)
    return found


def open_changes(plan: RoundPlan) -> QuerySet[Any]:
    """Changes that wait for a decision or are calculated."""
    return RoundChange.objects.filter(plan=plan, state__in=("waiting", "ready", "failed")).order_by("-pk")


def published(day: Any = None) -> QuerySet[Any]:
    """Plans that crews see, the newest first."""
    return RoundPlan.objects.filter(state=PlanState.PUBLISHED).order_by("-first_day", "-pk")


def seconds_spent(event: StopEvent) -> float:
    """The working time of a visit that is over: as the crew says, else from its arrival by the server's clock; 0 where it said
    neither."""
    if event.minutes is not None:
        return event.minutes * 60.0
    arrived = (
        StopEvent.objects.filter(
            stop=event.stop_id, crew=event.crew_id, kind=VisitKind.ARRIVED, pk__lt=event.pk, own_time=""
        )
        .order_by("-pk")
        .first()
    )
    if arrived is None or event.own_time:
        return 0.0
    return float(min(LONGEST_VISIT, (event.at - arrived.at).total_seconds()))


def events_of(plan: RoundPlan) -> QuerySet[Any]:
    """What crews said of its stops, in the order in which it came."""
    return StopEvent.objects.filter(stop__plan=plan).select_related("stop", "crew", "user").order_by("pk")
