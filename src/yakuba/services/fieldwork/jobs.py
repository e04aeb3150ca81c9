"""What the workers do for this room."""

from __future__ import annotations

from yakuba.kernel.jobs import chore, in_each_town
from yakuba.services.fieldwork.actions import photos, wildlife


def tidy() -> None:
    """Photographs whose report never came go after a day."""
    in_each_town("fieldwork: photographs without a report", photos.drop_waiting)


chore(3600.0, tidy)
chore(60.0, wildlife.look_everywhere)
