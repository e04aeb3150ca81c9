"""A notification of NGSI-LD (ETSI GS CIM 009, 5.3.1, 6.3.8), made when the change is stored, for the same outbox as NGSIv2's."""

from __future__ import annotations

import uuid
from typing import Any

from yakuba.services.cityhub.engine.answers import JSON, dumped
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.ld.bodies import LD_JSON, link_of, source_of, warned
from yakuba.services.cityhub.engine.ld.contexts import CORE, Context
from yakuba.services.cityhub.engine.ld.names import NotCarried
from yakuba.services.cityhub.engine.ld.showing import How, entity_shown
from yakuba.services.cityhub.engine.ld.subscriptions import own
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.notifying import Notification, Occasion
from yakuba.services.cityhub.engine.space import Subscription
from yakuba.services.cityhub.engine.updating import Change

_OURS = (
    "content-type",
    "content-length",
    "host",
    "link",
    "fiware-correlator",
    "ngsild-tenant",
    "connection",
    "transfer-encoding",
)


def notification(
    subscription: Subscription, change: Change, occasion: Occasion, context: Context, now: float
) -> Notification:
    """What a subscription of NGSI-LD sends for a change. context: see `subscriptions.context_of`; now: seconds since 1970."""
    kept = own(subscription) or {}
    wanted = subscription.definition["notification"]
    in_body = kept["accept"] == LD_JSON
    if not in_body and not isinstance(context.source, str):
        context = CORE  # plain JSON has room for an address only
    how = How(kept["form"], kept["system"], tuple(wanted["attrs"]))
    entity, left = _shown(change.entity, context, how)
    if change.kind == "entityDelete":
        entity = {name: entity[name] for name in ("id", "type")} | {"deletedAt": written(now)}
    body: dict[str, Any] = {
        "id": f"urn:ngsi-ld:Notification:{uuid.uuid4()}",
        "type": "Notification",
        "subscriptionId": kept["id"],
        "notifiedAt": written(now),
        "data": [entity],
    }
    headers = {
        "User-Agent": "yakuba-cityhub",
        "Accept": JSON,
        "Content-Type": kept["accept"],
        "Fiware-Correlator": f"{occasion.correlator}; cbnotif={occasion.round}",
    } | dict(warned(left))
    if in_body:
        body["@context"] = source_of(context)
    else:
        headers |= dict((link_of(context),))
    if occasion.service:
        headers["NGSILD-Tenant"] = occasion.service
    headers |= {name: value for name, value in kept["headers"].items() if name.lower() not in _OURS}
    http = wanted["http"]
    return Notification(subscription.id, "POST", http["url"], headers, dumped(body), http.get("timeout", 0))


def _shown(entity: Entity, context: Context, how: How) -> tuple[dict[str, Any], list[str]]:
    """The entity, and why parts of it are left out: NGSIv2 may have named something as NGSI-LD cannot."""
    try:
        return entity_shown(entity, context, how), []
    except NotCarried:
        pass
    body: dict[str, Any] = {"id": entity.id, "type": entity.type}
    left: list[str] = []
    for name, attribute in entity.attributes.items():
        part = Entity(entity.id, entity.type, entity.path, {name: attribute}, entity.created, entity.modified)
        try:
            body |= entity_shown(part, context, how)
        except NotCarried as reason:
            left.append(str(reason))
    return body, left
