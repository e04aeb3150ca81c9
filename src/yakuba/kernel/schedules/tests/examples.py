"""One of everything that the schedules' addresses name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.schedules.pattern import Days
from yakuba.kernel.workdays.models import SpecialDay


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule that is switched off, and a special day."""
    schedule = Schedule.objects.create(
        work="robots.start", choice=known["secret_word"], days=Days.DAILY, at=time(18), owner=clerk
    )
    day = SpecialDay.objects.create(day=date(2026, 11, 20), open=False, reason=known["secret_word"])
    return {"schedule_id": schedule.pk, "day_id": day.pk}
