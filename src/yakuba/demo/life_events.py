"""The demo town's navigator: the shipped life events with やくば市's windows and one of its own, published by two people."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yakuba.demo import town
from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.definitions.given import content
from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake import facade as intake

WORDS = "yakuba-city.yaml"
OWN = "yakuba-city"  # folder of what the town wrote itself


def load() -> int:
    """Load and publish, unless the town has events already. やくば市 must be active. How many residents may choose from."""
    if intake.has_life_events():
        return 0
    folder = Path(settings.YAKUBA.samples_dir) / "life-events"
    set_values({"intake.public": True}, actor=town.user("kanri"))
    files = [one for one in sorted(folder.glob("*.yaml")) if one.name != WORDS]
    texts = [decoded(content(one)) for one in [*files, *sorted((folder / OWN).glob("*.yaml"))]]
    own = values(decoded(content(folder / WORDS)))
    clerk = town.user("madoguchi")
    set_words(own, actor=clerk)
    return intake.publish_life_events(texts, proposed_by=clerk, approved_by=town.user("kacho"))
