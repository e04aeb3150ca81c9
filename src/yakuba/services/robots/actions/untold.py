"""That the other side of a station has to be told something new."""

from __future__ import annotations

from django.db.models import F

from yakuba.services.robots.models import Station


def touch(station_id: int) -> None:
    """With its next file."""
    Station.objects.filter(pk=station_id).update(touched=F("touched") + 1)
