"""Sums of what was used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from yakuba.kernel.meter.kinds import kinds
from yakuba.kernel.meter.models import Usage
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tenancy import current_municipality

COLUMNS = ("団体コード", "自治体", "月", "種類", "名称", "量", "単位", "回数")


@dataclass(frozen=True)
class Total:
    """What a municipality used of one kind in one month. amount: in `unit`; times: how many uses."""

    code: str
    town: str
    month: str
    kind: str
    label: str
    amount: Decimal
    unit: str
    times: int

    @property
    def shown(self) -> str:
        """The amount without decimals that say nothing."""
        return f"{self.amount.normalize():,f}" if self.amount else "0"


def totals(month: str = "") -> list[Total]:
    """The active municipality's sums, the newest month first, in the order of the manifests; of one month where given."""
    town, known = current_municipality(), kinds()
    rows = Usage.objects.filter(**({"month": month} if month else {}))
    sums = rows.order_by().values_list("month", "kind").annotate(amount=Sum("amount"), times=Count("pk"))
    found = [
        Total(
            town.code,
            town.name,
            when,
            kind,
            known[kind].label if kind in known else kind,
            amount,
            known[kind].unit if kind in known else "",
            times,
        )
        for when, kind, amount, times in sums
    ]
    order = {name: number for number, name in enumerate(known)}
    found.sort(key=lambda one: (order.get(one.kind, len(order)), one.kind))
    return sorted(found, key=lambda one: one.month, reverse=True)


def table(rows: Iterable[Total]) -> Table:
    """The same as a file shows it."""
    told = (
        (
            one.code,
            one.town,
            one.month,
            one.kind,
            one.label,
            f"{one.amount.normalize():f}",
            one.unit,
            one.times,
        )
        for one in rows
    )
    return Table("利用量", COLUMNS, told)
