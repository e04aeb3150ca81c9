"""What the workers do for the digest now and then."""

from __future__ import annotations

from collections.abc import Callable

from yakuba.kernel.digest import collecting, mailing
from yakuba.kernel.jobs import chore, told_apart
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality


def _everywhere(what: str, work: Callable[[], object]) -> None:
    for municipality in Municipality.objects.order_by("pk"):
        with told_apart(f"{what} of {municipality.code}"), active_municipality(municipality):
            work()


def collect_work() -> None:
    """In each town, note what has failed."""
    _everywhere("the digest", collecting.collect_work)


def collect_checks() -> None:
    """In each town, note what the self-checks find."""
    _everywhere("the digest's self-checks", collecting.collect_checks)


def send_mails() -> None:
    """Each town's mail, when it is due."""
    _everywhere("the digest's mail", mailing.send_due)


chore(300.0, collect_work)
chore(3600.0, collect_checks)
chore(600.0, send_mails)
