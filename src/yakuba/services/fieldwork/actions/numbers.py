"""Receipt numbers of reports."""

from __future__ import annotations

from yakuba.kernel.exchange.ranges import Numbers
from yakuba.kernel.ledger.queries import is_number_taken
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork.models import ReportFromOutside, ReportSerial


def locked(year: int) -> ReportSerial:
    """The fiscal year's row; whoever asks at once waits here."""
    first = int(value("fieldwork.first_serial"))
    ReportSerial.objects.get_or_create(year=year, defaults={"last": first - 1})
    row: ReportSerial = ReportSerial.objects.select_for_update().get(year=year)
    return row


def came(year: int) -> int:
    """Reports from outside with a number of that fiscal year."""
    return int(ReportFromOutside.objects.filter(number__startswith=f"{year:02d}").count())


NUMBERS = Numbers(
    room="fieldwork",
    locked=locked,
    is_taken=is_number_taken,
    came=came,
    first="fieldwork.first_serial",
    size="fieldwork.outside_numbers",
    used_up="今年度の通報の受付番号を使い切りました。電話で役場にお知らせください。",
    none_now="いま受付番号の用意をしているため、まだ送っていません。10分ほどたってから、もう一度送ってください。急ぐときは、電話で役場にお知らせください。",
)
report, take_report = NUMBERS.report, NUMBERS.take_report
