"""Subscriptions: what may be asked for, how it is kept, how it is shown.

The kept definition has what its owner wrote, checked: `description`, `subject` (`entities`, `condition`), `notification`,
`throttling`. Expiry, status and counters are the store's (`space.Subscription`).
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from yakuba.services.cityhub.engine import places
from yakuba.services.cityhub.engine.conditions import read_condition
from yakuba.services.cityhub.engine.delivery import require_delivery
from yakuba.services.cityhub.engine.errors import bad_request
from yakuba.services.cityhub.engine.identifiers import require_identifier, require_plain
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.requests import names_of, targets_of
from yakuba.services.cityhub.engine.space import Subscription

ALTERATIONS = ("entityCreate", "entityUpdate", "entityChange", "entityDelete")
FORMATS = ("normalized", "simplifiedNormalized", "keyValues", "simplifiedKeyValues", "values")
STATUSES = ("active", "inactive", "oneshot")
LONGEST_DESCRIPTION = 1_024
_MEMBERS = ("description", "subject", "notification", "expires", "status", "throttling")
_COUNTERS = (
    "timesSent",
    "lastNotification",
    "lastFailure",
    "lastFailureReason",
    "lastSuccess",
    "lastSuccessCode",
    "failsCounter",
)
_WORDS = ("attrs", "exceptAttrs", "attrsFormat", "metadata", "onlyChangedAttrs", "covered", "maxFailsLimit")
_TRANSPORTS = ("http", "httpCustom")
_FOREIGN = ("mqtt", "mqttCustom", "kafka", "kafkaCustom")


def new_id() -> str:
    """24 hexadecimal digits, as clients expect them."""
    return secrets.token_hex(12)


def created(given: Any, path: str, now: float) -> Subscription:
    """The subscription of a body. Raises NgsiError 400."""
    _require_object(given, "サブスクリプション")
    if not given:
        raise bad_request("empty payload")
    if "subject" not in given:
        raise bad_request("subject がありません。どの実体を見るかを書いてください。")
    if "notification" not in given:
        raise bad_request("notification がありません。どこへ知らせるかを書いてください。")
    subscription = Subscription(new_id(), {}, path)
    changed(subscription, given, now)
    return subscription


def changed(subscription: Subscription, given: Any, now: float) -> None:
    """Put what a body says on the subscription; what it does not name stays. Raises NgsiError 400."""
    _require_object(given, "サブスクリプション")
    if not given:
        raise bad_request("empty payload")
    _require_known(given, (*_MEMBERS, "id"), "サブスクリプション")
    definition = dict(subscription.definition)
    for name, read in _READERS.items():
        if name in given:
            definition[name] = read(given[name])
    if "notification" in given:
        definition["notification"] = _notification(given["notification"], definition.get("notification"))
    _require_covered(definition)
    if "expires" in given:
        subscription.expires = _expiry(given["expires"])
    if "status" in given:
        if given["status"] not in STATUSES:
            raise bad_request(f"status は {'・'.join(STATUSES)} のどれかにしてください。")
        subscription.status = given["status"]
        subscription.fails = 0 if subscription.status != "inactive" else subscription.fails
    subscription.definition = definition


def _require_known(given: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    for name in given:
        if name not in known:
            raise bad_request(f"{what}に知らない項目 {name} があります。")


def _require_object(given: Any, what: str) -> None:
    if not isinstance(given, dict):
        raise bad_request(f"{what}は JSON のオブジェクトにしてください。")


def _description(given: Any) -> str:
    if not isinstance(given, str):
        raise bad_request("description は文字列にしてください。")
    if len(given) > LONGEST_DESCRIPTION:
        raise bad_request(f"description は{LONGEST_DESCRIPTION}文字までにしてください。")
    return require_plain(given, "description")


def _seconds(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise bad_request("throttling は0以上の整数（秒）にしてください。")
    return given


def _expiry(given: Any) -> float | None:
    if given == "":
        return None
    moment = read_moment(given) if isinstance(given, str) else None
    if moment is None:
        raise bad_request("expires は日時（例 2030-04-01T00:00:00Z）にしてください。")
    return moment


def _subject(given: Any) -> dict[str, Any]:
    _require_object(given, "subject")
    for name in given:
        if name not in ("entities", "condition"):
            raise bad_request(f"subject に知らない項目 {name} があります。")
    entities = given.get("entities", [{"idPattern": ".*"}])
    targets_of(entities)
    for one in entities:
        if not {"id", "idPattern"} & set(one):
            raise bad_request("subject の entities には id か idPattern を書いてください。")
    return {"entities": entities, "condition": _condition(given.get("condition"))}


def _condition(given: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"attrs": [], "notifyOnMetadataChange": True}
    if given is None:
        return found
    _require_object(given, "condition")
    if not given:
        raise bad_request("condition が空です。attrs か expression を書くか、除いてください。")
    _require_known(given, ("attrs", "expression", "alterationTypes", "notifyOnMetadataChange"), "condition")
    if "attrs" in given:
        found["attrs"] = list(names_of(given["attrs"], "condition の attrs"))
    if "expression" in given:
        found["expression"] = _expression(given["expression"])
    if "alterationTypes" in given:
        found["alterationTypes"] = _alterations(given["alterationTypes"])
    if "notifyOnMetadataChange" in given:
        found["notifyOnMetadataChange"] = _yes_no(given["notifyOnMetadataChange"], "notifyOnMetadataChange")
    return found


def _alterations(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise bad_request("alterationTypes は文字列の配列にしてください。")
    if unknown := [one for one in given if one not in ALTERATIONS]:
        raise bad_request(f"alterationTypes の {unknown[0]} はありません。{'・'.join(ALTERATIONS)} です。")
    return given


def _yes_no(given: Any, what: str) -> bool:
    if not isinstance(given, bool):
        raise bad_request(f"{what} は true か false にしてください。")
    return given


def _expression(given: Any) -> dict[str, str]:
    _require_object(given, "expression")
    if not given:
        raise bad_request("expression が空です。")
    for name, value in given.items():
        if name not in ("q", "mq", "georel", "geometry", "coords"):
            raise bad_request(f"expression に知らない項目 {name} があります。")
        if not isinstance(value, str) or not value:
            raise bad_request(f"expression の {name} は空でない文字列にしてください。")
    read_condition(given.get("q"))
    read_condition(given.get("mq"), metadata=True)
    places.ask(given.get("georel"), given.get("geometry"), given.get("coords"))
    return dict(given)


def _notification(given: Any, before: dict[str, Any] | None) -> dict[str, Any]:
    _require_object(given, "notification")
    found: dict[str, Any] = {
        "attrs": [],
        "attrsFormat": "normalized",
        "covered": False,
        "onlyChangedAttrs": False,
    } | (before or {})
    _require_known(given, (*_WORDS, *_TRANSPORTS, *_FOREIGN, *_COUNTERS), "notification")
    _put_address(given, found, new=before is None)
    _put_attributes(given, found)
    if "metadata" in given:
        found["metadata"] = list(names_of(given["metadata"], "notification の metadata"))
    if "attrsFormat" in given:
        if given["attrsFormat"] not in FORMATS:
            raise bad_request(f"attrsFormat は {'・'.join(FORMATS)} のどれかにしてください。")
        found["attrsFormat"] = given["attrsFormat"]
    for name in ("onlyChangedAttrs", "covered"):
        if name in given:
            found[name] = _yes_no(given[name], name)
    if "maxFailsLimit" in given:
        limit = given["maxFailsLimit"]
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise bad_request("maxFailsLimit は1以上の整数にしてください。")
        found["maxFailsLimit"] = limit
    return found


def _put_attributes(given: dict[str, Any], found: dict[str, Any]) -> None:
    if "attrs" in given and "exceptAttrs" in given:
        raise bad_request("notification の attrs と exceptAttrs は同時に使えません。")
    if "attrs" in given:
        found["attrs"] = list(names_of(given["attrs"], "notification の attrs"))
        found.pop("exceptAttrs", None)
    if "exceptAttrs" in given:
        found["exceptAttrs"] = list(names_of(given["exceptAttrs"], "notification の exceptAttrs"))
        if not found["exceptAttrs"]:
            raise bad_request("exceptAttrs が空です。")
        found["attrs"] = []


def _put_address(given: dict[str, Any], found: dict[str, Any], *, new: bool) -> None:
    named = [name for name in (*_TRANSPORTS, *_FOREIGN) if name in given]
    if not named:
        if new:
            raise bad_request("notification に http か httpCustom がありません。送り先を書いてください。")
        return
    if len(named) > 1:
        raise bad_request("notification の送り先は一つだけにしてください。")
    if named[0] in _FOREIGN:
        raise bad_request("送り先は http か httpCustom にしてください（MQTT と Kafka へは送りません）。")
    for name in _TRANSPORTS:
        found.pop(name, None)
    found[named[0]] = require_delivery(given[named[0]], custom=named[0] == "httpCustom")


def _require_covered(definition: dict[str, Any]) -> None:
    notification = definition.get("notification", {})
    if notification.get("covered") and not notification.get("attrs"):
        raise bad_request("covered true cannot be used if notification attributes list is empty")


def address_of(subscription: Subscription) -> str:
    """Where it sends to, macros as they were written."""
    notification = subscription.definition["notification"]
    return str(notification.get("http", notification.get("httpCustom"))["url"])


def host_of(url: str) -> str:
    """Protocol, host and port of an address, without what follows."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def status_of(subscription: Subscription, now: float) -> str:
    """`active`, `inactive`, `oneshot`, or `expired`."""
    if subscription.expires is not None and subscription.expires <= now:
        return "expired"
    return subscription.status


def shown(subscription: Subscription, now: float) -> dict[str, Any]:
    """The subscription as answers show it."""
    definition = subscription.definition
    body: dict[str, Any] = {"id": subscription.id}
    if definition.get("description"):
        body["description"] = definition["description"]
    if subscription.expires is not None:
        body["expires"] = written(subscription.expires)
    notification = dict(definition["notification"]) | _counters(subscription)
    if "exceptAttrs" in notification:
        notification.pop("attrs", None)
    body |= {
        "status": status_of(subscription, now),
        "subject": definition["subject"],
        "notification": notification,
    }
    if definition.get("throttling"):
        body["throttling"] = definition["throttling"]
    return body


def _counters(subscription: Subscription) -> dict[str, Any]:
    """What has happened, as far as something has."""
    moments = {
        "lastNotification": subscription.last_notification,
        "lastSuccess": subscription.last_success,
        "lastFailure": subscription.last_failure,
    }
    counters = {
        "timesSent": subscription.times_sent,
        "lastSuccessCode": subscription.last_success_code,
        "lastFailureReason": subscription.last_failure_reason,
        "failsCounter": subscription.fails,
    }
    happened = {name: written(int(moment)) for name, moment in moments.items() if moment}
    return happened | {name: value for name, value in counters.items() if value}


def require_subscription_id(text: str) -> str:
    """Raises NgsiError 400 for what is no id of a subscription or registration."""
    require_identifier(text, "id")
    if len(text) != 24 or any(letter not in "0123456789abcdef" for letter in text.lower()):
        raise bad_request("id は24桁の16進数です。作ったときの Location で確かめてください。")
    return text.lower()


_READERS = {"description": _description, "subject": _subject, "throttling": _seconds}
