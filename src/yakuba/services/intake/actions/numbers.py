"""Receipt numbers of applications by web and at the counter."""

from __future__ import annotations

from yakuba.kernel.exchange.ranges import Numbers
from yakuba.kernel.ledger.queries import is_number_taken
from yakuba.kernel.townsettings import value
from yakuba.services.intake.models import FromOutside, Serial


def locked(year: int) -> Serial:
    """The fiscal year's row; whoever asks at once waits here."""
    Serial.objects.get_or_create(year=year, defaults={"last": int(value("intake.first_serial")) - 1})
    row: Serial = Serial.objects.select_for_update().get(year=year)
    return row


def came(year: int) -> int:
    """Applications from outside with a number of that fiscal year."""
    return int(FromOutside.objects.filter(number__startswith=f"{year:02d}").count())


NUMBERS = Numbers(
    room="intake",
    locked=locked,
    is_taken=is_number_taken,
    came=came,
    first="intake.first_serial",
    size="intake.outside_numbers",
    used_up="今年度のウェブの受付番号を使い切りました。窓口にご相談ください。",
    none_now="いま受付番号の用意をしているため、まだ送っていません。書いたものは消えていません。10分ほどたってから、もう一度「送る」を押してください。",
)
next_number, report, take_report = NUMBERS.next_number, NUMBERS.report, NUMBERS.take_report
