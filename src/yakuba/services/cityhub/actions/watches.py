"""The subscriptions of a town, made ready for the updates that they watch."""

from __future__ import annotations

import logging

from django.db import connection

from yakuba.services.cityhub import models
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.triggering import Watch
from yakuba.services.cityhub.queries.space import subscription_of

LOG = logging.getLogger("yakuba.cityhub")


class Watches:
    """The town's subscriptions, made ready; those that have not changed are not read again."""

    def __init__(self) -> None:
        self._ready: dict[int, tuple[int, Watch | None]] = {}

    def of(self, municipality_id: int, now: float) -> dict[int, Watch]:
        """Row → watch, of all that are active."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, revision, times_sent, last_notification, status FROM cityhub_subscription WHERE municipality_id = %s "
                "AND status IN ('active', 'oneshot') AND (expires_at IS NULL OR expires_at > %s) ORDER BY id",
                [municipality_id, now],
            )
            rows = cursor.fetchall()
        found: dict[int, Watch] = {}
        for key, revision, times_sent, last_notification, status in rows:
            known = self._ready.get(key)
            if known is None or known[0] != revision:
                known = self._ready[key] = (revision, _watch(models.Subscription.objects.get(pk=key)))
            watch = known[1]
            if watch is None:
                continue
            # As it is stored, whatever a group that was not stored has left in memory.
            watch.subscription.times_sent = times_sent
            watch.subscription.last_notification = last_notification
            watch.subscription.status = status
            found[key] = watch
        if len(self._ready) > 2 * len(found) + 1_000:
            self._ready = {key: self._ready[key] for key in found}
        return found


def _watch(row: models.Subscription) -> Watch | None:
    # What was taken by an earlier version of the house and is refused by this one must not stop the updates.
    try:
        return Watch(subscription_of(row))
    except NgsiError as error:
        LOG.warning("subscription %s cannot be read any more: %s", row.identifier, error.description)
        return None
