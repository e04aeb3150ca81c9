"""Groups, their costs and bills, as pages and programs ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.urls import reverse

from yakuba.kernel.accounts.models import User
from yakuba.kernel.meter.kinds import kinds as metered
from yakuba.kernel.registry import CheckResult, FirstStep
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.models import (
    Amount,
    Bill,
    Closing,
    CostGroup,
    CostItem,
    ItemKey,
    ReceivedBill,
    Used,
)
from yakuba.services.sharing.queries import towns

BILL_HEAD = ("番号", "種類", "取り消した番号", "前の番号", "請求した団体", "取り決め", "請求の月", "団体コード", "団体名", "費用の区分", "費用", "費用の月", "訂正", "全体の額", "負担額（税抜き）", "税率")  # fmt: skip


def groups() -> QuerySet[CostGroup]:
    """With how many bodies, and the month closed last."""
    found: QuerySet[CostGroup] = CostGroup.objects.annotate(
        number=Count("bodies", distinct=True),
        closed_to=Max("closings__month", filter=Q(closings__replaced_by=None)),
    ).order_by("title", "pk")
    return found


def items(group: CostGroup) -> list[tuple[CostItem, ItemKey | None]]:
    """Each cost with its newest key."""
    found = group.items.prefetch_related("keys", "caps")
    return [(one, next(iter(one.keys.all()), None)) for one in found]


def months(group: CostGroup) -> list[dict[str, Any]]:
    """Every month with a cost, the newest first: its sum, and the closing where there is one."""
    sums: dict[str, int] = {}
    for month, yen in Amount.objects.filter(item__group=group).values_list("month", "yen"):
        sums[month] = sums.get(month, 0) + yen
    closed = {one.month: one for one in group.closings.filter(replaced_by=None).defer("content")}
    return [
        {
            "month": month,
            "label": cells.shown_month(month),
            "yen": sums.get(month, 0),
            "closing": closed.get(month),
        }
        for month in sorted(sums.keys() | closed.keys(), reverse=True)
    ]


def next_month(group: CostGroup) -> str:
    """The first month with a cost behind the one closed last; empty without."""
    last = group.closings.filter(replaced_by=None).aggregate(last=Max("month"))["last"] or ""
    found = Amount.objects.filter(item__group=group, month__gt=last).order_by("month").first()
    return found.month if found else ""


def use_kinds(group: CostGroup | None = None) -> list[tuple[str, str]]:
    """What a cost may be shared by: kinds that this installation counts, and those that tables of the group name."""
    found = {name: f"{kind.label}（{kind.unit}）" for name, kind in metered().items()}
    if group is not None:
        keys = ItemKey.objects.filter(item__group=group).exclude(use_kind="")
        for name in keys.values_list("use_kind", flat=True).distinct():
            found.setdefault(name, name)
    return list(found.items())


def kinds_shared_by(group: CostGroup) -> set[str]:
    """The kinds of use by which some cost of the group is shared."""
    return set(
        ItemKey.objects.filter(item__group=group).exclude(use_kind="").values_list("use_kind", flat=True)
    )


def headcount_dates(group: CostGroup) -> list[tuple[date, str, int]]:
    """Base dates with their source and number of bodies."""
    rows = group.headcounts.order_by().values_list("counted_on").annotate(Max("source"), Count("pk"))
    return sorted(rows, reverse=True)


def uses(group: CostGroup, month: str) -> QuerySet[Used]:
    """Of one month."""
    found: QuerySet[Used] = group.uses.filter(month=month)
    return found


def bills() -> QuerySet[Bill]:
    """All bills of the active town's groups, the newest first."""
    found: QuerySet[Bill] = (
        Bill.objects.select_related("closing__group").defer("closing__content").order_by("-pk")
    )
    return found


def received() -> QuerySet[ReceivedBill]:
    """Bills that came to the active town, the newest first."""
    found: QuerySet[ReceivedBill] = ReceivedBill.objects.order_by("-pk")
    return found


def bill_table(rows: Sequence[Bill | ReceivedBill]) -> Table:
    """Lines of bills as a file shows them, and a line for each rate with its tax."""
    told: list[Sequence[Any]] = []
    for one in rows:
        said = one.content
        by = one.organiser if isinstance(one, ReceivedBill) else said["biller"]
        of = (
            (said["reverses"], said["replaces"])
            if isinstance(one, ReceivedBill)
            else (one.reverses, one.replaces)
        )
        head = (one.number, one.get_kind_display(), *of, by, said["group"], said["month"], said["code"], said["name"])  # fmt: skip
        for line in said["lines"]:
            told.append(
                (*head, line["cost_class"], line["item"], line["month"], "訂正" if line["correction"] else "", line["of"], line["yen"], line["rate"])
            )  # fmt: skip
        for rate, _, tax in said["rates"]:
            if rate:
                told.append((*head, "", f"消費税（{rate}％）", said["month"], "", "", tax, rate))
    return Table("請求書", BILL_HEAD, told)


def waiting_drafts(user: User) -> Any:
    """A tile of the home page: months of the past with costs that nobody has closed."""
    from yakuba.kernel.registry import QueueState

    count, oldest = 0, ""
    for group in CostGroup.objects.all():
        if month := next_month(group):
            count += 1
            oldest = min(oldest or month, month)
    return QueueState(count, reverse("sharing:index"), "月を締める")


def first_step(user: User) -> FirstStep | None:
    """What to begin with."""
    if CostGroup.objects.exists() or ReceivedBill.objects.exists():
        return None
    return FirstStep(
        "共同利用の費用を分ける取り決め（参加団体、費用、負担の割合）を登録します。",
        reverse("sharing:new_group"),
        "取り決めを登録する",
    )


def self_check() -> list[CheckResult]:
    """Bills are complete: consecutive numbers, and every bill is the sum of its shares."""
    found = []
    for group in CostGroup.objects.all():
        serials = sorted(Bill.objects.filter(closing__group=group).values_list("serial", flat=True))
        whole = serials == list(range(1, len(serials) + 1))
        found.append(
            CheckResult(
                f"「{group}」の請求書の番号が続いている",
                whole,
                "" if whole else "請求書の番号に抜けがあります。控えと見比べ、管理者に知らせてください。",
            )
        )
        unequal = _unequal(group)
        found.append(
            CheckResult(
                f"「{group}」の請求額と負担の額が合っている",
                not unequal,
                f"合わない請求書：{'、'.join(unequal[:10])}。管理者に知らせてください。" if unequal else "",
            )
        )
    return found


def _unequal(group: CostGroup) -> list[str]:
    sums: dict[tuple[int, str], int] = {}
    for closing, code, yen in Closing.objects.filter(group=group).values_list("pk", "shares__code", "shares__yen"):  # fmt: skip
        if code is not None:
            sums[closing, code] = sums.get((closing, code), 0) + yen
    rows = Bill.objects.filter(closing__group=group, kind=Bill.Kind.BILL)
    told = rows.values_list("number", "net", "closing_id", "code")  # without what they print, which is large
    return [number for number, net, closing, code in told if net != sums.get((closing, code), 0)]


def history(group: CostGroup) -> QuerySet[Closing]:
    """Every closing, also those that were made anew."""
    rows = group.closings.select_related("closed_by", "proposed_by").defer("content")
    found: QuerySet[Closing] = rows.annotate(anew=F("replaced_by__pk"))
    return found


def usage_rows() -> list[Any]:
    """Use by body and month, of the town and those that let it count."""
    return list(towns.usage())
