"""Receipt numbers of two installations: the inside lets the outside have ranges of a room's numbers, and gives none of them
itself; so both can give a number at once, and no number comes twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.exchange.models import NumberRange
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.townsettings import value
from yakuba.kernel.values.receipt_numbers import check_digits

LAST_SERIAL = 999_999
FIRST_REIWA = 2018  # the western year before the first of 令和
MOST_SIZES, MOST_AT_ALL = (
    10,
    LAST_SERIAL // 5,
)  # that the outside may have beside two for each application that came
AHEAD = timedelta(days=31)  # that the outside has numbers of the next fiscal year before it begins


class Crossing(Conflict):
    """The outside has no number to give until the inside is heard again: what was to be sent waits for it."""

    again = True


def year_of(day: date) -> int:
    """The fiscal year (令和)."""
    return day.year - FIRST_REIWA - (day.month < 4)


def written(year: int, serial: int) -> str:
    """A receipt number: year, serial, two check digits."""
    eight = f"{year:02d}{serial:06d}"
    return eight + check_digits(eight)


@dataclass(frozen=True)
class Numbers:
    """The receipt numbers of a room, one after the other for the whole town. locked: fiscal year → the row with its `last`
    serial, locked, made where there is none; is_taken: whether the number is on a case already; came: how many of what came from
    outside were given a number of the year; first, size: names of the town's settings, the first serial number and how many the outside gets at once; used_up, none_now:
    what a resident reads."""

    room: str
    locked: Callable[[int], Any]
    is_taken: Callable[[str], bool]
    came: Callable[[int], int]
    first: str
    size: str
    used_up: str
    none_now: str

    def next_number(self, today: date) -> str:
        """The next receipt number of the fiscal year, whichever process asks; in the caller's transaction. Raises Conflict."""
        year = year_of(today)
        return self._of_range(year) if is_outside() else self._of_town(year)

    def _of_town(self, year: int) -> str:
        row = self.locked(year)
        while True:
            row.last += 1
            if row.last > LAST_SERIAL:
                raise Conflict(self.used_up)
            number = written(year, row.last)
            if not self.is_taken(number):
                row.save()
                return number

    def _of_range(self, year: int) -> str:
        for row in self._ranges(year).select_for_update().order_by("first"):
            if row.next <= row.last:
                row.next += 1
                row.save(update_fields=["next"])
                return written(year, row.next - 1)
        raise Crossing(self.none_now)

    def is_outsides(self, number: str) -> bool:
        """Inside: whether the number is one of those that the outside may give."""
        year, serial = int(number[:2]), int(number[2:8])
        here = self._ranges(year).filter(first__lte=serial, last__gte=serial)
        return number == written(year, serial) and here.exists()

    @transaction.atomic
    def ranges(self, today: date | None = None) -> dict[str, list[list[int]]]:
        """Inside: the outside's ranges by fiscal year, with a new one where less than half of one is left."""
        today = today or timezone.localdate()
        years, size = sorted({year_of(today), year_of(today + AHEAD)}), self._size()
        for year in years:
            if self._wanting(year, size) and self._may_have(year, size):
                self._let_have(year, size)
        found: dict[str, list[list[int]]] = {str(year): [] for year in years}
        for row in NumberRange.objects.filter(room=self.room, year__in=years).order_by("first"):
            if row.next <= row.last:
                found[str(row.year)].append([row.first, row.last])
        return found

    def withheld(self, today: date | None = None) -> bool:
        """Inside: whether the outside wants numbers and has had too many for the applications that came."""
        year, size = year_of(today or timezone.localdate()), self._size()
        return self._ranges(year).exists() and self._wanting(year, size) and not self._may_have(year, size)

    @transaction.atomic
    def take(self, told: dict[str, list[list[int]]]) -> None:
        """Outside: these are the ranges from now on; what was given of them stays given."""
        for year, pairs in told.items():
            for first, last in pairs:
                values = {"last": int(last), "next": int(first)}
                NumberRange.objects.get_or_create(
                    room=self.room, year=int(year), first=int(first), defaults=values
                )
            self._ranges(int(year)).exclude(first__in=[int(first) for first, _ in pairs]).delete()

    def report(self) -> dict[str, Any]:
        """Outside: which numbers are given."""
        rows = NumberRange.objects.filter(room=self.room).order_by("year", "first")
        return {"ranges": [[row.year, row.first, row.last, row.next] for row in rows]}

    @transaction.atomic
    def take_report(self, told: dict[str, Any]) -> None:
        """Inside: what the outside has given. A range that is not known here was let out after the backup that this
        installation was restored from: it stays the outside's, where that can be. Raises what a dict that is none of ours brings."""
        today, least = timezone.localdate(), int(value(self.first))
        years = {year_of(today - AHEAD), year_of(today), year_of(today + AHEAD)}
        for numbers in told["ranges"]:
            year, first, last, following = (int(one) for one in numbers)
            if year not in years or not least <= first <= last <= LAST_SERIAL:
                continue
            row = self._ranges(year).filter(first=first).first()
            if row is None:
                if not self._may_have(year, last + 1 - first):
                    continue
                serial = self.locked(year)
                serial.last = max(serial.last, last)
                serial.save()
                row = NumberRange(room=self.room, year=year, first=first, last=last, next=first)
            row.next = max(row.next, min(following, row.last + 1))
            row.save()

    def _ranges(self, year: int) -> QuerySet[NumberRange]:
        found: QuerySet[NumberRange] = NumberRange.objects.filter(room=self.room, year=year)
        return found

    def _size(self) -> int:
        return int(value(self.size))

    def _wanting(self, year: int, size: int) -> bool:
        return sum(max(row.last + 1 - row.next, 0) for row in self._ranges(year)) * 2 < size

    def _may_have(self, year: int, more: int) -> bool:
        """Whether the outside may have so many more. What it says of the use of its numbers is not believed beyond this: it
        could use up the whole town's."""
        has = sum(row.last + 1 - row.first for row in self._ranges(year))
        return has + more <= min(MOST_SIZES * self._size(), MOST_AT_ALL) + 2 * self.came(year)

    def _let_have(self, year: int, size: int) -> None:
        row = self.locked(year)
        first, last = row.last + 1, min(row.last + size, LAST_SERIAL)
        if first > last:
            return  # used up: the outside says so to residents, as the inside does
        row.last = last
        row.save()
        NumberRange.objects.create(room=self.room, year=year, first=first, last=last, next=first)
