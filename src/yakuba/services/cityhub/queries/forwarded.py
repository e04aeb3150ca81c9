"""One service's data together with what context providers have answered, for one reading request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.forwarding import together
from yakuba.services.cityhub.engine.requests import Path
from yakuba.services.cityhub.engine.space import Where
from yakuba.services.cityhub.queries.space import ReadSpace


class ForwardedSpace(ReadSpace):
    """Reads; others: entities that are not ours, or parts of ours."""

    def __init__(self, municipality_id: int, now: float, others: Sequence[Entity]) -> None:
        super().__init__(municipality_id, now)
        self._others: dict[tuple[str, str], list[Entity]] = {}
        for one in others:
            self._others.setdefault((one.id, one.type), []).append(one)

    def named(self, entity_id: str, entity_type: str, paths: tuple[Path, ...]) -> list[Entity]:
        """See `engine.space.Space`."""
        own = super().named(entity_id, entity_type, paths)
        found = [self._with_others(one) for one in own]
        there = {one.type for one in own}
        for (other_id, other_type), listed in self._others.items():
            if other_id == entity_id and other_type not in there and entity_type in ("", other_type):
                found.append(together(listed[0], listed[1:]))
        return found

    def candidates(self, where: Where, limit: int | None = None, offset: int = 0) -> Iterator[Entity]:
        """See `engine.space.Space`."""
        return islice(self._all(where), offset, None if limit is None else offset + limit)

    def count(self, where: Where) -> int:
        """See `engine.space.Space`."""
        return sum(1 for _ in self._all(where))

    def _all(self, where: Where) -> Iterator[Entity]:
        seen = set()
        for one in super().candidates(where):
            seen.add((one.id, one.type))
            yield self._with_others(one)
        for key, listed in self._others.items():
            entity_id, entity_type = key
            if key in seen or (where.ids and entity_id not in where.ids):
                continue
            if where.types and entity_type not in where.types:
                continue
            if not any(path.holds(listed[0].path) for path in where.paths):
                continue
            yield together(listed[0], listed[1:])

    def _with_others(self, own: Entity) -> Entity:
        others = self._others.get((own.id, own.type))
        return together(own, others) if others else own
