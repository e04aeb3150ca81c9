"""Reads of the work inventory: who may write where, what waits, and the tasks of a round or a section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.queries import staff
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.registry import QueueState
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.engine.suitability import FEW_HOURS, Traits, Verdict, proposal
from yakuba.services.reform.models import InventoryRound, SectionInventory, Task, WorkClass

CANNOT_ANSWER = (
    "この人には棚卸しに答える権限がありません。別の人にするか、管理者に役割を足してもらってください。"
)
SOON = timedelta(days=3)


def rounds() -> QuerySet[InventoryRound]:
    """All of them, the newest first, with how many sections were asked and have answered, and their hours."""
    answered = Q(sections__state=SectionInventory.State.ANSWERED)
    found: QuerySet[InventoryRound] = InventoryRound.objects.annotate(
        asked=Count("sections"), answered=Count("sections", filter=answered)
    ).order_by("-year")
    return found


def latest_round(number: str = "") -> InventoryRound | None:
    """The round of that number, else the newest one with a task in it, else the newest; None where there is none."""
    rows = InventoryRound.objects.order_by("-year")
    if number.isascii() and number.isdecimal() and (found := rows.filter(pk=number[:18]).first()):
        return found  # type: ignore[no-any-return]
    filled = Task.objects.order_by("-round__year").values_list("round", flat=True).first()
    return rows.filter(pk=filled).first() or rows.first()


def sections(row: InventoryRound) -> QuerySet[SectionInventory]:
    """The sections of a round with their tasks and minutes a year."""
    return with_sums(SectionInventory.objects.filter(round=row))


def name_of_department(before: str = "") -> Coalesce:
    """For the database: the section's name, or the one that it had. before: path to the section, with its `__`."""
    return Coalesce(f"{before}department__name", f"{before}department_name")


def with_sums(rows: QuerySet[SectionInventory]) -> QuerySet[SectionInventory]:
    """With `count` of tasks and `minutes` a year."""
    return (
        rows.select_related("round", "department", "assigned_to")
        .annotate(count=Count("tasks"), minutes=Sum("tasks__minutes_a_year"), known_as=name_of_department())
        .order_by("known_as", "pk")
    )


def seen_by(user: Any) -> QuerySet[SectionInventory]:
    """The sections that the person may see: all with `reform.inventory` or `reform.rounds`, else those to answer for."""
    rows = SectionInventory.objects.select_related("round", "department", "assigned_to")
    if allowed(user, "reform.inventory") or allowed(user, "reform.rounds"):
        return rows
    return rows.filter(_own(user))


def own(user: Any) -> QuerySet[SectionInventory]:
    """The sections for which the person answers, in the order in which they are due."""
    return with_sums(SectionInventory.objects.filter(_own(user))).order_by(
        "round__closed", "-round__year", name_of_department(), "pk"
    )


def _own(user: Any) -> Q:
    mine = Q(assigned_to=user)
    return mine | Q(department=user.department_id) if user.department_id else mine


def may_write(actor: Actor, section: SectionInventory) -> bool:
    """Whether the person answers for the section: assigned to it, of that section, or who decides rounds; whoever operates the
    machine too."""
    if actor is None or allowed(actor, "reform.rounds"):
        return True
    if not allowed(actor, "reform.answer"):
        return False
    return section.assigned_to_id == actor.pk or (
        actor.department_id is not None and section.department_id == actor.department_id
    )


def people() -> QuerySet[User]:
    """Who may be asked to answer."""
    return staff().filter(is_active=True).order_by("display_name", "username")


def may_answer(person: User) -> bool:
    """Whether the person has the permission without which nobody opens the page."""
    return allowed(person, "reform.answer")


def classes(section: SectionInventory | None = None) -> dict[str, str]:
    """Comparable name → name of the classes in use; of a section also those that its tasks have, though they are retired."""
    wanted = Q(retired=False)
    if section is not None:
        wanted |= Q(pk__in=Task.objects.filter(section=section).values("work_class"))
    names = WorkClass.objects.filter(wanted).values_list("name", flat=True)
    return {comparable(name): name for name in names}


def without_answer(row: InventoryRound) -> tuple[int, int]:
    """How many sections of a round have not answered, of how many."""
    states = list(SectionInventory.objects.filter(round=row).values_list("state", flat=True))
    return len(states) - states.count(SectionInventory.State.ANSWERED), len(states)


def tasks(section: SectionInventory) -> QuerySet[Task]:
    """The tasks of a section, in their order."""
    rows: QuerySet[Task] = Task.objects.filter(section=section).select_related("process", "work_class")
    return rows.order_by("process__position", "process", "position", "pk")


@dataclass(frozen=True)
class TaskFacts:
    """A task as lists show it. minutes_a_year: None where it is not known; verdict: what may take it over."""

    pk: int
    process: str
    process_id: int
    section: str
    section_id: int
    step: str
    name: str
    work_class: str
    staff: str
    core: str
    cases: Decimal | None
    minutes: Decimal | None
    minutes_a_year: Decimal | None
    verdict: Verdict

    @property
    def means(self) -> str:
        """The proposed means."""
        return self.verdict.means.value

    @property
    def freed(self) -> Decimal:
        """Minutes a year that it may take."""
        return (self.minutes_a_year or Decimal(0)) * self.verdict.share


NAMES = (
    "pk", "process__name", "process_id", "department", "section_id", "step", "name", "work_class__name",
    "staff", "core", "cases", "minutes", "minutes_a_year", "work_class__work", "routine", "judgement", "medium", "exceptions",
)  # fmt: skip


def task_facts(row: InventoryRound) -> list[TaskFacts]:
    """All tasks of a round with what is proposed for each, in one question to the database."""
    named = Task.objects.filter(round=row).annotate(department=name_of_department("section__"))
    found = named.order_by("department", "section", "process__position", "position", "pk")
    return [_facts(line) for line in found.values_list(*NAMES)]


def _facts(line: Any) -> TaskFacts:
    number, process, process_id, section, section_id, step, name, work_class, staff_kind, core, *rest = line
    cases, minutes, minutes_a_year, *judged = rest
    return TaskFacts(
        number, process, process_id, section, section_id, step, name, work_class or "", staff_kind, core, cases, minutes,
        minutes_a_year, proposal(traits(minutes_a_year, *judged)),
    )  # fmt: skip


def traits(
    minutes_a_year: Any, work: Any, routine: str, judgement: str, medium: str, exceptions: Any
) -> Traits:
    """What the rules look at."""
    few = minutes_a_year is not None and minutes_a_year < FEW_HOURS * 60
    return Traits(work or "", routine, judgement, medium, exceptions, few)


def traits_of(task: Task) -> Traits:
    """The same of one task."""
    work = task.work_class.work if task.work_class else ""
    return traits(task.minutes_a_year, work, task.routine, task.judgement, task.medium, task.exceptions)


def waiting(user: Any) -> QueueState | None:
    """Inventories that the person has to answer."""
    rows = SectionInventory.objects.filter(_own(user), round__closed=False)
    return _queue(rows, reverse("reform:mine"), "答える")


def unanswered(user: Any) -> QueueState | None:
    """Sections that have not answered, for who asked them and may see them."""
    if not allowed(user, "reform.inventory"):
        return None
    rows = SectionInventory.objects.filter(round__closed=False)
    newest = InventoryRound.objects.filter(closed=False).order_by("-year").first()
    url = reverse("reform:round", args=[newest.pk]) if newest else reverse("reform:rounds")
    return _queue(rows, url, "答えていない課を見る")


def _queue(rows: QuerySet[SectionInventory], url: str, label: str) -> QueueState:
    """Since when they wait; urgent where the deadline is near or over."""
    rows = rows.exclude(state=SectionInventory.State.ANSWERED)
    found: Sequence[tuple[datetime, Any]] = list(rows.values_list("asked_at", "round__deadline"))
    soon = timezone.localdate() + SOON
    return QueueState(
        len(found),
        url,
        label,
        oldest=min((asked for asked, _ in found), default=None),
        urgent=any(deadline <= soon for _, deadline in found),
    )


def due_at(row: InventoryRound) -> datetime:
    """The end of the deadline's day."""
    return timezone.make_aware(datetime.combine(row.deadline, time.max))
