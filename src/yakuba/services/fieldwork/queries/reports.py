"""Reports as staff read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.sight import sights
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.registry import CheckResult, QueueState
from yakuba.services.fieldwork.contracts import OPEN, ReportState, Stop
from yakuba.services.fieldwork.engine.nearby import Alike, Known, Point, alike, box
from yakuba.services.fieldwork.engine.rules import Category
from yakuba.services.fieldwork.models import Report, ToldReport
from yakuba.services.fieldwork.queries import rounds_offers, rules

MOST_NEAR = 200  # that are looked at


def reports() -> QuerySet[Report]:
    """All of the active town."""
    return Report.objects.select_related("section").annotate(supporters_number=Count("supporters"))


def searched(rows: QuerySet[Report], text: str) -> QuerySet[Report]:
    """Those whose number, words or place hold the text. Who reported is not looked through."""
    told = CaseValue.objects.filter(field__in=("description", "place"), value__icontains=text)
    return rows.filter(Q(number__icontains=text) | Q(case__in=told.values("case")))


def in_state(rows: QuerySet[Report], state: str) -> QuerySet[Report]:
    """open, late, done by a crew and still open, or a state."""
    if state == "visited":
        return rounds_offers.worked_at(rows)
    if state == "open":
        return rows.filter(state__in=OPEN)
    if state == "late":
        return rows.filter(state__in=OPEN, due_at__lt=timezone.now())
    return rows.filter(state=state)


def said(user: Any, cases: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """What each of these cases says by field, as this person may read it."""
    numbers = list(cases)
    seen = sights(user, numbers)
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    rows = CaseValue.objects.filter(case__in=numbers).select_related("case__procedure")
    for row in rows:
        definition = row.case.procedure.definition.by_code.get(row.field)
        if definition is not None:
            found[row.case_id][row.field] = seen[row.case_id].shown(definition, row.value)
    return found


def near(at: Point, category: Category) -> list[tuple[Report | ToldReport, Alike]]:
    """Open reports that may be of the same thing, the nearest first; outside as far as the inside tells of them."""
    south, north, west, east = box(at, category.alike_metres)
    now = timezone.now()
    rows = {
        row.pk: row
        for row in (ToldReport if is_outside() else Report)
        .objects.filter(
            category=category.code,
            state__in=OPEN,
            latitude__range=(south, north),
            longitude__range=(west, east),
            received_at__gte=now - timedelta(days=category.alike_days),
        )
        .order_by("-received_at")[:MOST_NEAR]
    }
    known = [
        Known(row.pk, Point(row.latitude, row.longitude), row.category, row.received_at)
        for row in rows.values()
    ]
    found = alike(at, category.code, now, known, category.alike_metres, category.alike_days)
    return [(rows[one.number], one) for one in found]


def stops(section: str = "") -> list[Stop]:
    """Open reports with a place, for the planning of rounds; of one section or of all."""
    rows = Report.objects.select_related("section").filter(state__in=OPEN).exclude(latitude=None)
    if section:
        rows = rows.filter(section__name=section)
    return [
        Stop(
            row.pk, row.number, row.category_label, row.section.name, row.latitude, row.longitude, row.due_at, row.urgent
        )
        for row in rows.order_by("due_at", "pk")
    ]  # fmt: skip


def waiting(user: User) -> QueueState:
    """Reports that nobody has begun, of the person's own section where they have one."""
    found = (
        _own(user).filter(state=ReportState.RECEIVED).aggregate(number=Count("pk"), oldest=Min("received_at"))
    )
    where = reverse("fieldwork:index") + "?state=received"
    return QueueState(found["number"], where, "通報を見る", found["oldest"])


def late(user: User) -> QueueState:
    """Open reports behind their last day."""
    rows = _own(user).filter(state__in=OPEN, due_at__lt=timezone.now())
    found = rows.aggregate(number=Count("pk"), oldest=Min("due_at"))
    where = reverse("fieldwork:index") + "?state=late"
    return QueueState(found["number"], where, "期限を過ぎた通報を見る", found["oldest"], True)


def _own(user: User) -> QuerySet[Report]:
    rows = Report.objects.all()
    return rows.filter(section=user.department_id) if user.department_id else rows


def self_check() -> list[CheckResult]:
    """Whether the rules can be read, and every section that they name is there."""
    from yakuba.kernel.tenancy.models import Department

    row = rules.newest()
    if row is None:
        return []
    found = rules.in_force()
    if found is None:
        return [
            CheckResult("通報の決まり", False, "決まりが読めません。「通報の決まり」を開いて直してください。")
        ]
    there = set(Department.objects.values_list("name", flat=True))
    lost = [name for name in found.sections if name not in there]
    advice = f"決まりにある課「{lost[0]}」がありません。決まりの課の名前を直してください。" if lost else ""
    return [CheckResult("通報の決まりの課", not lost, advice)]
