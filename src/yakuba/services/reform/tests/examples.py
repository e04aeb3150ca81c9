"""One object of every kind that an address of this room names, and an inventory with tasks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import classes, initiatives, rounds, sections
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.models import (
    EffectEntry,
    ImportedProcess,
    Indicator,
    Initiative,
    InventoryRound,
    Process,
    SectionInventory,
    StandardModel,
    Task,
)

ROWS = (
    TaskRow("入所申込", "受付", "申込書を確かめる", "確認", "regular", Decimal(1200), Decimal(15), "noncore", "routine", "none",
            "paper", Decimal(5), "my_number", "1,2,11,12"),
    TaskRow("入所申込", "受付", "申込書を入力する", "入力", "appointed", Decimal(1200), Decimal(10), "noncore", "routine", "none",
            "data", Decimal(5), "my_number", "1,2,11,12"),
    TaskRow("入所申込", "審査", "家庭の状況を判断する", "審査", "regular", Decimal(300), Decimal(40), "core", "not", "discretion",
            "paper", Decimal(20), "my_number"),
    TaskRow("相談", "", "保護者と話す", "相談", "regular", Decimal(400), Decimal(30), "core", "not", "discretion", "in_person",
            Decimal(10), "none"),
)  # fmt: skip
TERMS: dict[str, Any] = {
    "means": "robots",
    "year": 2026,
    "cases": Decimal(1200),
    "before": Decimal(10),
    "before_kind": "measured",
    "after": Decimal(2),
    "after_kind": "measured",
    "error_rate": Decimal(1),
    "fix": Decimal(30),
    "maintenance": Decimal(12),
    "initial": Decimal(300_000),
    "yearly": Decimal(50_000),
    "changes": Decimal(1),
    "change_hours": Decimal(8),
    "source": "30件を測った",
    "service": 4,
}


def inventory(
    year: int = 2026, name: str = "子育て課", rows: tuple[TaskRow, ...] = ROWS, actor: Actor = None
) -> SectionInventory:
    """A round with one section that has these tasks."""
    department, _ = Department.objects.get_or_create(name=name)
    deadline = timezone.localdate() + timedelta(days=30)
    row = InventoryRound.objects.filter(year=year).first() or rounds.open_round(
        year, deadline, [department], actor=actor
    )
    rounds.ask(row, [department])
    section: SectionInventory = SectionInventory.objects.get(round=row, department=department)
    sections.take_table(section, rows, actor=actor)
    section.refresh_from_db()
    return section


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """An inventory whose section, process and task carry the secret word, a price, and an initiative."""
    word = known["secret_word"]
    row = ROWS[0]
    named = TaskRow(**(vars(row) | {"process": f"{word}の業務", "task": f"{word}の作業"}))
    section = inventory(name=f"{word}課", rows=(named,), actor=clerk)
    classes.set_price("regular", 2026, 3285, "例", actor=clerk)
    made = initiatives.save_initiative(Initiative(), TERMS | {"title": f"{word}の取組"}, actor=clerk)
    draft = StandardModel.objects.create(
        key=word, name=f"{word}の流れ", version=1, source=word, steps=[{"name": f"{word}の工程"}]
    )
    figures = {
        "name": f"{word}の業務",
        "key": f"{word}の業務",
        "year": 2026,
        "steps": 1,
        "tasks": 1,
        "lacking": 0,
    }
    ImportedProcess.objects.create(
        code="131016", body="千代田区", source=word, rows=[{"task": word}], **figures
    )
    indicator = Indicator.objects.create(
        name=word, unit="件", start_year=2024, start=0, target_year=2028, target=10, source=word
    )
    names = ("title", "means", "year", "cases", "before", "before_kind", "after", "after_kind", "source")
    entry = EffectEntry.objects.create(
        initiative=made, version=1, saved=1, kind="measured", population=8000, counted_on=timezone.localdate(),
        **{name: getattr(made, name) for name in names},
    )  # fmt: skip
    return {
        "effect_entry_id": entry.pk,
        "indicator_id": indicator.pk,
        "standard_id": draft.pk,
        "body_code": "131016",
        "inventory_id": section.round_id,
        "section_id": section.pk,
        "process_id": Process.objects.get(section=section).pk,
        "task_id": Task.objects.get(section=section).pk,
        "initiative_id": made.pk,
        "year": 2026,
    }
