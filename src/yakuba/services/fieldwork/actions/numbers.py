"""Receipt numbers of reports, one after the other."""

from __future__ import annotations

from datetime import date

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.townsettings import value
from yakuba.kernel.values.receipt_numbers import check_digits
from yakuba.services.fieldwork.models import ReportSerial

LAST_SERIAL = 999_999
FIRST_REIWA = 2018  # the western year before the first of 令和


def next_number(today: date) -> str:
    """The next number of the fiscal year: year, serial, two check digits; in the caller's transaction. Raises Conflict."""
    year = today.year - FIRST_REIWA - (today.month < 4)
    first = int(value("fieldwork.first_serial"))
    ReportSerial.objects.get_or_create(year=year, defaults={"last": first - 1})
    row = ReportSerial.objects.select_for_update().get(year=year)
    while True:
        row.last += 1
        if row.last > LAST_SERIAL:
            raise Conflict("今年度の通報の受付番号を使い切りました。電話で役場にお知らせください。")
        digits = f"{year:02}{row.last:06}"
        number = digits + check_digits(digits)
        if not Case.objects.filter(receipt_number=number).exists():  # another procedure may use it
            row.save()
            return number
