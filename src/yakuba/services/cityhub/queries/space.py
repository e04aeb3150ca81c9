"""One service's data for the engine: reads. `actions.space` adds the writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from yakuba.kernel.outbound.classes import DataClass
from yakuba.kernel.outbound.permission import require_target
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.services.cityhub import models
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.history import Period, SeriesKept, Times
from yakuba.services.cityhub.engine.requests import Path, Target
from yakuba.services.cityhub.engine.space import KeptContext, Registration, Subscription, Where
from yakuba.services.cityhub.queries import cells, ldcontexts, temporal

COLUMNS = "id, path, entity_id, entity_type, document, created_at, modified_at"
PORTION = 500  # rows fetched at one go
HOLDS = DataClass.INTERNAL  # of what subscriptions send: measured by the town, not yet published


def _unused(column: str) -> str:
    """A column by which no index is chosen. SQLite knows no numbers of rows: where ids or a box are asked for as well, it would
    rather look through all entities of a type, because those lie in the order that is asked for."""
    return f"+{column}" if connection.vendor == "sqlite" else column


def _is_narrow(where: Where) -> bool:
    return bool(where.ids) or (where.placed and where.box is not None and cells.ranges(where.box) is not None)


class ReadSpace:
    """Reads of the active municipality. now: seconds since 1970 UTC; what has expired by then is not there."""

    def __init__(self, municipality_id: int, now: float) -> None:
        self.municipality_id, self.now = municipality_id, now

    def named(self, entity_id: str, entity_type: str, paths: tuple[Path, ...]) -> list[Entity]:
        """See `engine.space.Space`."""
        # Our own columns; whatever comes from outside is a value.
        sql = f"SELECT {COLUMNS} FROM cityhub_entity WHERE municipality_id = %s AND entity_id = %s"  # noqa: S608
        values: list[Any] = [self.municipality_id, entity_id]
        if entity_type:
            sql += f" AND {_unused('entity_type')} = %s"
            values.append(entity_type)
        sql += f" AND (expires_at IS NULL OR expires_at > %s) ORDER BY {_unused('id')}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, self.now])
            found = [entity_of(row) for row in cursor.fetchall()]
        return [one for one in found if any(path.holds(one.path) for path in paths)]

    def expect(self, ids: Sequence[str]) -> None:
        """See `engine.space.Space`."""

    def candidates(self, where: Where, limit: int | None = None, offset: int = 0) -> Iterator[Entity]:
        """See `engine.space.Space`."""
        clause, values = self._clause(where)
        order = _unused("id") if _is_narrow(where) else "id"
        sql = f"SELECT {COLUMNS} FROM cityhub_entity WHERE {clause} ORDER BY {order}"  # noqa: S608
        if limit is not None:
            sql += f" LIMIT {int(limit)} OFFSET {int(offset)}"
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            while rows := cursor.fetchmany(PORTION):
                yield from map(entity_of, rows)

    def count(self, where: Where) -> int:
        """See `engine.space.Space`."""
        clause, values = self._clause(where)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM cityhub_entity WHERE {clause}", values)  # noqa: S608
            return int(cursor.fetchone()[0])

    def _clause(self, where: Where) -> tuple[str, list[Any]]:
        parts = ["municipality_id = %s", "(expires_at IS NULL OR expires_at > %s)"]
        values: list[Any] = [self.municipality_id, self.now]
        if not any(path.deep and path.path == "/" for path in where.paths):
            choices = []
            for path in where.paths:
                choices.append("path = %s")
                values.append(path.path)
                if path.deep:
                    choices.append("path LIKE %s ESCAPE '!'")
                    values.append(path.path.replace("_", "!_") + "/%")
            parts.append(f"({' OR '.join(choices)})")
        kind = _unused("entity_type") if _is_narrow(where) else "entity_type"
        for column, wanted in (("entity_id", where.ids), (kind, where.types)):
            if wanted:
                parts.append(f"{column} IN ({', '.join(['%s'] * len(wanted))})")
                values += wanted
        if where.placed:
            self._place(where, parts, values)
        return " AND ".join(parts), values

    def _place(self, where: Where, parts: list[str], values: list[Any]) -> None:
        if where.box is None:
            parts.append("west IS NOT NULL")
            return
        west, south, east, north = where.box
        rows = cells.ranges(where.box)
        if rows is not None:
            # Each range a question of its own: as one with OR, SQLite looks through the whole town instead.
            one = "SELECT id FROM cityhub_entity WHERE municipality_id = %s AND cell BETWEEN %s AND %s"
            ranges = [*rows, (cells.AREA, cells.AREA)]
            parts.append(f"id IN ({' UNION ALL '.join([one] * len(ranges))})")
            values += [value for first, last in ranges for value in (self.municipality_id, first, last)]
        parts.append("west <= %s AND east >= %s AND south <= %s AND north >= %s")
        values += [east, west, north, south]

    def types(self, paths: tuple[Path, ...]) -> dict[str, tuple[int, dict[str, set[str]]]]:
        """See `engine.space.Space`."""
        found: dict[str, tuple[int, dict[str, set[str]]]] = {}
        for entity in self.candidates(Where(paths)):
            number, attributes = found.get(entity.type, (0, {}))
            for name, attribute in entity.attributes.items():
                attributes.setdefault(name, set()).add(attribute["type"])
            found[entity.type] = (number + 1, attributes)
        return found

    def subscriptions(self, path: str | None, limit: int, offset: int) -> tuple[list[Subscription], int]:
        """See `engine.space.Space`."""
        rows = models.Subscription.objects.order_by("pk")
        if path is not None:
            rows = rows.filter(path=path)
        return [subscription_of(row) for row in rows[offset : offset + limit]], rows.count()

    def subscription(self, subscription_id: str) -> Subscription | None:
        """See `engine.space.Space`."""
        row = models.Subscription.objects.filter(identifier=subscription_id).first()
        return subscription_of(row) if row else None

    def registrations(self, path: str | None, limit: int, offset: int) -> tuple[list[Registration], int]:
        """See `engine.space.Space`."""
        rows = models.Registration.objects.order_by("pk")
        if path is not None:
            rows = rows.filter(path=path)
        return [registration_of(row) for row in rows[offset : offset + limit]], rows.count()

    def registration(self, registration_id: str) -> Registration | None:
        """See `engine.space.Space`."""
        row = models.Registration.objects.filter(identifier=registration_id).first()
        return registration_of(row) if row else None

    def series(
        self, targets: tuple[Target, ...], paths: tuple[Path, ...], attributes: tuple[str, ...], times: Times
    ) -> Iterator[SeriesKept]:
        """See `engine.space.Space`."""
        return temporal.series(self.municipality_id, targets, paths, attributes, times)

    def readings(self, key: int, times: Times, most: int) -> list[tuple[int, float]]:
        """See `engine.space.Space`."""
        return temporal.readings(key, times, most)

    def first_moment(self, key: int, times: Times) -> int | None:
        """See `engine.space.Space`."""
        return temporal.first_moment(key, times)

    def periods(self, one: SeriesKept, times: Times, start: int, width: int, most: int) -> list[Period]:
        """See `engine.space.Space`."""
        return temporal.periods(one, times, start, width, most)

    def context(self, url: str) -> tuple[int, Any] | None:
        """See `engine.space.Space`."""
        return ldcontexts.content(url)

    def contexts(self) -> list[KeptContext]:
        """See `engine.space.Space`."""
        return ldcontexts.kept()

    def refusal_of(self, url: str) -> str:
        """See `engine.space.Space`."""
        try:
            require_target(url, HOLDS)
        except OutboundRefused as error:
            return str(error)
        return ""


def entity_of(row: Any) -> Entity:
    """An entity from COLUMNS."""
    key, path, entity_id, entity_type, document, created, modified = row
    return Entity(entity_id, entity_type, path, json.loads(document), created, modified, key)


def subscription_of(row: models.Subscription) -> Subscription:
    """A subscription from its row."""
    return Subscription(
        row.identifier,
        json.loads(row.definition),
        row.path,
        row.status,
        row.expires_at,
        row.times_sent,
        row.last_notification,
        row.last_success,
        row.last_success_code,
        row.last_failure,
        row.last_failure_reason,
        row.fails,
    )


def registration_of(row: models.Registration) -> Registration:
    """A registration from its row."""
    return Registration(
        row.identifier,
        json.loads(row.definition),
        row.path,
        row.expires_at,
        row.times_sent,
        row.last_forwarding,
        row.last_success,
        row.last_failure,
        row.last_failure_reason,
    )
