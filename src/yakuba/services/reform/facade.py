"""The reform room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import rounds, sections
from yakuba.services.reform.actions.classes import set_price as state_price
from yakuba.services.reform.contracts import RegisteredBody
from yakuba.services.reform.engine.comparison import band
from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.models import Body, Initiative, InventoryRound, Process, SectionInventory
from yakuba.services.reform.operations import comparison, register, standards
from yakuba.services.reform.operations.initiatives import add_initiative as adding
from yakuba.services.reform.operations.inventory import describe, table_of_pasted
from yakuba.services.reform.queries import effects
from yakuba.services.reform.queries.initiatives import fiscal_year
from yakuba.services.reform.queries.register import KIND, subject_of


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


def registered_bodies() -> dict[str, RegisteredBody]:
    """The register of bodies with their population, as the active town loaded it, by code."""
    return {
        row.code: RegisteredBody(row.code, row.name, row.population, row.counted_on, row.source)
        for row in Body.objects.all()
    }


def add_initiative(given: Mapping[str, Any], *, actor: User) -> None:
    """An initiative with its terms. Raises Invalid."""
    adding(actor, **given)


def sample_bodies(table: str) -> None:
    """Populations, as a CSV text with headings. Raises Invalid."""
    comparison.take_bodies(comparison.register_in(table.encode(), {}))


def sample_comparison(table: str, year: int, source: str, *, actor: User) -> None:
    """Processes of other bodies, as a CSV text with headings. Raises Invalid."""
    found = comparison.processes_in(table.encode(), {})
    if found.problems:
        raise Invalid("表に読めないところがあります。", problems=found.problems)
    comparison.take_looked_at_processes(actor, found=found, year=year, source=source)


def share_all(*, actor: User) -> None:
    """The group sees every process of the town."""
    comparison.share(actor)


def sample_standard(name: str, *, actor: User) -> None:
    """A standard process model composed from all bodies that have the process."""
    standards.compose(actor, name=name)


def publish_effect(title: str, *, proposer: User, approver: User) -> None:
    """The effect of the initiative of that title, proposed by one person and approved by another."""
    row = Initiative.objects.get(title=title)
    made = register.propose_effect(proposer, initiative_id=row.pk, reason="見本として公表する")
    approvals.approve(Approval.objects.get(kind=KIND, subject=subject_of(made)), actor=approver)


def sample_indicators(own: Mapping[str, Any], values: Mapping[int, int], source: str, *, actor: User) -> None:
    """The country's targets, and one of the town with its values by year."""
    register.national_tracks(actor)
    row = register.set_indicator(actor, **own)
    for year, value in values.items():
        register.set_value(actor, indicator_id=row.pk, year=year, value=value, source=source)


__all__ = [
    "add_initiative",
    "band",
    "effects",
    "fiscal_year",
    "is_empty",
    "publish_effect",
    "registered_bodies",
    "sample_bodies",
    "sample_comparison",
    "sample_indicators",
    "sample_inventory",
    "sample_standard",
    "share_all",
    "state_price",
    "total",
]
