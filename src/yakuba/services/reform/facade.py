"""The reform room's door."""

from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.queries import effects

__all__ = ["effects", "total"]
