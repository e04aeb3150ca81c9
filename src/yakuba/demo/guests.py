"""The demo town's counter for guests: its own phrases, words and sentences, and a talk that goes on."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yakuba.demo import town
from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.definitions.given import content
from yakuba.services.translation import facade as translation

SAID = ("greeting-01", "yakuba-01")


def load() -> None:
    """Load them, unless the town has something of its own already. やくば市 must be active."""
    if not translation.is_empty():
        return
    clerk = town.user("madoguchi")
    folder = Path(settings.YAKUBA.samples_dir) / "translation"
    translation.load(content(folder / "phrases.csv"), actor=clerk)
    own = values(decoded(content(folder / "yakuba-city.yaml")))
    translation.set_words(own["terms"], own["sentences"], actor=clerk)
    translation.begin_talk("en", SAID, actor=clerk)
