"""What is done now and then: hours made ready for charts, entities that have expired, notifications that waited too long."""

from __future__ import annotations

import time

from django.db import transaction

from yakuba.kernel.jobs import in_each_town
from yakuba.services.cityhub.actions.device_taking import forget_old
from yakuba.services.cityhub.actions.hours import prepare
from yakuba.services.cityhub.actions.sending import throw_away
from yakuba.services.cityhub.models import Entity, Series

AT_ONCE = 500


def tidy_everywhere() -> None:
    """In each town."""
    in_each_town("the hub's tidying", tidy)


def tidy() -> None:
    """In the active town."""
    now = time.time()
    for series in Series.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
        prepare(series, now)
    with transaction.atomic():
        throw_away(now)
        forget_old()
        keys = list(Entity.objects.filter(expires_at__lt=now).values_list("pk", flat=True)[:AT_ONCE])
        Entity.objects.filter(pk__in=keys, expires_at__lt=now).delete()
