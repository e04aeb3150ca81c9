"""Where the hours of a round go, added up by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, Sum, Value, When

from yakuba.kernel.charts import Chart, bar_chart, heat_map
from yakuba.services.reform.contracts import ClassGroup, Core, Means, StaffKind
from yakuba.services.reform.engine.suitability import FEW_HOURS, SHARES, proposal
from yakuba.services.reform.models import HourPrice, InventoryRound, Task
from yakuba.services.reform.queries.inventory import name_of_department, traits

MOST = 20  # sections in a picture; the table has all
UNNAMED = "（分類なし）"
NOT_SAID = "（未記入）"


@dataclass(frozen=True)
class SectionHours:
    """Hours of one section a year: by class, and by group of classes."""

    number: int
    name: str
    by_class: dict[str, float]
    by_group: dict[str, float]

    @property
    def total(self) -> float:
        """All of them."""
        return sum(self.by_class.values())


@dataclass(frozen=True)
class Hours:
    """Hours of a round by section and class. classes: with any hours, in the town's order; unknown: tasks whose hours are not
    known."""

    sections: list[SectionHours]
    classes: list[str]
    groups: dict[str, float]
    tasks: int
    unknown: int

    @property
    def total(self) -> float:
        """All of them."""
        return sum(one.total for one in self.sections)

    def of_class(self, name: str) -> float:
        """Hours of one class."""
        return sum(one.by_class.get(name, 0.0) for one in self.sections)


def hours(row: InventoryRound) -> Hours:
    """By section and class, in one question."""
    found = (
        Task.objects.filter(round=row)
        .annotate(department=name_of_department("section__"))
        .values_list(
            "section",
            "department",
            "work_class__name",
            "work_class__group",
            "work_class__position",
        )
        .annotate(minutes=Sum("minutes_a_year"), tasks=Count("pk"), known=Count("minutes_a_year"))
        .order_by("department", "section", "work_class__position")
    )
    sections: dict[int, SectionHours] = {}
    order: dict[str, int] = {}
    groups: dict[str, float] = defaultdict(float)
    tasks = known = 0
    for number, name, work_class, group, position, minutes, count, with_hours in found:
        one = sections.setdefault(number, SectionHours(number, name, {}, defaultdict(float)))
        label, kind = work_class or UNNAMED, ClassGroup(group).label if group else UNNAMED
        one.by_class[label] = float(minutes or 0) / 60
        one.by_group[kind] += float(minutes or 0) / 60
        groups[kind] += float(minutes or 0) / 60
        order[label] = 999 if position is None else position
        tasks, known = tasks + count, known + with_hours
    by_hours = sorted(sections.values(), key=lambda one: (-one.total, one.name))
    return Hours(by_hours, sorted(order, key=lambda name: order[name]), dict(groups), tasks, tasks - known)


def shares_chart(found: Hours) -> Chart:
    """Of each section's hours the share of each group of classes, as 泉大津市 drew it."""
    labels = [*(one.label for one in ClassGroup), UNNAMED]
    rows = [
        (
            one.name,
            {label: 100 * one.by_group[label] / one.total for label in labels if one.by_group.get(label)},
        )
        for one in found.sections[:MOST]
        if one.total
    ]
    return bar_chart(_aligned(rows, labels), title="課ごとの、事務のまとまりの割合", unit="%", stacked=True)


def class_map(found: Hours) -> Chart:
    """Hours by section and class, darker where there are more."""
    rows = [(one.name, [one.by_class.get(name) for name in found.classes]) for one in found.sections[:MOST]]
    return heat_map(rows, found.classes, title="課と事務分類ごとの時間（1年）", unit="時間")


def _aligned(
    rows: Sequence[tuple[str, dict[str, float]]], labels: Sequence[str]
) -> list[tuple[str, dict[str, float]]]:
    """With the same series in each row, those that any has."""
    used = [label for label in labels if any(label in values for _, values in rows)]
    return [(name, {label: values.get(label, 0.0) for label in used}) for name, values in rows]


@dataclass(frozen=True)
class HoursOf:
    """Hours of one kind of tasks. value: what a list is narrowed by."""

    value: str
    label: str
    hours: float
    tasks: int


def by(row: InventoryRound, column: str, labels: Any) -> list[HoursOf]:
    """Hours by one of the words that a task has, all words in their order and what nobody filled in."""
    found = {
        value: (float(minutes or 0) / 60, tasks)
        for value, minutes, tasks in Task.objects.filter(round=row)
        .values_list(column)
        .annotate(minutes=Sum("minutes_a_year"), tasks=Count("pk"))
        .order_by()
    }
    named = [HoursOf(one.value, one.label, *found.get(one.value, (0.0, 0))) for one in labels]
    return [*named, *([HoursOf("", NOT_SAID, *found[""])] if "" in found else [])]


def core_chart(row: InventoryRound) -> Chart:
    """Core against non-core of each section with the most hours."""
    found = (
        Task.objects.filter(round=row, minutes_a_year__gt=0)
        .annotate(department=name_of_department("section__"))
        .values_list("department", "core")
        .annotate(minutes=Sum("minutes_a_year"))
        .order_by("department")
    )
    labels = [*(one.label for one in Core), NOT_SAID]
    sections: dict[str, dict[str, float]] = defaultdict(dict)
    for name, core, minutes in found:
        sections[name][Core(core).label if core else NOT_SAID] = float(minutes) / 60
    most = sorted(sections.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:MOST]
    return bar_chart(_aligned(most, labels), title="コアとノンコアの時間（1年）", unit="時間", stacked=True)


def months(row: InventoryRound) -> list[float]:
    """Hours in each month, from April on. A task that names its months is spread over these, any other over the year."""
    found = (
        Task.objects.filter(round=row)
        .values_list("months")
        .annotate(minutes=Sum("minutes_a_year"))
        .order_by()
    )
    sums = [0.0] * 12
    for named, minutes in found:
        chosen = [int(month) for month in named.split(",")] if named else list(range(1, 13))
        for month in chosen:
            sums[(month - 4) % 12] += float(minutes or 0) / 60 / len(chosen)
    return sums


def months_chart(row: InventoryRound) -> Chart:
    """The year's course."""
    rows = [(f"{(at + 3) % 12 + 1}月", {"時間": value}) for at, value in enumerate(months(row))]
    has_any = any(value["時間"] for _, value in rows)
    return bar_chart(rows if has_any else [], title="月ごとの時間", unit="時間")


@dataclass(frozen=True)
class Cost:
    """What the hours of one kind of staff cost a year; None where no price is stated. year: of the price."""

    label: str
    hours: float
    price: HourPrice | None

    @property
    def yen(self) -> float | None:
        """Hours · price."""
        return self.hours * self.price.yen if self.price else None


def prices(year: int) -> dict[str, HourPrice]:
    """The price of each kind of staff that holds in a fiscal year: of the latest year not after it, as it was entered last."""
    rows = HourPrice.objects.filter(year__lte=year).order_by("year", "entered_at", "pk")
    return {row.staff: row for row in rows}


def costs(row: InventoryRound) -> list[Cost]:
    """By kind of staff, those with hours."""
    known = prices(row.year)
    return [
        Cost(one.label, one.hours, known.get(one.value)) for one in by(row, "staff", StaffKind) if one.hours
    ]


@dataclass(frozen=True)
class MeansHours:
    """What a means may take over. hours: of the tasks for which it is proposed; freed: of these, what it takes; source: of
    the share that is assumed."""

    means: Means
    tasks: int
    hours: float
    freed: float
    source: str

    @property
    def left(self) -> float:
        """What stays with staff."""
        return self.hours - self.freed


def proposals(row: InventoryRound) -> list[MeansHours]:
    """Hours by proposed means. The database adds up the tasks that look alike to the rules; these are few."""
    alike = ("work_class__work", "routine", "judgement", "medium", "exceptions", "few")
    small = Case(
        When(minutes_a_year__lt=FEW_HOURS * 60, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    found = (
        Task.objects.filter(round=row)
        .annotate(few=small)
        .values_list(*alike)
        .annotate(minutes=Sum("minutes_a_year"), tasks=Count("pk"))
        .order_by()
    )
    sums: dict[Means, list[float]] = {means: [0, 0.0, 0.0] for means in Means}
    for work, routine, judgement, medium, exceptions, few, minutes, tasks in found:
        of = Decimal(0) if few else Decimal(FEW_HOURS * 60)  # only whether it is below decides
        verdict = proposal(traits(of, work, routine, judgement, medium, exceptions))
        each = float(minutes or 0) / 60
        kept = sums[verdict.means]
        kept[0] += tasks
        kept[1] += each
        kept[2] += each * float(verdict.share)
    sources = {means: share.source for means, share in SHARES.items()}
    return [
        MeansHours(means, int(n), all_, freed, sources.get(means, ""))
        for means, (n, all_, freed) in sums.items()
    ]


def remaining_chart(found: Sequence[MeansHours]) -> Chart:
    """What each means takes and what stays with staff."""
    rows = [
        (one.means.label, {"減る時間": one.freed, "職員に残る時間": one.left}) for one in found if one.hours
    ]
    return bar_chart(rows, title="提案した手段で減る時間と、残る時間（1年）", unit="時間", stacked=True)
