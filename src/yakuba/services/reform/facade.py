"""The reform room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import rounds, sections
from yakuba.services.reform.actions.classes import set_price as state_price
from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.models import InventoryRound, Process, SectionInventory
from yakuba.services.reform.operations.initiatives import add_initiative as adding
from yakuba.services.reform.operations.inventory import describe, table_of_pasted
from yakuba.services.reform.queries import effects
from yakuba.services.reform.queries.initiatives import fiscal_year


def is_empty() -> bool:
    """Whether no inventory was ever asked for."""
    return not InventoryRound.objects.exists()


def sample_inventory(
    year: int,
    deadline: date,
    tables: Mapping[str, str],
    described: Mapping[str, Mapping[str, str]],
    *,
    departments: Sequence[str] = (),
    answered: Sequence[str] = (),
    assigned: Mapping[str, User] | None = None,
    closed: bool = False,
    actor: User,
) -> None:
    """A round whose sections have these tables, as they would be pasted. described: process → its description sheet; closed:
    all have answered, and nobody does any more; answered: who has, else. Raises Invalid where a row of a table cannot be read."""
    names = [*tables, *departments]
    asked = [Department.objects.get_or_create(name=name)[0] for name in names]
    row = rounds.open_round(year, deadline, asked, actor=actor)
    for section in SectionInventory.objects.filter(round=row).select_related("department", "round"):
        name = section.department.name
        if name in tables:
            _, table = table_of_pasted(tables[name], section)
            if table.problems:
                raise Invalid("表に読めないところがあります。", problems=table.problems)
            sections.take_table(section, table.rows.values(), actor=actor)
        for process in Process.objects.filter(section=section, name__in=described):
            describe(actor, process_id=process.pk, name=process.name, **described[process.name])
        if closed or name in answered:
            sections.answer(section, actor=actor)
        if assigned and name in assigned:
            rounds.assign(row, {section.pk: assigned[name]})
    if closed:
        rounds.close(row, True)


def add_initiative(given: Mapping[str, Any], *, actor: User) -> None:
    """An initiative with its terms. Raises Invalid."""
    adding(actor, **given)


__all__ = ["add_initiative", "effects", "fiscal_year", "is_empty", "sample_inventory", "state_price", "total"]
