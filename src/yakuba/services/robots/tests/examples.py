"""One object of every kind that an address of this room names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.services.robots import facade
from yakuba.services.robots.models import Row, RowPicture, Scenario, System


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A run with one row, the case that the reading room made ready, and a picture."""
    run_id = facade.start_run(known["code"], clerk)
    row = Row.objects.get(run_id=run_id)
    picture = RowPicture.objects.create(
        row=row, file=known["image"], kind="confirmation", taken_at=timezone.now() - timedelta(minutes=1)
    )
    return {
        "picture_id": picture.pk,
        "row_id": row.pk,
        "run_id": run_id,
        "scenario_id": Scenario.objects.get(procedure__code=known["code"]).pk,
        "system_id": System.objects.first().pk,
    }
