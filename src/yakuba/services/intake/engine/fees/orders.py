"""Postal money orders of fixed value (定額小為替): which set pays a fee, until when each is good.

Twelve values, 200 yen of charge each, left blank, good for six months from the day of issue; nothing above the fee may be kept
(地方自治法施行令156条). The six months are counted with the day of issue itself as the first day, the earlier of the two
readings: an order is cashed a day early rather than a day late."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

VALUES = (50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 750, 1000)  # yen
CHARGE = 200  # yen for each, which the sender pays at the post office
VALID_MONTHS = 6
NEAR = timedelta(days=30)  # from then on it is told that an order ends
MOST = 100  # orders in one envelope


@dataclass(frozen=True)
class Order:
    """One that came. key: which; written: something stands on it, so that it cannot be used."""

    key: int
    yen: int
    issued_on: date
    written: bool = False

    @property
    def last_day(self) -> date:
        """The last day on which it is good."""
        return last_day(self.issued_on)


@dataclass(frozen=True)
class Fit:
    """Which orders are kept and which go back, by key; short: yen that are still lacking."""

    kept: tuple[int, ...]
    returned: tuple[int, ...]
    short: int


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has none (民法143条2項)."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_day(issued_on: date) -> date:
    """The last day on which an order of that day is good: 2026-06-01 → 2026-11-30, 2026-08-31 → 2027-02-28."""
    same = months_after(issued_on, VALID_MONTHS)
    return same - timedelta(days=1) if same.day == issued_on.day else same


def is_near(order: Order, today: date) -> bool:
    """Whether it ends within 30 days."""
    return order.last_day - NEAR <= today <= order.last_day


def unusable(order: Order, today: date) -> str:
    """Why it pays nothing; empty where it does."""
    if order.yen not in VALUES:
        return "この額の定額小為替はありません"
    if order.written:
        return "何も書かない欄に書き込みがあります"
    if order.issued_on > today:
        return "発行の日が先の日になっています"
    if order.last_day < today:
        return "有効な6か月を過ぎています"
    return ""


def set_for(yen: int) -> tuple[tuple[int, ...], int]:
    """The fewest orders that make a fee, largest first, and the yen that no order makes (below 50). yen: 0 or more."""
    whole, rest = yen // 50 * 50, yen % 50
    found: list[int] = []
    while whole > 2_000:  # above it the largest is always part of a smallest set
        found.append(1000)
        whole -= 1000
    best: dict[int, tuple[int, ...]] = {0: ()}
    for total in range(50, whole + 1, 50):
        options = [(value, *best[total - value]) for value in VALUES if value <= total]
        best[total] = min(options, key=lambda one: (len(one), [-value for value in one]))
    return tuple(sorted((*found, *best[whole]), reverse=True)), rest


def charge_for(yen: int) -> int:
    """What the sender pays for the orders besides, in yen."""
    return CHARGE * len(set_for(yen)[0])


def fit(orders: Sequence[Order], fee: int, today: date) -> Fit:
    """The orders that pay as much of the fee as can be without a yen above it; of sets that do, the one of the fewest orders,
    those that end first before others. fee: what is still due, 0 or more."""
    usable = sorted(
        (one for one in orders if not unusable(one, today)), key=lambda one: (one.issued_on, one.key)
    )
    best: dict[int, tuple[int, ...]] = {0: ()}
    for at, one in enumerate(usable):
        for total, chosen in sorted(best.items(), reverse=True):
            reached = total + one.yen
            if reached <= fee and (reached not in best or len(chosen) + 1 < len(best[reached])):
                best[reached] = (*chosen, at)
    paid = max(best)
    kept = tuple(usable[at].key for at in best[paid])
    returned = tuple(one.key for one in orders if one.key not in kept)
    return Fit(kept, returned, fee - paid)
