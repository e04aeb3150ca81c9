"""The sharing room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.services.sharing.actions import closing, costs
from yakuba.services.sharing.engine.tables import HeadcountRow, UseRow
from yakuba.services.sharing.models import CostGroup


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


__all__ = ["is_empty", "sample_closing", "sample_group", "sample_item", "sample_uses"]
