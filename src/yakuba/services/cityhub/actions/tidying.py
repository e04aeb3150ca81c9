"""What is done now and then: hours made ready for charts, entities that have expired, notifications that waited too long."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.jobs import in_each_town
from yakuba.services.cityhub.actions import broker_taking, keeping
from yakuba.services.cityhub.actions.device_taking import forget_old
from yakuba.services.cityhub.actions.hours import HOUR, prepare
from yakuba.services.cityhub.actions.late_hours import sum_late
from yakuba.services.cityhub.actions.sending import throw_away
from yakuba.services.cityhub.models import Entity, Series, WatchRules

AT_ONCE = 500
ROSTERS_KEPT = timedelta(days=366)


def tidy_everywhere() -> None:
    """In each town."""
    in_each_town("the hub's tidying", tidy)


def tidy() -> None:
    """In the active town."""
    now = time.time()
    behind = Series.objects.filter(prepared_to__lt=round(now * 1_000_000) // HOUR * HOUR, last_at__gt=0)
    for series in behind.order_by("pk").iterator(chunk_size=AT_ONCE):
        prepare(series, now)
    with transaction.atomic():
        throw_away(now)
        _forget_rosters()
        forget_old()
        broker_taking.forget_old()
        keeping.forget_old_versions()
        keys = list(Entity.objects.filter(expires_at__lt=now).values_list("pk", flat=True)[:AT_ONCE])
        Entity.objects.filter(pk__in=keys, expires_at__lt=now).delete()
    sum_late()  # the last, because it reads files: one that cannot be read holds up nothing else
    keeping.begin_for_late()


def _forget_rosters() -> None:
    """Versions of the rules that were replaced long ago go, with the addresses of who was on duty then."""
    newest = WatchRules.objects.order_by("-version").first()
    if newest is not None:
        old = timezone.now() - ROSTERS_KEPT
        # What was replaced lately is older than its successor: the one in force at that moment stays too.
        kept = WatchRules.objects.filter(created_at__lt=old).order_by("-version").first()
        if kept is not None:
            WatchRules.objects.filter(version__lt=kept.version).delete()
