"""What the workers do for the digest now and then."""

from __future__ import annotations

from yakuba.kernel.digest import collecting, mailing
from yakuba.kernel.jobs import chore, in_each_town


def collect_work() -> None:
    """In each town, note what has failed."""
    in_each_town("the digest", collecting.collect_work)


def collect_checks() -> None:
    """In each town, note what the self-checks find."""
    in_each_town("the digest's self-checks", collecting.collect_checks)


def send_mails() -> None:
    """Each town's mail, when it is due."""
    in_each_town("the digest's mail", mailing.send_due)


chore(300.0, collect_work)
chore(3600.0, collect_checks)
chore(600.0, send_mails)
