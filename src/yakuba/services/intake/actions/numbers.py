"""Receipt numbers: one after the other for the whole town. Where the residents' part is an installation of its own, the inside
lets it have ranges, and gives none of them itself; so both can give a number at once, and no number comes twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.townsettings import value
from yakuba.kernel.values.receipt_numbers import check_digits
from yakuba.services.intake.models import FromOutside, NumberRange, Serial

LAST_SERIAL = 999_999
FIRST_REIWA = 2018  # the western year before the first of 令和
MOST_SIZES, MOST_AT_ALL = (
    10,
    LAST_SERIAL // 5,
)  # that the outside may have beside two for each application that came
AHEAD = timedelta(days=31)  # that the outside has numbers of the next fiscal year before it begins
USED_UP = "今年度のウェブの受付番号を使い切りました。窓口にご相談ください。"
NONE_NOW = "いま受付番号の用意をしているため、まだ送っていません。書いたものは消えていません。10分ほどたってから、もう一度「送る」を押してください。"


class Crossing(Conflict):
    """The outside has no number to give until the inside is heard again."""


def year_of(day: date) -> int:
    """The fiscal year (令和)."""
    return day.year - FIRST_REIWA - (day.month < 4)


def next_number(today: date) -> str:
    """The next receipt number of the fiscal year, whichever process asks; in the caller's transaction. Raises Conflict."""
    year = year_of(today)
    return _of_range(year) if is_outside() else _of_town(year)


def _of_town(year: int) -> str:
    row = _serial(year)
    while True:
        row.last += 1
        if row.last > LAST_SERIAL:
            raise Conflict(USED_UP)
        number = written(year, row.last)
        if not Case.objects.filter(receipt_number=number).exists():  # paper may carry it
            row.save()
            return number


def _serial(year: int) -> Serial:
    first = int(value("intake.first_serial"))
    Serial.objects.get_or_create(year=year, defaults={"last": first - 1})
    row: Serial = Serial.objects.select_for_update().get(year=year)
    return row


def _of_range(year: int) -> str:
    rows = NumberRange.objects.select_for_update().filter(year=year).order_by("first")
    for row in rows:
        if row.next <= row.last:
            row.next += 1
            row.save(update_fields=["next"])
            return written(year, row.next - 1)
    raise Crossing(NONE_NOW)


def written(year: int, serial: int) -> str:
    """A receipt number: year, serial, two check digits."""
    eight = f"{year:02d}{serial:06d}"
    return eight + check_digits(eight)


def is_outsides(number: str) -> bool:
    """Inside: whether the number is one of those that the outside may give."""
    year, serial = int(number[:2]), int(number[2:8])
    here = NumberRange.objects.filter(year=year, first__lte=serial, last__gte=serial)
    return number == written(year, serial) and here.exists()


@transaction.atomic
def ranges(today: date | None = None) -> dict[str, list[list[int]]]:
    """Inside: the outside's ranges by fiscal year, with a new one where less than half of one is left."""
    today = today or timezone.localdate()
    size = int(value("intake.outside_numbers"))
    years = sorted({year_of(today), year_of(today + AHEAD)})
    for year in years:
        if _wanting(year, size) and _may_have(year, size):
            _let_have(year, size)
    found: dict[str, list[list[int]]] = {str(year): [] for year in years}
    for row in NumberRange.objects.filter(year__in=years, next__lte=LAST_SERIAL).order_by("first"):
        if row.next <= row.last:
            found[str(row.year)].append([row.first, row.last])
    return found


def _wanting(year: int, size: int) -> bool:
    rows = NumberRange.objects.filter(year=year)
    return sum(max(row.last + 1 - row.next, 0) for row in rows) * 2 < size


def _may_have(year: int, more: int) -> bool:
    """Whether the outside may have so many more. What it says of the use of its numbers is not believed beyond this: it could
    use up the whole town's."""
    rows = NumberRange.objects.filter(year=year)
    has = sum(row.last + 1 - row.first for row in rows)
    came = FromOutside.objects.filter(number__startswith=f"{year:02d}").count()
    most = min(MOST_SIZES * int(value("intake.outside_numbers")), MOST_AT_ALL) + 2 * came
    return has + more <= most


def withheld(today: date | None = None) -> bool:
    """Inside: whether the outside wants numbers and has had too many for the applications that came."""
    year, size = year_of(today or timezone.localdate()), int(value("intake.outside_numbers"))
    return (
        NumberRange.objects.filter(year=year).exists() and _wanting(year, size) and not _may_have(year, size)
    )


def _let_have(year: int, size: int) -> None:
    row = _serial(year)
    first, last = row.last + 1, min(row.last + size, LAST_SERIAL)
    if first > last:
        return  # used up: the outside says so to residents, as the inside does
    row.last = last
    row.save()
    NumberRange.objects.create(year=year, first=first, last=last, next=first)


@transaction.atomic
def take(told: dict[str, list[list[int]]]) -> None:
    """Outside: these are the ranges from now on; what was given of them stays given."""
    for year, pairs in told.items():
        for first, last in pairs:
            NumberRange.objects.get_or_create(
                year=int(year), first=int(first), defaults={"last": int(last), "next": int(first)}
            )
        kept = [int(first) for first, _ in pairs]
        NumberRange.objects.filter(year=int(year)).exclude(first__in=kept).delete()


def report() -> dict[str, Any]:
    """Outside: which numbers are given."""
    rows = NumberRange.objects.order_by("year", "first")
    return {"ranges": [[row.year, row.first, row.last, row.next] for row in rows]}


@transaction.atomic
def take_report(told: dict[str, Any]) -> None:
    """Inside: what the outside has given. A range that is not known here was let out after the backup that this
    installation was restored from: it stays the outside's, where that can be. Raises what a dict that is none of ours brings."""
    today, least = timezone.localdate(), int(value("intake.first_serial"))
    years = {year_of(today - AHEAD), year_of(today), year_of(today + AHEAD)}
    for numbers in told["ranges"]:
        year, first, last, following = (int(one) for one in numbers)
        if year not in years or not least <= first <= last <= LAST_SERIAL:
            continue
        row = NumberRange.objects.filter(year=year, first=first).first()
        if row is None:
            if not _may_have(year, last + 1 - first):
                continue
            serial = _serial(year)
            serial.last = max(serial.last, last)
            serial.save()
            row = NumberRange(year=year, first=first, last=last, next=first)
        row.next = max(row.next, min(following, row.last + 1))
        row.save()
