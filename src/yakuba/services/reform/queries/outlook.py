"""What an inventory says to the question of half the staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.townsettings import value
from yakuba.services.reform.contracts import Core, StaffKind
from yakuba.services.reform.engine.outlook import Outlook, YearHours
from yakuba.services.reform.models import InventoryRound, Task
from yakuba.services.reform.queries import analysis
from yakuba.services.reform.queries.inventory import without_answer

TARGET = 2040  # of the question as the ministry asked it (自治体戦略2040構想)
DONE_IN = 5  # years


def usual(row: InventoryRound) -> Outlook:
    """Half of the staff, the same work, and every step taken within five years."""
    steps = analysis.proposals(row)
    core = next(one.hours for one in analysis.by(row, "core", Core) if one.value == Core.CORE)
    return Outlook(
        hours=sum(one.hours for one in steps),
        core=core,
        saved=sum(one.freed for one in steps),
        year=row.year,
        target=max(TARGET, row.year + 1),
        staff=0.5,
        work=1.0,
        done=row.year + DONE_IN,
        per_person=float(value("reform.hours_per_person")),
        waiting=without_answer(row),
        unknown=Task.objects.filter(round=row, minutes_a_year__isnull=True).count(),
        contractor=sum(
            one.hours for one in analysis.by(row, "staff", StaffKind) if one.value == StaffKind.CONTRACTOR
        ),
    )


def with_choices(asked: Outlook, target: int, staff: float, work: float, done: int) -> Outlook:
    """The same, as somebody wants it."""
    return replace(asked, target=target, staff=staff, work=work, done=done)


def outlook_chart(found: Sequence[YearHours]) -> Chart:
    """Hours year by year."""
    return line_chart(
        [f"{one.year}年度" for one in found],
        {
            "職員の時間": [one.has for one in found],
            "仕事（今のまま）": [one.needs for one in found],
            "仕事（取組の後）": [one.with_steps for one in found],
        },
        title="職員の時間と、仕事にかかる時間",
        unit="時間",
    )
