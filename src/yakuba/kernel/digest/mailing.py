"""The morning's mail: how many things failed, by part. What they are stays in the house: mail is read elsewhere."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.kernel import townsettings
from yakuba.kernel.addresses import listed
from yakuba.kernel.digest import queries
from yakuba.kernel.digest.models import Mail
from yakuba.kernel.outbound import DataClass
from yakuba.kernel.outbound.dialling import mail
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tenancy import current_municipality

log = logging.getLogger("yakuba.digest")
HOUR = 7  # local time from which yesterday's is sent
HOLDS = DataClass.INTERNAL  # how many of what failed
TIMEOUT = 20.0  # seconds for each answer of the relay
CLAIMED = timedelta(minutes=30)  # without a mail for so long, a claim is another's: who had it failed or died


def send_due() -> bool:
    """Send yesterday's mail of the active municipality where it is due and configured. Gives whether it was sent."""
    addresses = listed(str(townsettings.value("digest.mail_to")))
    if not addresses or not settings.YAKUBA.mail_relay or timezone.localtime().hour < HOUR:
        return False
    day = queries.yesterday()
    if not _claim(day):
        return False
    try:
        _send(_message(day, addresses))
    except (OSError, Refused) as error:
        log.warning("the digest's mail could not be sent (%s)", type(error).__name__)
        return False
    Mail.objects.filter(day=day).update(sent_at=timezone.now())
    return True


@transaction.atomic
def _claim(day: date) -> bool:
    """Whether this process sends it: of several workers one does, and again after a while where it failed."""
    row, created = Mail.objects.get_or_create(municipality=current_municipality(), day=day)
    late = Mail.objects.filter(pk=row.pk, sent_at=None, claimed_at__lt=timezone.now() - CLAIMED)
    return created or bool(late.update(claimed_at=timezone.now()))


def _message(day: date, addresses: list[str]) -> EmailMessage:
    town, counts = current_municipality(), queries.counts(day)
    lines = [f"{town.name}　{day.year}年{day.month}月{day.day}日に失敗したこと", ""]
    lines += [f"{label}：{number}件" for label, number in counts.items()] or ["ありませんでした。"]
    left = queries.left_from_before(day).count()
    if left:
        lines += ["", f"前の日までのもので、まだ片付いていないもの：{left}件"]
    lines += ["", "理由と、することは、Yakubaの「失敗のまとめ」にあります。"]
    message = EmailMessage()
    message["Subject"] = f"Yakuba 失敗のまとめ {day:%Y-%m-%d}（{sum(counts.values())}件）"
    message["From"] = settings.YAKUBA.mail_from
    message["To"] = ", ".join(addresses)
    message.set_content("\n".join(lines) + "\n")
    return message


def _send(message: EmailMessage) -> None:
    with mail(settings.YAKUBA.mail_relay, TIMEOUT, HOLDS) as relay:
        relay.send_message(message)
