"""One thing among many in a chore: what goes wrong with it is logged, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError

from yakuba.kernel.tenancy import active_municipality, every_municipality

if TYPE_CHECKING:
    from yakuba.kernel.tenancy.models import Municipality

log = logging.getLogger("yakuba.jobs")


def in_each_town(what: str, work: Callable[[], object], towns: Iterable[Municipality] | None = None) -> None:
    """Do it in each town, or in these, while that one is active. One town's trouble is logged, and keeps no other waiting;
    `what` names the thing without personal data. Where the database itself does not answer, the chore's turn ends."""
    from yakuba.kernel.tenancy.models import Municipality  # what declares jobs is imported before the tables

    with every_municipality("a chore looks for the towns that have something to do"):
        chosen = list(Municipality.objects.order_by("pk") if towns is None else towns)
    for town in chosen:
        with _told_apart(f"{what} of {town.code}"), active_municipality(town):
            work()


def with_each(what: str, rows: Iterable[Any], work: Callable[[Any], object]) -> None:
    """The same for rows of several towns: `work(row)` while the row's town is active."""
    with every_municipality("a chore looks for the rows of all towns whose turn it is"):
        chosen = list(rows)
    for row in chosen:
        with _told_apart(f"{what} {row.pk}"), active_municipality(row.municipality):
            work(row)


@contextmanager
def _told_apart(what: str) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.warning("%s was left out", what, exc_info=True)
