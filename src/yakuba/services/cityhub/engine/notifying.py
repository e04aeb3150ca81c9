"""The notification itself: what is sent where, made at once when the change is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from yakuba.services.cityhub.engine import delivery
from yakuba.services.cityhub.engine.entities import Attribute, Entity, read_attribute
from yakuba.services.cityhub.engine.rendering import (
    ALL,
    attribute_shown,
    chosen,
    metadata_shown,
    value_shown,
)
from yakuba.services.cityhub.engine.space import Subscription
from yakuba.services.cityhub.engine.updating import Change

JSON = "application/json; charset=utf-8"
ALWAYS = ("alterationType", "dateCreated", "dateModified")


@dataclass(frozen=True)
class Notification:
    """One request to be made. timeout: milliseconds, 0 for the usual."""

    subscription_id: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    timeout: int = 0


@dataclass(frozen=True)
class Occasion:
    """By which request it came. service: as its header named it; correlator: of that request."""

    service: str
    correlator: str
    round: int


def notification(
    subscription: Subscription, change: Change, alteration: str, occasion: Occasion
) -> Notification:
    """What a subscription sends for a change."""
    wanted = subscription.definition["notification"]
    how = wanted.get("http") or wanted["httpCustom"]
    look = _look(change.entity, occasion)
    headers = {
        "Fiware-ServicePath": change.entity.path,
        "User-Agent": "yakuba-cityhub",
        "Ngsiv2-AttrsFormat": wanted["attrsFormat"],
        "Accept": "application/json",
        "Content-Type": JSON,
        "Fiware-Correlator": f"{occasion.correlator}; cbnotif={occasion.round}",
    }
    if occasion.service:
        headers["Fiware-Service"] = occasion.service
    body = _body(subscription, change, alteration, how, headers, look)
    own = delivery.headers(how, look)
    for name, value in own.items():
        for known in [one for one in headers if one.lower() == name.lower()]:
            if known in ("Fiware-Correlator", "Ngsiv2-AttrsFormat"):
                break
            del headers[known]
        else:
            if value:
                headers[name] = value
    return Notification(
        subscription.id,
        how.get("method", "POST"),
        delivery.address(how, look),
        headers,
        body,
        how.get("timeout", 0),
    )


def _look(entity: Entity, occasion: Occasion) -> delivery.Look:
    def look(name: str) -> Any:
        if name in entity.attributes:
            return value_shown(entity.attributes[name])
        return {
            "id": entity.id,
            "type": entity.type,
            "service": occasion.service,
            "servicePath": entity.path,
        }[name]

    return look


def _body(
    subscription: Subscription,
    change: Change,
    alteration: str,
    how: dict[str, Any],
    headers: dict[str, str],
    look: delivery.Look,
) -> bytes:
    if "payload" in how and how["payload"] is None:
        headers["Ngsiv2-AttrsFormat"] = "custom"
        return b""
    if how.get("payload"):
        headers["Ngsiv2-AttrsFormat"], headers["Content-Type"] = "custom", "text/plain; charset=utf-8"
        return delivery.filled(unquote(how["payload"]), look).encode()
    if "json" in how:
        headers["Ngsiv2-AttrsFormat"], headers["Content-Type"] = "custom", "application/json"
        value = delivery.filled_value(_unquoted(how["json"]), look)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    entity = change.entity
    if "ngsi" in how:
        headers["Ngsiv2-AttrsFormat"] = "normalized"
        entity = _patched(entity, how["ngsi"], look)
    data = _entity(entity, subscription, change, alteration)
    form = subscription.definition["notification"]["attrsFormat"]
    whole = data if form.startswith("simplified") else {"subscriptionId": subscription.id, "data": [data]}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _unquoted(value: Any) -> Any:
    if isinstance(value, str):
        return unquote(value)
    if isinstance(value, dict):
        return {name: _unquoted(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_unquoted(member) for member in value]
    return value


def _patched(entity: Entity, patch: dict[str, Any], look: delivery.Look) -> Entity:
    attributes = dict(entity.attributes)
    names = {"id": entity.id, "type": entity.type}
    for name, given in patch.items():
        if name in names:
            # Without a value the entity keeps its own name.
            names[name] = (
                names[name] if delivery.filled_value(given, look) is None else delivery.filled(given, look)
            )
            continue
        attribute = read_attribute({"value": None} | given, name)
        marks = attribute["metadata"] or {}
        value = delivery.filled_value(given.get("value"), look)
        kind = given.get("type") or read_attribute({"value": value}, name)["type"]
        attributes[name] = attribute | {"value": value, "type": kind, "metadata": marks}
    return Entity(names["id"], names["type"], entity.path, attributes, entity.created, entity.modified)


def _entity(entity: Entity, subscription: Subscription, change: Change, alteration: str) -> Any:
    wanted = subscription.definition["notification"]
    attributes = _attributes(entity, wanted, change, alteration)
    form, marks = wanted["attrsFormat"], tuple(wanted.get("metadata") or ())
    if form == "values":
        return [value_shown(one) for one in attributes.values()]
    body: dict[str, Any] = {"id": entity.id, "type": entity.type}
    for name, attribute in attributes.items():
        if form in ("keyValues", "simplifiedKeyValues"):
            body[name] = value_shown(attribute)
        else:
            body[name] = attribute_shown(attribute) | {
                "metadata": metadata_shown(attribute, marks) | _happened(name, change, marks)
            }
    return body


def _attributes(
    entity: Entity, wanted: dict[str, Any], change: Change, alteration: str
) -> dict[str, Attribute]:
    names = tuple(wanted["attrs"])
    found = chosen(entity, names)
    if "exceptAttrs" in wanted:
        found = {name: one for name, one in found.items() if name not in wanted["exceptAttrs"]}
    if wanted["onlyChangedAttrs"] and change.kind == "entityUpdate":
        changed = change.changed | change.remarked | (change.touched if change.forced else set())
        if alteration == "entityUpdate":
            changed = change.changed | change.remarked
        found = {
            name: one
            for name, one in found.items()
            if name in changed or (name in ALWAYS and name not in entity.attributes)
        }
    if "alterationType" in names:
        found["alterationType"] = {"type": "Text", "value": alteration, "metadata": {}}
    if wanted["covered"]:
        for name in names:
            if name not in found and name != ALL:
                found[name] = {"type": "None", "value": None, "metadata": {}}
        found = {name: found[name] for name in names if name in found} | found
    return found


def _happened(name: str, change: Change, marks: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "previousValue" in marks and name in change.before and change.kind == "entityUpdate":
        before = change.before[name]
        found["previousValue"] = {"type": before["type"], "value": value_shown(before)}
    if "actionType" in marks and name in change.touched and change.kind != "entityDelete":
        word = "append" if name in change.appended else "update"
        found["actionType"] = {"type": "Text", "value": word}
    return found
