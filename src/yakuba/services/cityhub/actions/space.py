"""One service's data for the engine: reads and writes in one transaction.

What is written is kept in memory until `flush`, so that a group of updates costs a few statements. An update that fails with
something unforeseen is taken back alone (`mark`, `take_back`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from yakuba.services.cityhub import models
from yakuba.services.cityhub.actions.measuring import Measuring
from yakuba.services.cityhub.actions.series import KnownSeries, measured, moment_of, unit_of
from yakuba.services.cityhub.actions.turns import WRITER, take_turn
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.engine.entities import Entity, place_of
from yakuba.services.cityhub.engine.ld import subscriptions as ld_subscriptions
from yakuba.services.cityhub.engine.ld.notifying import notification as ld_notification
from yakuba.services.cityhub.engine.notifying import Notification, Occasion, notification
from yakuba.services.cityhub.engine.places import shape_of
from yakuba.services.cityhub.engine.requests import Path
from yakuba.services.cityhub.engine.space import Registration, Subscription, Where
from yakuba.services.cityhub.engine.subscriptions import new_id
from yakuba.services.cityhub.engine.triggering import Watch
from yakuba.services.cityhub.engine.updating import Change
from yakuba.services.cityhub.queries import cells
from yakuba.services.cityhub.queries.space import COLUMNS, PORTION, ReadSpace, entity_of

MOST_ROUNDS = 8  # notifications of notifications of … (a loop of subscriptions ends here)
Name = tuple[str, str, str]  # path, id, type

_PUT = """INSERT INTO cityhub_entity (municipality_id, path, entity_id, entity_type, document, created_at, modified_at,
    expires_at, west, south, east, north, cell) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (municipality_id, entity_id, entity_type, path) DO UPDATE SET document = excluded.document,
    created_at = excluded.created_at, modified_at = excluded.modified_at, expires_at = excluded.expires_at,
    west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north, cell = excluded.cell"""
_SEND = """INSERT INTO cityhub_delivery (municipality_id, subscription_id, method, url, headers, body, timeout, made_at,
    held_until) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0)"""


class WriteSpace(ReadSpace):
    """Reads and writes of the active municipality within the running transaction."""

    def __init__(self, municipality_id: int, now: float, known: KnownSeries, watches: Watches) -> None:
        super().__init__(municipality_id, now)
        self.occasion = Occasion("", "", 1)
        self._made, self._seen = watches, False
        self.measuring = Measuring(municipality_id, known)
        self._watches: dict[int, Watch] = {}
        self._entities: dict[Name, Entity | None] = {}
        self._stored: dict[
            str, dict[Name, Entity]
        ] = {}  # as it was in the database, of the ids in `_complete`
        self._complete: set[str] = set()
        self._before: list[tuple[Name, Any]] = []
        self._deliveries: list[tuple[int, Notification, float]] = []
        self._told: dict[int, Subscription] = {}
        self._told_before: list[tuple[Subscription, int, float, str]] = []
        self._flushes = 0
        self.sends = False
        self.looped: list[str] = []

    # --- entities

    def named(self, entity_id: str, entity_type: str, paths: tuple[Path, ...]) -> list[Entity]:
        """See `engine.space.Space`."""
        if entity_type and len(paths) == 1 and not paths[0].deep:
            name = (paths[0].path, entity_id, entity_type)
            if name in self._entities:
                found = self._entities[name]
                return [found] if found is not None and not self._expired(found) else []
            if entity_id in self._complete:
                known = self._stored.get(entity_id, {}).get(name)
                return [known] if known is not None and not self._expired(known) else []
            return super().named(entity_id, entity_type, paths)
        stored = {(one.path, one.id, one.type): one for one in super().named(entity_id, entity_type, paths)}
        for name, one in self._entities.items():
            path, own_id, own_type = name
            if own_id != entity_id or (entity_type and own_type != entity_type):
                continue
            if not any(each.holds(path) for each in paths):
                continue
            stored.pop(name, None)
            if one is not None and not self._expired(one):
                stored[name] = one
        return list(stored.values())

    def expect(self, ids: Sequence[str]) -> None:
        """See `engine.space.Space`. What is there, and for the ids also that there is no more, is then known."""
        wanted = [one for one in dict.fromkeys(ids) if one not in self._complete]
        for start in range(0, len(wanted), PORTION):
            part = wanted[start : start + PORTION]
            marks = ", ".join(["%s"] * len(part))
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {COLUMNS} FROM cityhub_entity WHERE municipality_id = %s AND entity_id IN ({marks})",  # noqa: S608
                    [self.municipality_id, *part],
                )
                for row in cursor.fetchall():
                    one = entity_of(row)
                    self._stored.setdefault(one.id, {})[one.path, one.id, one.type] = one
            self._complete.update(part)

    def _expired(self, entity: Entity) -> bool:
        expires = entity.expires
        return expires is not None and expires <= self.now

    def candidates(self, where: Where, limit: int | None = None, offset: int = 0) -> Any:
        """See `engine.space.Space`."""
        self.flush()
        return super().candidates(where, limit, offset)

    def count(self, where: Where) -> int:
        """See `engine.space.Space`."""
        self.flush()
        return super().count(where)

    def put(self, entity: Entity, change: Change) -> None:
        """See `engine.space.Space`."""
        self._set((entity.path, entity.id, entity.type), entity)
        for name, number in measured(change):
            moment, doubtful = moment_of(change, name, self.now)
            key = (self.municipality_id, entity.path, entity.id, entity.type, name)
            at = round(moment * 1_000_000)
            self.measuring.readings.append((key, unit_of(change, name), at, number, doubtful))
        self._tell(change)

    def note(self, entity: Entity, name: str, at: float, number: float, unit: str) -> None:
        """A reading that is no update: it belongs to the past. at: seconds since 1970 UTC."""
        key = (self.municipality_id, entity.path, entity.id, entity.type, name)
        self.measuring.readings.append((key, unit, round(at * 1_000_000), number, False))

    def drop(self, change: Change) -> None:
        """See `engine.space.Space`."""
        entity = change.entity
        self._set((entity.path, entity.id, entity.type), None)
        self._tell(change)

    def _set(self, name: Name, entity: Entity | None) -> None:
        self._before.append((name, self._entities.get(name, ...)))
        self._entities[name] = entity

    def mark(self) -> tuple[int, int, int]:
        """Where this update begins."""
        self._before.clear()
        self._told_before.clear()
        return self._flushes, len(self.measuring.readings), len(self._deliveries)

    def take_back(self, mark: tuple[int, int, int]) -> bool:
        """Undo what was put since then; False where it is in the database already, so that the group has to be taken back."""
        if mark[0] != self._flushes:
            return False
        for name, before in reversed(self._before):
            if before is ...:
                self._entities.pop(name, None)
            else:
                self._entities[name] = before
        for subscription, times_sent, last, status in reversed(self._told_before):
            subscription.times_sent, subscription.last_notification = times_sent, last
            subscription.status = status
        self._before.clear()
        del self.measuring.readings[mark[1] :]
        del self._deliveries[mark[2] :]
        return True

    # --- subscriptions

    def _tell(self, change: Change) -> None:
        if not self._seen:
            self._watches, self._seen = self._made.of(self.municipality_id, self.now), True
        for key, watch in self._watches.items():
            alteration = watch.concerns(change)
            if not alteration:
                continue
            subscription = watch.subscription
            if subscription.status not in ("active", "oneshot"):
                continue
            pause = subscription.definition.get("throttling", 0)
            if pause and 0 <= self.now - subscription.last_notification < pause:
                continue
            if self.occasion.round > MOST_ROUNDS:
                self.looped.append(subscription.id)
                continue
            self._deliveries.append((key, self._notification(subscription, change, alteration), self.now))
            self._told_before.append(
                (
                    subscription,
                    subscription.times_sent,
                    subscription.last_notification,
                    subscription.status,
                )
            )
            subscription.times_sent += 1
            subscription.last_notification = self.now
            if subscription.status == "oneshot":
                subscription.status = "inactive"
            self._told[key] = subscription

    def _notification(self, subscription: Subscription, change: Change, alteration: str) -> Notification:
        if ld_subscriptions.own(subscription) is None:
            return notification(subscription, change, alteration, self.occasion)
        context = ld_subscriptions.context_of(subscription, self)
        return ld_notification(subscription, change, self.occasion, context, self.now)

    def put_subscription(self, subscription: Subscription, *, new: bool) -> None:
        """See `engine.space.Space`."""
        self.flush()
        if new:
            row = models.Subscription(identifier=subscription.id)
        else:
            row = models.Subscription.objects.select_for_update().get(identifier=subscription.id)
        row.path, row.status = subscription.path, subscription.status
        row.definition = json.dumps(subscription.definition, ensure_ascii=False)
        row.expires_at, row.fails = subscription.expires, subscription.fails
        row.revision = (row.revision or 0) + 1
        row.retry_at = 0.0
        row.save()
        self._seen = False

    def drop_subscription(self, subscription_id: str) -> None:
        """See `engine.space.Space`."""
        self.flush()
        models.Subscription.objects.filter(identifier=subscription_id).delete()
        self._seen = False

    def put_registration(self, registration: Registration) -> None:
        """See `engine.space.Space`."""
        models.Registration.objects.create(
            identifier=registration.id,
            path=registration.path,
            definition=json.dumps(registration.definition, ensure_ascii=False),
            expires_at=registration.expires,
        )

    def drop_registration(self, registration_id: str) -> None:
        """See `engine.space.Space`."""
        models.Registration.objects.filter(identifier=registration_id).delete()

    def put_context(self, url: str, content: Any) -> str:
        """See `engine.space.Space`."""
        identifier = new_id()
        models.LdContext.objects.create(
            identifier=identifier,
            url=url,
            content=json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            created_at=self.now,
        )
        return identifier

    def drop_context(self, context_id: str) -> None:
        """See `engine.space.Space`."""
        models.LdContext.objects.filter(identifier=context_id).delete()

    # --- the end of the group

    def flush(self) -> None:
        """Write what is in memory."""
        self._flushes += 1
        with connection.cursor() as cursor:
            self._flush_entities(cursor)
            self.measuring.flush(cursor, self.now)
            self._flush_deliveries(cursor)

    def _flush_entities(self, cursor: Any) -> None:
        gone = [name for name, one in self._entities.items() if one is None]
        kept = [one for one in self._entities.values() if one is not None]
        if gone:
            cursor.executemany(
                "DELETE FROM cityhub_entity WHERE municipality_id = %s AND path = %s AND entity_id = %s "
                "AND entity_type = %s",
                [(self.municipality_id, *name) for name in gone],
            )
        if kept:
            cursor.executemany(_PUT, [self._row(one) for one in kept])
        self._entities = {}
        self._stored, self._complete = {}, set()
        self._before.clear()

    def _row(self, entity: Entity) -> tuple[Any, ...]:
        place = place_of(entity.attributes)
        box: tuple[Any, ...] = (None, None, None, None)
        cell = None
        if place is not None:
            shape = shape_of(place["type"], place["value"])
            box = shape.bounds
            cell = cells.cell_of(shape.x, shape.y) if shape.geom_type == "Point" else cells.AREA
        return (
            self.municipality_id,
            entity.path,
            entity.id,
            entity.type,
            json.dumps(entity.attributes, ensure_ascii=False, separators=(",", ":")),
            entity.created,
            entity.modified,
            entity.expires,
            *box,
            cell,
        )

    def _flush_deliveries(self, cursor: Any) -> None:
        if self._told:
            cursor.executemany(
                "UPDATE cityhub_subscription SET times_sent = %s, last_notification = %s WHERE id = %s",
                [(one.times_sent, one.last_notification, key) for key, one in self._told.items()],
            )
            once = [(key,) for key, one in self._told.items() if one.status == "inactive"]
            if once:
                cursor.executemany(
                    "UPDATE cityhub_subscription SET status = 'inactive', revision = revision + 1 WHERE id = %s",
                    once,
                )
            self._told = {}
        if self._deliveries:
            cursor.executemany(
                _SEND,
                [
                    (
                        self.municipality_id,
                        key,
                        one.method,
                        one.url,
                        json.dumps(one.headers, ensure_ascii=False),
                        one.body,
                        one.timeout,
                        made,
                    )
                    for key, one, made in self._deliveries
                ],
            )
            self._deliveries = []
            self.sends = True


@contextmanager
def writing(municipality_id: int, now: float, known: KnownSeries, watches: Watches) -> Iterator[WriteSpace]:
    """A unit of work: everything that is put into it is stored when the block ends, or nothing. One at a time in a town."""
    with transaction.atomic():
        take_turn(WRITER, municipality_id)
        space = WriteSpace(municipality_id, now, known, watches)
        yield space
        space.flush()
    known.learn(space.measuring.new_series)
