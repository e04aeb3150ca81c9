"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.models import Alarm, Series


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A series with a reading, and an alarm of it."""
    facade.bring(
        [{"id": "secret-river", "type": "WaterLevelObserved", "waterLevel": {"type": "Number", "value": 1.5}}]
    )
    series = Series.objects.get()
    alarm = Alarm.objects.create(
        rule="水位", series=series, began_at=timezone.now(), sentence=known["secret_word"]
    )
    return {"series_id": series.pk, "alarm_id": alarm.pk}
