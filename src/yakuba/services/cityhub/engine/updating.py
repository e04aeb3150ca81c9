"""What an update makes of an entity, and what has changed by it, which is what subscriptions ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine.entities import (
    Attribute,
    Entity,
    check_value,
    is_operator,
    require_few,
    require_one_place,
)
from yakuba.services.cityhub.engine.operators import MISSING, operated


@dataclass
class Change:
    """What one update did to one entity.

    kind: `entityCreate`, `entityUpdate` or `entityDelete`; before: the attributes as they were; touched: named by the
    request; changed: value or type is another, new or gone; remarked: only metadata is another; appended: new ones;
    marked: attribute → the metadata that the request brought for it (others stand there from before).
    """

    kind: str
    entity: Entity
    before: dict[str, Attribute]
    touched: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    remarked: set[str] = field(default_factory=set)
    appended: set[str] = field(default_factory=set)
    forced: bool = False
    marked: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of an update. refused: names that exist (appendStrict) or do not exist (update, delete)."""

    entity: Entity
    change: Change
    refused: list[str] = field(default_factory=list)


def created(entity: Entity, given: dict[str, Attribute], now: float) -> Outcome:
    """A new entity. Raises NgsiError 500 for an operator that goes with nothing."""
    entity.created = entity.modified = now
    change = Change("entityCreate", entity, {})
    for name, attribute in given.items():
        _put(entity, name, attribute, now, change, override=True)
    return Outcome(entity, change)


def appended(
    entity: Entity, given: dict[str, Attribute], now: float, *, strict: bool = False, override: bool = False
) -> Outcome:
    """Attributes updated or added; strict: those that exist are refused. Raises NgsiError 413, 500."""
    after = _copy(entity)
    outcome = Outcome(after, Change("entityUpdate", after, entity.attributes))
    for name, attribute in given.items():
        if strict and name in entity.attributes:
            outcome.refused.append(name)
            continue
        _put(after, name, attribute, now, outcome.change, override=override)
    return _finished(outcome, now)


def updated(entity: Entity, given: dict[str, Attribute], now: float, *, override: bool = False) -> Outcome:
    """Existing attributes updated; the others are refused. Raises NgsiError 413, 500."""
    after = _copy(entity)
    outcome = Outcome(after, Change("entityUpdate", after, entity.attributes))
    for name, attribute in given.items():
        if name not in entity.attributes:
            outcome.refused.append(name)
            continue
        _put(after, name, attribute, now, outcome.change, override=override)
    return _finished(outcome, now)


def replaced(entity: Entity, given: dict[str, Attribute], now: float) -> Outcome:
    """No attributes but the given ones. Raises NgsiError 413, 500."""
    after = _copy(entity)
    after.attributes = {}
    outcome = Outcome(after, Change("entityUpdate", after, entity.attributes))
    for name, attribute in given.items():
        _put(after, name, attribute, now, outcome.change, override=True)
    gone = set(entity.attributes) - set(after.attributes)
    outcome.change.changed |= gone
    outcome.change.touched |= gone
    return _finished(outcome, now)


def removed(entity: Entity, names: list[str], now: float) -> Outcome:
    """Without the named attributes; those that do not exist are refused."""
    after = _copy(entity)
    outcome = Outcome(after, Change("entityUpdate", after, entity.attributes))
    for name in names:
        if after.attributes.pop(name, None) is None:
            outcome.refused.append(name)
        else:
            outcome.change.touched.add(name)
            outcome.change.changed.add(name)
    return _finished(outcome, now)


def valued(entity: Entity, name: str, value: Any, now: float) -> Outcome:
    """One attribute's value alone; type and metadata stay. Raises NgsiError 400, 413."""
    old = entity.attributes[name]
    given = {"type": old["type"], "value": value, "metadata": None}
    check_value(given | {"metadata": old.get("metadata")}, f"属性 {name}", name)
    checked = {"type": old["type"], "value": value, "metadata": old.get("metadata") or {}}
    check_value(checked, f"属性 {name}", name)
    given["value"] = checked["value"]
    return updated(entity, {name: given}, now)


def deleted(entity: Entity) -> Change:
    """The entity is gone."""
    names = set(entity.attributes)
    return Change("entityDelete", entity, entity.attributes, names, names)


def _copy(entity: Entity) -> Entity:
    return Entity(
        entity.id,
        entity.type,
        entity.path,
        dict(entity.attributes),
        entity.created,
        entity.modified,
        entity.key,
    )


def _finished(outcome: Outcome, now: float) -> Outcome:
    require_few(outcome.entity.attributes)
    require_one_place(outcome.entity.attributes)
    if outcome.change.touched:
        outcome.entity.modified = now
    return outcome


def _put(entity: Entity, name: str, given: Attribute, now: float, change: Change, *, override: bool) -> None:
    old = change.before.get(name)
    value = given["value"]
    if is_operator(value):
        value = operated(MISSING if old is None else old["value"], value, given["type"])
        if value is MISSING:
            return
        given = given | {"value": value}
        if not given.get("typed"):
            given["type"] = old["type"] if old else _operator_type(value)
        check_value(given, f"属性 {name}", name)
        value = given["value"]
    marks = given["metadata"]
    change.marked[name] = frozenset(marks or ())
    if old is None:
        entity.attributes[name] = {
            "type": given["type"],
            "value": value,
            "metadata": marks or {},
            "created": now,
            "modified": now,
        }
        change.touched.add(name)
        change.changed.add(name)
        change.appended.add(name)
        return
    before = old["metadata"]
    if override:
        metadata = marks or {}
    elif marks is None:
        metadata = before
    else:
        metadata = before | marks if marks else {}
    other = old["value"] != value or type(old["value"]) is not type(value) or old["type"] != given["type"]
    remarked = metadata != before
    entity.attributes[name] = {
        "type": given["type"],
        "value": value,
        "metadata": metadata,
        "created": old["created"],
        "modified": now if other or remarked else old["modified"],
    }
    change.touched.add(name)
    if other:
        change.changed.add(name)
    elif remarked:
        change.remarked.add(name)


def _operator_type(value: Any) -> str:
    from yakuba.services.cityhub.engine.entities import default_type

    return default_type(value)
