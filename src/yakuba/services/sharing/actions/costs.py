"""Groups, bodies, costs, keys, amounts, populations and use. What was closed stays as it was: a change reaches no further back
than the month that was closed last, and shows as a correction in the next bill."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.sharing.actions.once import once
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.engine.tables import AmountRow, HeadcountRow, UseRow
from yakuba.services.sharing.models import (
    Amount,
    Closing,
    CostGroup,
    CostItem,
    GroupBody,
    Headcount,
    ItemCap,
    ItemKey,
    Used,
)
from yakuba.services.sharing.queries import towns

MOST_BODIES = 2_000


def last_closed(group: CostGroup) -> Closing | None:
    """The newest closing."""
    found: Closing | None = (
        group.closings.filter(replaced_by=None).defer("content").order_by("-month", "-version").first()
    )
    return found


def require_open(group: CostGroup, month: str, what: str) -> None:
    """Raises Conflict where a change would reach behind the month that was closed last."""
    last = last_closed(group)
    if last is not None and month < last.month:
        raise Conflict(
            f"{cells.shown_month(last.month)}分まで締めたので、{cells.shown_month(month)}の{what}は変えられません。"
            f"{cells.shown_month(last.month)}からの変更として入れてください。"
        )


@transaction.atomic
def set_group(given: dict[str, Any]) -> CostGroup:
    """A group, new or changed by its code."""
    code = given.pop("code")
    row: CostGroup = CostGroup.objects.select_for_update().filter(code=code).first() or CostGroup(code=code)
    for name, each in given.items():
        setattr(row, name, each)
    last = last_closed(row) if row.pk else None
    if last is not None and row.by_days != CostGroup.objects.get(pk=row.pk).by_days:
        raise Conflict("締めた月があるので、月の途中の出入りの数え方は変えられません。")
    with once(f"符号「{code}」の取り決めは、いま別の職員が登録しました。画面を開き直してください。"):
        row.save()
    return row


def _locked(group: CostGroup) -> CostGroup:
    """The group, so that nothing is entered while it is closed."""
    found: CostGroup = CostGroup.objects.select_for_update().get(pk=group.pk)
    return found


@transaction.atomic
def set_body(group: CostGroup, code: str, name: str, joined_on: date, left_on: date | None) -> GroupBody:
    """A body takes part from its first to its last day. Raises Invalid, Conflict."""
    group = _locked(group)
    if left_on is not None and left_on < joined_on:
        raise Invalid("抜けた日が参加した日より前です。どちらかを直してください。")
    row: GroupBody = GroupBody.objects.filter(group=group, code=code).first() or GroupBody(
        group=group, code=code
    )
    was = (row.joined_on, row.left_on) if row.pk else (None, None)
    if was != (joined_on, left_on):
        moved = [day for one, other in zip(was, (joined_on, left_on), strict=True) if one != other for day in (one, other) if day]  # fmt: skip
        require_open(group, f"{min(moved):%Y-%m}", "参加団体の出入り")
    if not row.pk and group.bodies.count() >= MOST_BODIES:
        raise Invalid(f"参加団体は{MOST_BODIES:,}までです。")
    row.name, row.joined_on, row.left_on = name.strip()[:60], joined_on, left_on
    row.save()
    return row


@transaction.atomic
def set_item(group: CostGroup, code: str, title: str, cost_class: str, tax_rate: int) -> CostItem:
    """A cost, new or changed by its code. Raises Conflict where its tax rate was billed."""
    group = _locked(group)
    row: CostItem = CostItem.objects.filter(group=group, code=code).first() or CostItem(
        group=group, code=code
    )
    if row.pk and row.tax_rate != tax_rate and last_closed(group) is not None:
        raise Conflict("請求した費用の税率は変えられません。新しい費用を作ってください。")
    row.title, row.cost_class, row.tax_rate = title, cost_class, tax_rate
    row.save()
    return row


@transaction.atomic
def set_key(item: CostItem, since: str, given: dict[str, Any]) -> ItemKey:
    """The key of a cost from a month on. Raises Invalid where it is none, Conflict where it reaches behind what was closed."""
    group = _locked(item.group)
    require_open(group, since, "負担の割合")
    row: ItemKey = ItemKey.objects.filter(item=item, since=since).first() or ItemKey(item=item, since=since)
    for name, each in given.items():
        setattr(row, name, each)
    row.key.check()
    if row.population and row.counted_on is None:
        raise Invalid("人口割には、どの日の人口で分けるか（人口の基準日）が要ります。")
    if row.use and not row.use_kind:
        raise Invalid("利用割には、どの利用で分けるか（利用の種類）が要ります。")
    row.save()
    return row


@transaction.atomic
def set_cap(item: CostItem, code: str, most: int | None, year: int | None = None) -> ItemCap:
    """What a body pays at most in a fiscal year, from that year on; None: as much as it comes to. year: None for that of the next
    month to be closed. A cap of a fiscal year that is closed stays: its months would be shared anew. Raises Invalid, Conflict."""
    group = _locked(item.group)
    if not item.group.bodies.filter(code=code).exists():
        raise Invalid(f"{code}は、この取り決めの参加団体ではありません。")
    year = cap_year(group) if year is None else year
    last = last_closed(group)
    if last is not None and year < cells.fiscal_year(last.month):
        raise Conflict(
            f"{cells.shown_month(last.month)}分まで締めたので、{year}年度の上限は変えられません。"
            f"{cells.fiscal_year(last.month)}年度からの上限として入れてください。"
        )
    row, _ = ItemCap.objects.update_or_create(item=item, code=code, year=year, defaults={"most": most})
    return row


def cap_year(group: CostGroup) -> int:
    """The fiscal year of the next month to be closed: behind the month closed last, or the first of the group's keys."""
    if last := last_closed(group):
        return cells.fiscal_year(cells.after(last.month))
    first = ItemKey.objects.filter(item__group=group).order_by("since").first()
    return cells.fiscal_year(first.since if first else f"{timezone.localdate():%Y-%m}")


@transaction.atomic
def add_amount(item: CostItem, month: str, yen: int, note: str, *, actor: Actor) -> Amount:
    """A cost came to so much. Of a closed month it goes into the next bill as a correction; then it says why. Raises Invalid."""
    group = _locked(item.group)
    last = last_closed(group)
    if last is not None and month <= last.month and not note.strip():
        raise Invalid(
            f"{cells.shown_month(month)}分は締めています。次の請求で訂正になるので、内訳に理由を書いてください。"
        )
    found: Amount = Amount.objects.create(
        item=item, month=month, yen=yen, note=note.strip()[:200], entered_by=known(actor)
    )
    return found


@transaction.atomic
def remove_amount(amount: Amount) -> CostItem:
    """Take back what was never billed. Raises Conflict."""
    item: CostItem = amount.item
    last = last_closed(_locked(item.group))
    if last is not None and amount.month <= last.month and amount.entered_at <= last.closed_at:
        raise Conflict(
            "この額は請求しました。消せません。反対の額（マイナス）を同じ月に入れると、次の請求で訂正になります。"
        )
    amount.delete()
    return item


@transaction.atomic
def load_amounts(group: CostGroup, rows: Iterable[AmountRow], *, actor: Actor) -> int:
    """Amounts of a table. Raises Invalid."""
    items = {one.code: one for one in group.items.all()}
    found = [add_amount(items[one.item], one.month, one.yen, one.note, actor=actor) for one in rows]
    return len(found)


@transaction.atomic
def load_headcounts(group: CostGroup, rows: Iterable[HeadcountRow]) -> int:
    """Populations; those of a date that closed months were shared by stay. Raises Conflict."""
    group, wanted = _locked(group), list(rows)
    last = last_closed(group)
    there = {(one.counted_on, one.code): one.population for one in group.headcounts.all()}
    if last is not None:
        keys = ItemKey.objects.filter(item__group=group, since__lt=last.month)
        fixed = set(keys.exclude(counted_on=None).values_list("counted_on", flat=True))
        for one in wanted:
            before = there.get((one.counted_on, one.code))
            if one.counted_on in fixed and before is not None and before != one.population:
                raise Conflict(
                    f"{one.code}の{one.counted_on.isoformat()}の人口は、締めた月に使いました。"
                    "新しい基準日で入れ、負担の割合に「適用する月」を付けて足してください。"
                )
    for one in wanted:
        Headcount.objects.update_or_create(
            group=group,
            counted_on=one.counted_on,
            code=one.code,
            defaults={"population": one.population, "source": one.source},
        )
    return len(wanted)


@transaction.atomic
def load_uses(group: CostGroup, rows: Iterable[UseRow]) -> int:
    """Use by month; what is there is replaced. Of closed months it shows as a correction in the next bill."""
    _locked(group)
    wanted = list(rows)
    for one in wanted:
        _keep_use(group, one.month, one.kind, one.code, one.amount, Used.Taken.FILE)
    return len(wanted)


@transaction.atomic
def take_meter(group: CostGroup, month: str) -> int:
    """The use that this installation counted in a month, of the bodies of the group that let it be counted; what a table said of
    the same is replaced. → how many figures."""
    _locked(group)
    codes = set(group.bodies.values_list("code", flat=True))
    kinds = set(ItemKey.objects.filter(item__group=group).exclude(use_kind="").values_list("use_kind", flat=True))  # fmt: skip
    found = [one for one in towns.usage(month) if one.code in codes and one.kind in kinds]
    for one in found:
        _keep_use(group, one.month, one.kind, one.code, one.amount, Used.Taken.METER)
    return len(found)


def _keep_use(group: CostGroup, month: str, kind: str, code: str, amount: Decimal, taken: str) -> None:
    Used.objects.update_or_create(
        group=group, month=month, kind=kind, code=code, defaults={"amount": amount, "taken": taken}
    )
