"""Subscriptions of NGSI-LD (ETSI GS CIM 009, 5.2.12, 5.8): checked, kept beside those of NGSIv2, shown.

The kept definition has the parts that the one outbox needs in NGSIv2's words (`subject`, `notification`, `throttling`), and under
`ld` what was written: `id`, `given` (the body without @context), `context` (of notifications), and `terms`: the names it uses and
what they meant when it was made, so that it means the same when a context is taken away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine.delivery import require_delivery
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.finding import is_there
from yakuba.services.cityhub.engine.ld import conditions, contexts
from yakuba.services.cityhub.engine.ld.asking import attribute_name, place_name, place_of
from yakuba.services.cityhub.engine.ld.batch_routes import Chosen, selector
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.core import NULL
from yakuba.services.cityhub.engine.ld.names import is_uri
from yakuba.services.cityhub.engine.ld.problems import bad_data, unsupported
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.requests import Target
from yakuba.services.cityhub.engine.space import Space, Subscription
from yakuba.services.cityhub.engine.subscriptions import host_of, new_id, status_of
from yakuba.services.cityhub.engine.updating import Change

URN = "urn:ngsi-ld:Subscription:"
MEMBERS = ("id", "type", "subscriptionName", "description", "entities", "watchedAttributes", "notificationTrigger", "q", "geoQ",
           "isActive", "notification", "expiresAt", "throttling", "jsonldContext", "@context")  # fmt: skip
_TOLD = ("status", "createdAt", "modifiedAt", "origin")  # ours: passed over when they come back
TRIGGERS = (
    "entityCreated",
    "entityUpdated",
    "entityDeleted",
    "attributeCreated",
    "attributeUpdated",
    "attributeDeleted",
)
USUAL = ("attributeCreated", "attributeUpdated")
FORMATS = {
    "normalized": "normalized",
    "concise": "concise",
    "keyValues": "keyValues",
    "simplified": "keyValues",
}
ACCEPTED = ("application/json", "application/ld+json")
_OF_NOTIFICATION = ("attributes", "format", "endpoint", "sysAttrs")
_COUNTERS = ("status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure")
_OF_ENDPOINT = ("uri", "accept", "timeout", "receiverInfo")
LONGEST_NAME, MOST_HEADERS, LONGEST_URI = 1_024, 50, 1_000
LONGEST_THROTTLING = 366 * 86_400


@dataclass(frozen=True)
class Recording(Context):
    """A context that notes what it is asked."""

    asked: dict[str, str] = field(default_factory=dict)

    def expand(self, name: str) -> str:
        """See `Context`."""
        iri = super().expand(name)
        self.asked[name] = iri
        return iri


@dataclass(frozen=True)
class LdWatch:
    """What a subscription of NGSI-LD watches, made ready."""

    targets: tuple[Target, ...]
    chosen: Chosen
    names: frozenset[str]
    triggers: frozenset[str]
    place: Any = None
    place_name: str = ""

    def concerns(self, change: Change) -> str:
        """The alteration by which it is triggered, or an empty text."""
        alteration = self._alteration(change)
        if not alteration or not self.chosen.holds(change.entity):
            return ""
        if self.place is not None and not is_there(change.entity, self.place, self.place_name):
            return ""
        return alteration

    def _alteration(self, change: Change) -> str:
        if change.kind == "entityDelete":
            return "entityDelete" if "entityDeleted" in self.triggers else ""
        if change.kind == "entityCreate":
            if "entityCreated" in self.triggers and not self.names:
                return "entityCreate"
            wanted = {"entityCreated", "attributeCreated"} & self.triggers
            return "entityCreate" if wanted and self._named(change.touched) else ""
        gone = change.touched - set(change.entity.attributes)
        for trigger, names in (
            ("entityUpdated", change.touched),
            ("attributeCreated", change.appended),
            ("attributeDeleted", gone),
            ("attributeUpdated", change.touched - change.appended - gone),
        ):
            if trigger in self.triggers and self._named(names):
                return "entityUpdate"
        return ""

    def _named(self, names: set[str]) -> bool:
        return bool(names & self.names if self.names else names)


def key_of(uri: str) -> str:
    """The number under which a subscription of that id is kept."""
    return hashlib.sha256(uri.encode()).hexdigest()[:24]


def own(subscription: Subscription) -> dict[str, Any] | None:
    """What NGSI-LD keeps of it; None for one of NGSIv2."""
    found = subscription.definition.get("ld")
    return found if isinstance(found, dict) else None


def created(body: dict[str, Any], context: Context, space: Space, path: str, now: float) -> Subscription:
    """The subscription of a body. Raises NgsiError 400, 422, 503."""
    uri = body.get("id", URN + new_id())
    if not is_uri(uri) or len(uri) > LONGEST_URI:
        raise bad_data(f"id {str(uri)[:80]} はURIではありません。")
    subscription = Subscription(key_of(uri), {}, path)
    _put(subscription, body | {"id": uri}, context, space, now)
    return subscription


def changed(
    subscription: Subscription, patch: dict[str, Any], context: Context, space: Space, now: float
) -> None:
    """Put what a body says on it; `urn:ngsi-ld:null` takes a member away. Raises NgsiError 400, 422, 503."""
    kept = own(subscription) or {}
    if patch.get("id", kept["id"]) != kept["id"]:
        raise bad_data("サブスクリプションの id は変えられません。")
    before = Context(kept["context"], dict(kept["terms"]))
    named = {"entities", "watchedAttributes", "q", "geoQ", "notification"} & set(patch)
    if not named or context.source == before.source:
        context, body = (context if named else before), dict(kept["given"])
    else:
        body = _spelt_out(kept["given"], before)
        if "q" in body and "q" not in patch:
            raise bad_data("@context を変えるときは、q も送ってください（中の名前の意味が変わります）。")
    for name, value in patch.items():
        if value == NULL:
            body.pop(name, None)
        elif name == "notification" and isinstance(value, dict) and isinstance(body.get(name), dict):
            body[name] = body[name] | value
        else:
            body[name] = value
    _put(subscription, body, context, space, now)


def _spelt_out(given: dict[str, Any], context: Context) -> dict[str, Any]:
    """A body whose names are IRIs, so that they mean the same in any context."""
    body = dict(given)
    if "watchedAttributes" in body:
        body["watchedAttributes"] = [context.expand(one) for one in body["watchedAttributes"]]
    if "entities" in body:
        body["entities"] = [one | {"type": _types(one["type"], context.expand)} for one in body["entities"]]
    if "geoproperty" in body.get("geoQ", {}):
        body["geoQ"] = body["geoQ"] | {"geoproperty": context.expand(body["geoQ"]["geoproperty"])}
    if "attributes" in body["notification"]:
        names = [context.expand(one) for one in body["notification"]["attributes"]]
        body["notification"] = body["notification"] | {"attributes": names}
    return body


def _put(
    subscription: Subscription, body: dict[str, Any], context: Context, space: Space, now: float
) -> None:
    body = {name: one for name, one in body.items() if name not in (*_TOLD, "@context")}
    for name in body:
        if name not in MEMBERS:
            raise unsupported(f"サブスクリプションの {name} は扱いません。")
    if body.get("type") != "Subscription":
        raise bad_data('type は "Subscription" にしてください。')
    for name in ("subscriptionName", "description"):
        if name in body and (not isinstance(body[name], str) or len(body[name]) > LONGEST_NAME):
            raise bad_data(f"{name} は{LONGEST_NAME}文字までの文字列にしてください。")
    recording = Recording(context.source, context.terms)
    watched = watch_of(body, recording)
    notification, delivered = _notification(body.get("notification"), recording)
    refusal = space.refusal_of(host_of(notification["http"]["url"]))
    if refusal:
        raise bad_data(refusal)
    subscription.definition = {
        "description": f"NGSI-LD: {body['id']}"[:LONGEST_NAME],
        "subject": {
            "entities": [_in_v2(target) for target in watched.targets],
            "condition": {"attrs": sorted(watched.names), "notifyOnMetadataChange": True},
        },
        "notification": notification,
        "throttling": _throttling(body.get("throttling", 0)),
        "ld": {
            "id": body["id"],
            "given": body,
            "context": _context(body, context, space),
            "terms": recording.asked,
            **delivered,
        },
    }
    subscription.expires = _expiry(body.get("expiresAt"), now)
    active = body.get("isActive", True)
    if not isinstance(active, bool):
        raise bad_data("isActive は true か false にしてください。")
    subscription.status = "active" if active else "inactive"


def _context(body: dict[str, Any], context: Context, space: Space) -> Any:
    """The context of what is sent."""
    own_context = body.get("jsonldContext")
    if own_context is None:
        return context.source
    if not isinstance(own_context, str):
        raise bad_data("jsonldContext はアドレスの文字列にしてください。")
    return contexts.read(own_context, space).source


def watch_of(given: dict[str, Any], context: Context) -> LdWatch:
    """What a body watches. Raises NgsiError 400, 422."""
    entities, names = given.get("entities"), given.get("watchedAttributes")
    if entities is None and names is None:
        raise bad_data("entities か watchedAttributes を書いてください。")
    if entities is not None and (not isinstance(entities, list) or not entities or len(entities) > 100):
        raise bad_data("entities は1〜100個の配列にしてください。")
    selected = tuple(selector(one, context) for one in entities or [])
    triggers = given.get("notificationTrigger", list(USUAL))
    if not isinstance(triggers, list) or not triggers or not all(one in TRIGGERS for one in triggers):
        raise bad_data(f"notificationTrigger は {'・'.join(TRIGGERS)} の並びにしてください。")
    geo = given.get("geoQ", {})
    if not isinstance(geo, dict):
        raise bad_data("geoQ は JSON のオブジェクトにしてください。")
    return LdWatch(
        tuple(target for targets, _ in selected for target in targets) or (Target(),),
        Chosen(selected, conditions.read(given.get("q"), context)),
        frozenset(_names(names, "watchedAttributes", context)) if names is not None else frozenset(),
        frozenset(triggers),
        place_of(geo.get("georel"), geo.get("geometry"), geo.get("coordinates")),
        place_name(geo.get("geoproperty"), context),
    )


def watch(subscription: Subscription) -> LdWatch | None:
    """The watch of a kept subscription of NGSI-LD, by the meanings it was made with; None for one of NGSIv2."""
    kept = own(subscription)
    return None if kept is None else watch_of(kept["given"], Context(kept["context"], dict(kept["terms"])))


def _names(given: Any, what: str, context: Context) -> list[str]:
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise bad_data(f"{what} は、空でない文字列の配列にしてください。")
    return [attribute_name(one, context) for one in given]


def _in_v2(target: Target) -> dict[str, str]:
    found = {"id": target.id} if target.id else {"idPattern": ".*"}
    return found | ({"type": target.type} if target.type else {})


def _throttling(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= LONGEST_THROTTLING:
        raise bad_data("throttling は0以上の秒数（1年まで）にしてください。")
    return given


def _expiry(given: Any, now: float) -> float | None:
    if given is None:
        return None
    moment = read_moment(given) if isinstance(given, str) else None
    if moment is None or moment <= now:
        raise bad_data("expiresAt は、これからの日時（例 2030-04-01T00:00:00Z）にしてください。")
    return moment


def _notification(given: Any, context: Context) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts in NGSIv2's words, and those of NGSI-LD alone."""
    if not isinstance(given, dict) or not isinstance(given.get("endpoint"), dict):
        raise bad_data("notification に endpoint（uri を持つオブジェクト）を書いてください。")
    for name in given:
        if name not in (*_OF_NOTIFICATION, *_COUNTERS):
            raise unsupported(f"notification の {name} は扱いません。")
    form = given.get("format", "normalized")
    if form not in FORMATS:
        raise bad_data(f"notification の format は {'・'.join(FORMATS)} のどれかにしてください。")
    if not isinstance(given.get("sysAttrs", False), bool):
        raise bad_data("sysAttrs は true か false にしてください。")
    endpoint = given["endpoint"]
    for name in endpoint:
        if name not in _OF_ENDPOINT:
            raise unsupported(f"endpoint の {name} は扱いません。")
    accept = endpoint.get("accept", ACCEPTED[0])
    if accept not in ACCEPTED:
        raise bad_data(f"endpoint の accept は {'・'.join(ACCEPTED)} のどれかにしてください。")
    if str(endpoint.get("uri", "")).lower().startswith(("mqtt:", "mqtts:")):
        raise unsupported("MQTT へは送りません。endpoint の uri は http か https にしてください。")
    http = require_delivery(
        {"url": endpoint.get("uri")} | ({"timeout": endpoint["timeout"]} if "timeout" in endpoint else {}),
        custom=False,
    )
    names = _names(given["attributes"], "attributes", context) if "attributes" in given else []
    notification = {
        "http": http,
        "attrs": names,
        "attrsFormat": "keyValues" if FORMATS[form] == "keyValues" else "normalized",
        "covered": False,
        "onlyChangedAttrs": False,
    }
    return notification, {
        "form": FORMATS[form],
        "system": given.get("sysAttrs", False),
        "accept": accept,
        "headers": _headers(endpoint.get("receiverInfo", [])),
    }


def _headers(given: Any) -> dict[str, str]:
    if not isinstance(given, list) or len(given) > MOST_HEADERS:
        raise bad_data(f"receiverInfo は、key と value を持つ{MOST_HEADERS}個までの配列にしてください。")
    found: dict[str, str] = {}
    for one in given:
        if (
            not isinstance(one, dict)
            or set(one) != {"key", "value"}
            or not all(isinstance(part, str) for part in one.values())
        ):
            raise bad_data("receiverInfo の要素は key と value（文字列）だけにしてください。")
        found[one["key"]] = one["value"]
    if not found:
        return {}
    checked: dict[str, str] = require_delivery({"url": "http://x/", "headers": found}, custom=True)["headers"]
    return checked


def shown(subscription: Subscription, context: Context, now: float) -> dict[str, Any]:
    """The subscription as answers show it, its names in this context; `q` stays as it was written."""
    kept = own(subscription) or {}
    meant = Context(kept["context"], dict(kept["terms"]))

    def named(name: str) -> str:
        return context.compact(meant.expand(name))

    given = dict(kept["given"])
    if "watchedAttributes" in given:
        given["watchedAttributes"] = [named(one) for one in given["watchedAttributes"]]
    if "entities" in given:
        given["entities"] = [one | {"type": _types(one["type"], named)} for one in given["entities"]]
    notification = dict(given["notification"])
    if "attributes" in notification:
        notification["attributes"] = [named(one) for one in notification["attributes"]]
    state = status_of(subscription, now)
    status = {"inactive": "paused"}.get(state, state)
    notification |= {"status": "failed" if subscription.fails else "ok"} | _counters(subscription)
    if isinstance(kept["context"], str):
        given["jsonldContext"] = kept["context"]
    return given | {"isActive": state == "active", "status": status, "notification": notification}


def _types(text: str, named: Any) -> str:
    return (
        text
        if text.strip() == "*"
        else ",".join(named(one.strip()) for one in text.replace("|", ",").split(","))
    )


def _counters(subscription: Subscription) -> dict[str, Any]:
    moments = {
        "lastNotification": subscription.last_notification,
        "lastSuccess": subscription.last_success,
        "lastFailure": subscription.last_failure,
    }
    found: dict[str, Any] = {name: written(moment) for name, moment in moments.items() if moment}
    if subscription.times_sent:
        found["timesSent"] = subscription.times_sent
    if subscription.fails:
        found["timesFailed"] = subscription.fails
    return found


def context_of(subscription: Subscription, space: contexts.Kept) -> Context:
    """In which a notification is written: the core context where the own one has been taken away since, with whole IRIs."""
    kept = own(subscription) or {}
    try:
        return contexts.read(kept["context"], space)
    except NgsiError:
        return contexts.CORE
