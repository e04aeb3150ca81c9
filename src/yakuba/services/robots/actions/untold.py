"""That the other side of a station has to be told something new."""

from __future__ import annotations

from django.db.models import F

from yakuba.services.robots.models import Station


def touch(station_id: int | None) -> None:
    """With its next file. None: there is no other side."""
    Station.objects.filter(pk=station_id).update(touched=F("touched") + 1)
