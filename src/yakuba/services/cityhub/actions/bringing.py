"""Entities as a whole, from within the house: what the sample brings, and what other rooms may."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions.series import KnownSeries
from yakuba.services.cityhub.actions.space import writing
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.engine import updating
from yakuba.services.cityhub.engine.entities import Entity, read_entity
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Path


def bring(given: Iterable[dict[str, Any]], path: str = "/") -> int:
    """Entities in NGSIv2's normalized representation, created or updated. Returns how many. Raises NgsiError."""
    entities = [read_entity(one) for one in given]
    with writing(current_municipality().pk, time.time(), KnownSeries(), Watches()) as space:
        space.occasion = Occasion("", "house", 1)
        for one in entities:
            kind = one.type or "Thing"
            found = space.named(one.id, kind, (Path(path, False),))
            outcome = (
                updating.appended(found[0], one.attributes, space.now)
                if found
                else updating.created(Entity(one.id, kind, path), one.attributes, space.now)
            )
            space.put(outcome.entity, outcome.change)
    return len(entities)
