"""What came of the rounds: minutes planned and done, visits a day, why something was not done, and how far it really was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.charts import Chart, bar_chart
from yakuba.services.fieldwork.contracts import NotDone, PlanState, StopKind, VisitKind
from yakuba.services.fieldwork.engine.rounds.travel import Point, factor_of
from yakuba.services.fieldwork.models import RoundPlan, RoundStop, RoundVersion, StopEvent
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries.rounds_ways import factor

MONTHS_BACK = timedelta(days=366)
LEAST_DRIVEN = 10  # ways before a factor is proposed


@dataclass(frozen=True)
class KindFigures:
    """Of one kind of stop. planned, spent: minutes, medians over those that were done and timed; timed: how many."""

    kind: str
    done: int
    failed: int
    timed: int
    planned: float | None
    spent: float | None


@dataclass(frozen=True)
class Figures:
    """Of the rounds of a year. factor: what driven metres say, None with too few; driven: of how many ways; kilometres: of the
    plans as they held."""

    plans: int
    stops: int
    days: int
    kilometres: float
    kinds: list[KindFigures]
    reasons: Chart
    per_day: Chart
    factor: float | None
    driven: int
    used: float

    @property
    def percent(self) -> int | None:
        """The factor as the town's setting has it."""
        return None if self.factor is None else round(self.factor * 100)


def figures(today: date) -> Figures:
    """Over the plans of the last twelve months that were given to crews."""
    states = (PlanState.PUBLISHED, PlanState.CLOSED)
    plans = list(RoundPlan.objects.filter(state__in=states, first_day__gte=today - MONTHS_BACK))
    events = list(
        StopEvent.objects.filter(stop__plan__in=plans).select_related("stop", "crew").order_by("pk")
    )
    over = [event for event in events if event.kind != VisitKind.ARRIVED]
    versions = RoundVersion.objects.filter(plan__in=plans, state="current")
    reasons = Counter(NotDone(event.reason).label for event in over if event.kind == VisitKind.FAILED)
    by_day = Counter(timezone.localdate(event.at) for event in over if event.kind == VisitKind.DONE)
    driven = _driven(events)
    found = factor_of(driven) if len(driven) >= LEAST_DRIVEN else None
    shown = sorted(by_day.items())[-14:]
    return Figures(
        len(plans),
        RoundStop.objects.filter(plan__in=plans).count(),
        len(by_day),
        sum(versions.values_list("metres", flat=True)) / 1000,
        [_of_kind(kind, over) for kind in StopKind if any(event.stop.kind == kind for event in over)],
        bar_chart(
            [(label, {"件": float(number)}) for label, number in reasons.most_common()],
            title="できなかったわけ",
            unit="件",
        ),
        bar_chart(
            [(f"{day.month}月{day.day}日", {"済んだ": float(number)}) for day, number in shown],
            title="一日に済んだ訪問先（新しい14日）",
            unit="件",
        ),
        found,
        len(driven),
        factor(),
    )


def _of_kind(kind: StopKind, over: Sequence[StopEvent]) -> KindFigures:
    own = [event for event in over if event.stop.kind == kind]
    done = [event for event in own if event.kind == VisitKind.DONE]
    timed = [
        (event.stop.minutes, seconds / 60) for event in done if (seconds := queries.seconds_spent(event)) > 0
    ]
    return KindFigures(
        kind.label,
        len(done),
        len(own) - len(done),
        len(timed),
        median(planned for planned, _ in timed) if timed else None,
        round(median(spent for _, spent in timed), 1) if timed else None,
    )


def _driven(events: Sequence[StopEvent]) -> list[tuple[Point, Point, float]]:
    """Ways whose metres a crew read off its car: from the stop where it was last on that day."""
    last: dict[tuple[int, date], RoundStop] = {}
    found = []
    for event in events:
        key = (event.crew_id, timezone.localdate(event.at))
        before = last.get(key)
        if event.metres is not None and before is not None and before.pk != event.stop_id:
            found.append((_point(before), _point(event.stop), float(event.metres)))
        last[key] = event.stop
    return found


def _point(stop: RoundStop) -> Point:
    return Point(stop.latitude, stop.longitude)


def disagreements(stop: RoundStop, events: Sequence[StopEvent]) -> list[str]:
    """What differs between the events of a stop and the audit record, each in a sentence; nothing where they agree."""
    recorded = {
        int(one.details["event"]): (one.name, str(one.details["at"]))
        for one in AuditEvent.objects.filter(subject=f"stop:{stop.pk}", name__startswith="fieldwork.visit_")
        if "event" in one.details
    }
    found = []
    for event in events:
        said = recorded.pop(event.pk, None)
        label = VisitKind(event.kind).label
        if said is None:
            found.append(f"「{label}」は、監査記録にありません。")
        elif said != (f"fieldwork.visit_{event.kind}", event.at.isoformat()):
            found.append(f"「{label}」の内容か日時が、監査記録と違います。")
    return found + ["監査記録にある出来事が、ここにありません。" for _ in recorded]
