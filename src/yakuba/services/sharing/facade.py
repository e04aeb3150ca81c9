"""The sharing room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.refusals import Invalid
from yakuba.services.sharing.actions import advisors, closing, costs, prices, registers
from yakuba.services.sharing.engine.tables import HeadcountRow, UseRow
from yakuba.services.sharing.models import CostGroup
from yakuba.services.sharing.operations import prices as price_operations
from yakuba.services.sharing.queries import definitions


def is_empty() -> bool:
    """Whether no group was ever registered."""
    return not CostGroup.objects.exists()


def sample_group(
    given: Mapping[str, Any],
    bodies: Sequence[tuple[str, str, date]],
    people: Sequence[tuple[str, int]],
    counted_on: date,
    source: str,
) -> int:
    """A group with its bodies (code, name, first day) and their populations. → its number."""
    row = costs.set_group(dict(given))
    for code, name, joined in bodies:
        costs.set_body(row, code, name, joined, None)
    costs.load_headcounts(row, [HeadcountRow(code, counted_on, number, source) for code, number in people])
    return int(row.pk)


def sample_item(
    group: int,
    code: str,
    title: str,
    cost_class: str,
    since: str,
    key: Mapping[str, Any],
    amounts: Mapping[str, int],
    *,
    actor: User,
) -> None:
    """A cost with its key and its amounts by month."""
    row = costs.set_item(CostGroup.objects.get(pk=group), code, title, cost_class, 10)
    costs.set_key(row, since, {name: key.get(name, usual) for name, usual in _USUAL.items()})
    for month, yen in amounts.items():
        costs.add_amount(row, month, yen, "", actor=actor)


_USUAL: dict[str, Any] = {
    "equal": Decimal(0), "population": Decimal(0), "use": Decimal(0), "counted_on": None, "use_kind": "", "without_use": "equal",
    "source": "",
}  # fmt: skip


def sample_uses(group: int, rows: Sequence[tuple[str, str, str, int]]) -> None:
    """Use: code, month, kind, amount."""
    found = [UseRow(code, month, kind, Decimal(amount)) for code, month, kind, amount in rows]
    costs.load_uses(CostGroup.objects.get(pk=group), found)


def sample_closing(group: int, month: str, *, proposer: User, approver: User) -> None:
    """A month closed by two people."""
    made = closing.propose(CostGroup.objects.get(pk=group), month, "見本として締める", actor=proposer)
    approvals.approve(made, actor=approver)


def sample_prices(table: str, *, actor: User) -> None:
    """Prices, as a CSV text with headings. Raises Invalid."""
    found = price_operations.read(table.encode(), {})
    if found.problems:
        raise Invalid("表に読めないところがあります。", problems=found.problems)
    prices.keep(found.rows, actor=actor)


def sample_entry(kind: str, title: str, values: Mapping[str, str], evidence: str, *, actor: User) -> None:
    """An entry of a register. Raises Invalid."""
    registers.write(definitions.kind(kind), title, values, evidence, False, None, actor=actor)


def sample_support(
    people: Sequence[Mapping[str, Any]], asked: Mapping[str, Any], day: date, report: str, effect: str, *, actor: User
) -> None:  # fmt: skip
    """Advisors, and a request that the first of them has answered, with its published case."""
    team = [advisors.save_advisor(one) for one in people]
    row = advisors.ask(asked, actor=actor)
    advisors.book(row, day, False, 0, team[:1], "", actor=actor)
    advisors.publish(advisors.case_of(advisors.report(row, report, effect)), True)


def sample_request(asked: Mapping[str, Any], *, actor: User) -> None:
    """A request that waits for an advisor."""
    advisors.ask(asked, actor=actor)


__all__ = [
    "is_empty",
    "sample_closing",
    "sample_entry",
    "sample_group",
    "sample_item",
    "sample_prices",
    "sample_request",
    "sample_support",
    "sample_uses",
]
