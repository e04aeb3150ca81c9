"""The demo town's hall: categories, people who wait with a number, times of former days, and what was taken at the counter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from yakuba.demo import town
from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.definitions.given import content
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake import facade as intake
from yakuba.services.queue import facade as queue


def load() -> None:
    """Load it, unless the town has categories already. やくば市 must be active."""
    if not queue.is_empty():
        return
    clerk = town.user("madoguchi")
    own = values(decoded(content(Path(settings.YAKUBA.samples_dir) / "intake" / "hall.yaml")))
    set_values({"queue.public": True, "intake.tablet": True}, actor=town.user("kanri"))
    now = timezone.now()
    for one in own["categories"]:
        queue.set_category(one["letter"], one["title"], one["note"], actor=clerk)
        for number, (waited, took) in enumerate(one["minutes"], start=1):
            at = now - timedelta(days=1 + number % 5, minutes=number)
            queue.remember(one["letter"], at, waited, took, actor=clerk)
    for one in own["taken"]:
        intake.take_at_counter(one["procedure"], one["answers"], actor=clerk)
    queue.open_hall(own["window"], own["waiting"], actor=clerk)
