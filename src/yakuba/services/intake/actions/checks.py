"""What the self-check looks at: the navigator's words, the numbers that the outside gives, and whether a line of money is lost."""

from __future__ import annotations

from django.db.models import Sum

from yakuba.kernel.outbound import part
from yakuba.kernel.registry import CheckResult
from yakuba.services.intake.actions.numbers import NUMBERS
from yakuba.services.intake.models import DayClosing, FeeBook, FeeEntry
from yakuba.services.intake.queries import navigator

WITHHELD = (
    "届いた申請より、外の設備が使った番号がずっと多いので、新しい番号を渡していません。"
    "いまの番号がなくなると、住民は送れません。外の設備の記録を確かめてください。"
)


def self_check() -> list[CheckResult]:
    """Of the room."""
    found = [*navigator.self_check(), _fees()]
    if part.is_inside():
        withheld = NUMBERS.withheld()
        found.append(CheckResult("外の設備の受付番号", not withheld, WITHHELD if withheld else ""))
    return found


def _fees() -> CheckResult:
    """Lines are only added, so whoever takes one out of the database leaves a number out, or a closed day that is another sum."""
    last = FeeBook.objects.values_list("last", flat=True).first() or 0
    lost = last - FeeEntry.objects.filter(number__lte=last).count()
    sums = dict(FeeEntry.objects.exclude(way="").values_list("day").annotate(Sum("yen")).order_by("day"))
    closed = DayClosing.objects.order_by("day").values_list("day", "recorded")
    other = [day.isoformat() for day, recorded in closed if sums.get(day, 0) != recorded]
    told = f"通し番号のうち{lost:,}件の行がありません。" if lost else ""
    told += f"締めた日の記録が、締めたときの額と違います：{'、'.join(other[:10])}。" if other else ""
    return CheckResult("手数料の記録", not told, f"{told}控えと日計表を見比べてください。" if told else "")
