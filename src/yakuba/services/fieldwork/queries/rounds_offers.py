"""What of the room may be visited by a plan (open reports, traps), and what crews said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateTimeField, Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry import QueueState
from yakuba.kernel.values.calendar import written
from yakuba.services.fieldwork.contracts import (
    OPEN,
    Happened,
    OfferedStop,
    PlanState,
    StopKind,
    VisitKind,
)
from yakuba.services.fieldwork.engine.rounds.entries import PRIORITIES
from yakuba.services.fieldwork.engine.rounds.urgency import FIRST, USUAL, priority_of
from yakuba.services.fieldwork.models import Report, ReportEvent, RoundPlan, RoundStop, StopEvent, Trap
from yakuba.services.fieldwork.queries import rounds, wildlife

FILLABLE = (PlanState.DRAFT, PlanState.FAILED, PlanState.READY)
AT_A_TRAP = 10  # minutes
MOST_OFFERED = 400


@dataclass(frozen=True)
class Offer:
    """A stop that may be put in. pk: of the report or trap; why: its urgency in words; elsewhere: other plans that have it and
    are not over."""

    pk: int
    stop: OfferedStop
    why: str
    elsewhere: tuple[str, ...] = ()

    @property
    def priority(self) -> str:
        """In words."""
        return PRIORITIES[self.stop.priority]

    @property
    def is_first(self) -> bool:
        """Whether it should be among the first."""
        return self.stop.priority == FIRST


def fillable() -> QuerySet[Any]:
    """Plans that still take stops, those that begin first before the others; none that is over."""
    rows = RoundPlan.objects.filter(state__in=FILLABLE).order_by("first_day", "pk")
    today = timezone.localdate()
    return rows.filter(pk__in=[row.pk for row in rows if row.dates[-1] >= today])


def of_report(row: Report, plan: RoundPlan) -> OfferedStop:
    """The report as a stop: its kind and district, never the reporter's words. row: with a place."""
    title = f"{row.category_label}（{row.district}）" if row.district else row.category_label
    priority = priority_of(row.urgent, timezone.localdate(row.due_at), plan.dates[-1])
    return OfferedStop(
        StopKind.REPORT, row.number, title, float(row.latitude or 0), float(row.longitude or 0), priority=priority
    )  # fmt: skip


def of_trap(standing: wildlife.Standing) -> OfferedStop:
    """The trap as a stop; one that has shut comes first."""
    row = standing.trap
    priority = FIRST if standing.kind == "person" else USUAL
    title = f"わな {row.code}（{row.place}）" if row.place else f"わな {row.code}"
    return OfferedStop(
        StopKind.TRAP, row.code, title, row.latitude, row.longitude, AT_A_TRAP, priority
    )  # fmt: skip


def reports_for(plan: RoundPlan) -> list[Offer]:
    """Open reports with a place that the plan has not, the most urgent first."""
    rows = Report.objects.filter(state__in=OPEN).exclude(latitude=None)
    rows = rows.exclude(number__in=_inside(plan, StopKind.REPORT)).order_by("-urgent", "due_at", "pk")
    listed = list(rows[:MOST_OFFERED])
    elsewhere = _elsewhere(plan, StopKind.REPORT, [row.number for row in listed])
    return [
        Offer(
            row.pk,
            of_report(row, plan),
            ("急ぎ　" if row.urgent else "") + written(timezone.localdate(row.due_at)),
            elsewhere.get(row.number, ()),
        )
        for row in listed
    ]


def traps_for(plan: RoundPlan) -> list[Offer]:
    """Traps that stand and that the plan has not, those that have shut first."""
    rows = (
        Trap.objects.filter(removed_on=None).exclude(code__in=_inside(plan, StopKind.TRAP)).order_by("code")
    )
    listed = wildlife.standings(list(rows[:MOST_OFFERED]))
    elsewhere = _elsewhere(plan, StopKind.TRAP, [one.trap.code for one in listed])
    offers = [Offer(one.trap.pk, of_trap(one), one.state, elsewhere.get(one.trap.code, ())) for one in listed]
    return sorted(offers, key=lambda one: (one.stop.priority, one.stop.ref))


def _inside(plan: RoundPlan, kind: StopKind) -> list[str]:
    return [row.ref for row in rounds.stops_of(plan) if row.kind == kind and row.ref]


def _elsewhere(plan: RoundPlan, kind: StopKind, refs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    rows = RoundStop.objects.filter(kind=kind, ref__in=refs).exclude(plan__state=PlanState.CLOSED)
    found: dict[str, tuple[str, ...]] = {}
    for row in rows.exclude(plan=plan).select_related("plan").order_by("plan__first_day", "pk"):
        found[row.ref] = (*found.get(row.ref, ()), row.plan.title)
    return found


def stops_of_report(row: Report) -> QuerySet[Any]:
    """Where the report stands in plans, the newest first."""
    found = RoundStop.objects.filter(kind=StopKind.REPORT, ref=row.number)
    return found.select_related("plan").order_by("-plan__first_day", "-pk")


def visits_of_report(row: Report) -> list[StopEvent]:
    """What crews said of it, in the order in which it came."""
    found = StopEvent.objects.filter(stop__kind=StopKind.REPORT, stop__ref=row.number)
    return list(found.select_related("stop__plan", "crew", "user").prefetch_related("photos").order_by("pk"))


def worked_at(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of these reports those that are open though a crew said that it is done, since they came or were taken up again."""
    again = ReportEvent.objects.filter(report=OuterRef("pk"), kind=Happened.REOPENED).order_by("-pk")
    since = rows.filter(state__in=OPEN).annotate(
        taken_up_at=Coalesce(Subquery(again.values("at")[:1]), F("received_at"), output_field=DateTimeField())
    )
    done = StopEvent.objects.filter(
        kind=VisitKind.DONE,
        stop__kind=StopKind.REPORT,
        stop__ref=OuterRef("number"),
        at__gte=OuterRef("taken_up_at"),
    )
    return since.filter(Exists(done))


def is_worked_at(row: Report) -> bool:
    """Whether a crew did it and nobody has told the reporter."""
    return row.state in OPEN and worked_at(Report.objects.filter(pk=row.pk)).exists()


def waiting(user: User) -> QueueState:
    """Reports that a crew has done and that nobody has answered, of the person's own section where they have one."""
    rows = Report.objects.filter(section=user.department_id) if user.department_id else Report.objects.all()
    found = Report.objects.filter(pk__in=worked_at(rows).values("pk")).aggregate(
        number=Count("pk"), oldest=Min("changed_at")
    )
    where = reverse("fieldwork:index") + "?state=visited"
    return QueueState(found["number"], where, "班が済ませた通報を見る", found["oldest"])
