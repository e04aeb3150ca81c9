"""Which work can be planned, by whom, and which plans there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F

from yakuba.kernel.accounts import allowed, used_manifests
from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry import Failure, PlannedWork, planned_works, resolve
from yakuba.kernel.schedules.models import Schedule


def offered(user: Any) -> list[PlannedWork]:
    """What the person may plan: works of rooms that the town uses, with the right that the work itself needs."""
    return [
        work
        for manifest in used_manifests(user)
        for work in manifest.planned_works
        if allowed(user, work.permission)
    ]


def choices(work: PlannedWork, user: Any) -> list[tuple[str, str]]:
    """What the work can be done with, code and label."""
    return list(resolve(work.choices)(user))


@dataclass(frozen=True)
class Shown:
    """A schedule as it is listed. label: what is done, with what; may_begin: whether the person may do that work."""

    row: Schedule
    label: str
    may_begin: bool

    @property
    def pattern(self) -> str:
        """When, in words."""
        return str(self.row.pattern)


def shown(person: User) -> list[Shown]:
    """All schedules of the town for that person, the next first, then those that are switched off."""
    rows = Schedule.objects.select_related("owner").order_by(F("next_at").asc(nulls_last=True), "pk")
    return [Shown(row, label(row), may_begin(person, row)) for row in rows]


def offered_by_a_room(row: Schedule) -> PlannedWork | None:
    """The work that is planned; None where no room offers it any more."""
    return next((one for one in planned_works() if one.name == row.work), None)


def may_begin(person: User, row: Schedule) -> bool:
    """Whether the person may do the work that is planned; nobody is kept from what no room offers any more."""
    work = offered_by_a_room(row)
    return work is None or allowed(person, work.permission)


def label(row: Schedule) -> str:
    """What the schedule does, with the choice's own name where it still has one."""
    work = offered_by_a_room(row)
    if work is None:
        return row.work
    named = dict(choices(work, row.owner)).get(row.choice, row.choice)
    return f"{work.label}（{named}）"


def named(schedule_id: int) -> str:
    """The same for its number. Raises Schedule.DoesNotExist."""
    return label(Schedule.objects.select_related("owner").get(pk=schedule_id))


def failures(user: User, most: int | None = None) -> list[Failure]:
    """Schedules whose last turn failed or was missed."""
    from django.urls import reverse

    if not allowed(user, "schedules.manage"):
        return []
    rows = Schedule.objects.filter(outcome__in=(Schedule.Outcome.FAILED, Schedule.Outcome.MISSED))
    return [
        Failure(f"予定「{label(row)}」", row.told, reverse("schedules:schedules"), "予定を開く", row.last_at)
        for row in rows.exclude(last_at=None).select_related("owner")[:most]
    ]
