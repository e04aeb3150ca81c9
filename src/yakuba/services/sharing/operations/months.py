"""A month of a group: what was used, what it would cost each body, and what would be, if."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Rows, Trace
from yakuba.kernel.refusals import Invalid
from yakuba.services.sharing.actions import costs as actions
from yakuba.services.sharing.engine import cells, shares
from yakuba.services.sharing.operations.costs import MonthText, OneGroup, OneItem, group_of, item_of, month_of
from yakuba.services.sharing.operations.group_tables import Loaded, SharingLoadedOut, loaded_facts
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import towns
from yakuba.services.sharing.queries.computing import Computed, Facts, compute, what_if


class GroupMonthIn(OneGroup):
    """A month of a group."""

    month: MonthText = Field(max_length=12, description="月（2026-04）")


class ShareWhatIfIn(OneItem):
    """What would be, if. What is not said is as it is."""

    month: MonthText = Field(max_length=12, description="月（2026-04）")
    yen: int | None = Field(None, ge=-(10**13), le=10**13, description="金額（円、税抜き）")
    equal: Decimal | None = Field(None, description="均等割（％）")
    population: Decimal | None = Field(None, description="人口割（％）")
    use: Decimal | None = Field(None, description="利用割（％）")
    without: str = Field("", max_length=6, description="抜ける団体のコード")
    joining: str = Field("", max_length=60, description="加わる団体の名前")
    joining_population: int = Field(0, ge=0, le=20_000_000, description="加わる団体の人口")
    joining_use: Decimal = Field(Decimal(0), ge=0, le=10**12, description="加わる団体の利用量")


class SharedUsageOut(BaseModel):
    """What a body used in a month."""

    code: str
    town: str
    month: str
    kind: str
    label: str
    amount: float
    unit: str


class BodyShareOut(BaseModel):
    """What a body would pay: yen without tax, tax, yen with tax."""

    code: str
    name: str
    net: int
    tax: int
    total: int


class MonthPreviewOut(BaseModel):
    """A month as it would be billed today. problems: why it cannot be closed."""

    month: str
    net: int
    total: int
    bodies: list[BodyShareOut]
    problems: list[str]
    notes: list[str]


class WhatIfShareOut(BaseModel):
    """A body's share by itself. fraction: exact, `10/7`; yen: rounded by largest remainder."""

    code: str
    name: str
    fraction: str
    yen: int
    now: int | None


SHARE_COLUMNS = {"code": "団体コード", "name": "団体", "net": "税抜き", "tax": "消費税", "total": "合計"}


def preview_facts(found: Computed) -> dict[str, Any]:
    """As a program sees it."""
    bodies = [
        {name: getattr(each, name) for name in ("code", "name", "net", "tax", "total")}
        for each in found.bills
    ]
    return {
        "month": found.month,
        "net": found.net,
        "total": found.total,
        "bodies": bodies,
        "problems": list(found.problems),
        "notes": list(found.notes),
    }


@OPERATIONS.add(
    "使った量", "sharing.usage", "GET usage", command="usage",
    answer=Answer(list[SharedUsageOut], columns={"month": "月", "town": "団体", "label": "種類", "amount": "量", "unit": "単位"}),
)  # fmt: skip
def list_usage(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """By body and month: the own town, and the towns that named it their organiser."""
    names = ("code", "town", "month", "kind", "label", "unit")
    return [{name: getattr(row, name) for name in names} | {"amount": float(row.amount)} for row in towns.usage()]  # fmt: skip


@OPERATIONS.add(
    "数えた利用量を取り込む", "sharing.edit", "POST groups/{cost_group_id}/usage", command="month meter", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.usage_taken", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"month": asked.month, "taken": found.taken}),
)  # fmt: skip
def take_meter(asked: GroupMonthIn, actor: Actor) -> Loaded:
    """What this installation counted in a month, of bodies that let it be counted."""
    return Loaded(actions.take_meter(group_of(asked.cost_group_id), month_of(asked.month)), [])


@OPERATIONS.add(
    "月の負担を計算してみる", "sharing.view", "GET groups/{cost_group_id}/month", command="month show",
    answer=Answer(MonthPreviewOut, preview_facts, tables=lambda found: [Rows(found["bodies"], SHARE_COLUMNS, "負担")]),
)  # fmt: skip
def preview(asked: GroupMonthIn, actor: Actor) -> Computed:
    """As it would be billed today; nothing is written."""
    return compute(group_of(asked.cost_group_id), month_of(asked.month))


@OPERATIONS.add(
    "負担を試算する", "sharing.view", "GET items/{cost_item_id}/what-if", command="what-if",
    answer=Answer(list[WhatIfShareOut], columns={"code": "団体コード", "name": "団体", "yen": "試算", "now": "いま", "fraction": "割合"}),
)  # fmt: skip
def try_key(asked: ShareWhatIfIn, actor: Actor) -> list[dict[str, Any]]:
    """One cost in one month by itself, with other weights, another amount, a body more or less; nothing is written."""
    item, month = item_of(asked.cost_item_id), month_of(asked.month)
    facts = Facts(item.group)
    total = sum(yen for yen, _ in facts.amounts[item.pk].get(month, []))
    key, standings, _ = facts.weighed(item, month)
    current = {each.code: each for each in standings}
    year = cells.fiscal_year(month)
    now = what_if(item, total, key.key, current, year)[1]
    given = [getattr(asked, name) for name in ("equal", "population", "use")]
    if any(each is not None for each in given):
        parts = [Fraction(each or 0) / 100 for each in given]
    else:
        parts = [key.key.equal, key.key.population, key.key.use]
    wanted = dict(current)
    if asked.without:
        if asked.without not in wanted:
            raise Invalid(f"{asked.without}は、この月に参加していません。")
        del wanted[asked.without]
    names = {each.code: each.name for each in facts.bodies} | {"(new)": asked.joining or "加わる団体"}
    if asked.joining:
        wanted["(new)"] = shares.Standing(
            "(new)", Fraction(1), asked.joining_population, Fraction(asked.joining_use)
        )
    amount = total if asked.yen is None else asked.yen
    weighed, yen = what_if(
        item, amount, shares.Key(parts[0], parts[1], parts[2], key.key.without_use), wanted, year
    )
    combined = weighed.combined
    return [
        {"code": code, "name": names.get(code, code), "fraction": shares.written(combined.get(code, shares.ZERO)), "yen": yen.get(code, 0),
         "now": now.get(code)}
        for code in sorted(yen.keys() | now.keys())
    ]  # fmt: skip
