"""Registrations of context providers: kept, shown, and asked (`engine.forwarding`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from yakuba.services.cityhub.engine.errors import bad_request
from yakuba.services.cityhub.engine.identifiers import require_plain
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.requests import names_of, targets_of
from yakuba.services.cityhub.engine.space import Registration
from yakuba.services.cityhub.engine.subscriptions import LONGEST_DESCRIPTION, new_id

MODES = ("none", "query", "update", "all")


def created(given: Any, path: str) -> Registration:
    """The registration of a body. Raises NgsiError 400."""
    if not isinstance(given, dict):
        raise bad_request("登録は JSON のオブジェクトにしてください。")
    if not given:
        raise bad_request("empty payload")
    for name in given:
        if name not in (
            "description",
            "dataProvided",
            "provider",
            "expires",
            "status",
            "forwardingInformation",
        ):
            raise bad_request(f"登録に知らない項目 {name} があります。")
    definition: dict[str, Any] = {}
    if "description" in given:
        text = given["description"]
        if not isinstance(text, str) or len(text) > LONGEST_DESCRIPTION:
            raise bad_request(f"description は{LONGEST_DESCRIPTION}文字までの文字列にしてください。")
        definition["description"] = require_plain(text, "description")
    definition["dataProvided"] = _provided(given.get("dataProvided"))
    definition["provider"] = _provider(given.get("provider"))
    definition["status"] = _status(given.get("status", "active"))
    return Registration(new_id(), definition, path, _expiry(given.get("expires")))


def _status(given: Any) -> str:
    if given not in ("active", "inactive"):
        raise bad_request("status は active か inactive にしてください。")
    return str(given)


def _expiry(given: Any) -> float | None:
    if given is None or given == "":
        return None
    moment = read_moment(given) if isinstance(given, str) else None
    if moment is None:
        raise bad_request("expires は日時にしてください。")
    return moment


def _provided(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise bad_request("dataProvided がありません。どの実体を出せるかを書いてください。")
    for name in given:
        if name not in ("entities", "attrs", "expression"):
            raise bad_request(f"dataProvided に知らない項目 {name} があります。")
    if "entities" not in given:
        raise bad_request("dataProvided に entities がありません。")
    targets_of(given["entities"], "dataProvided の entities")
    for one in given["entities"]:
        if "typePattern" in one:
            raise bad_request("dataProvided の entities に typePattern は使えません。")
        if one.get("idPattern", ".*") != ".*":
            raise bad_request("dataProvided の idPattern は .* だけ使えます。")
    attributes = list(names_of(given.get("attrs", []), "dataProvided の attrs"))
    return {"entities": given["entities"], "attrs": attributes}


def _is_address(url: str) -> bool:
    """Whether a request can be made to it. A name and password in it would be shown to whoever reads the registration."""
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        return False
    plain = not any(sign <= " " for sign in url) and "@" not in parts.netloc
    return plain and port_is_one and parts.scheme in ("http", "https") and bool(parts.hostname)


def _provider(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise bad_request("provider がありません。どこが出すかを書いてください。")
    for name in given:
        if name not in ("http", "supportedForwardingMode", "legacyForwarding"):
            raise bad_request(f"provider に知らない項目 {name} があります。")
    http = given.get("http")
    if not isinstance(http, dict) or not isinstance(http.get("url"), str) or set(http) != {"url"}:
        raise bad_request("provider の http に url を書いてください。")
    require_plain(http["url"], "provider の url")
    if not _is_address(http["url"]):
        raise bad_request("provider の url を読めません。http://… か https://… で書いてください。")
    mode = given.get("supportedForwardingMode", "all")
    if mode not in MODES:
        raise bad_request(f"supportedForwardingMode は {'・'.join(MODES)} のどれかにしてください。")
    found = {"http": http, "supportedForwardingMode": mode}
    legacy = given.get("legacyForwarding", False)
    if not isinstance(legacy, bool):
        raise bad_request("legacyForwarding は true か false にしてください。")
    if legacy:
        found["legacyForwarding"] = True
    return found


def status_of(registration: Registration, now: float) -> str:
    """`active`, `inactive` or `expired`."""
    if registration.expires is not None and registration.expires <= now:
        return "expired"
    return str(registration.definition.get("status", "active"))


def shown(registration: Registration, now: float) -> dict[str, Any]:
    """The registration as answers show it. now: seconds since 1970 UTC."""
    body = {"id": registration.id} | registration.definition | {"status": status_of(registration, now)}
    if registration.expires is not None:
        body["expires"] = written(registration.expires)
    if registration.times_sent:
        told: dict[str, Any] = {"timesSent": registration.times_sent}
        for name, moment in (
            ("lastForwarding", registration.last_forwarding),
            ("lastSuccess", registration.last_success),
            ("lastFailure", registration.last_failure),
        ):
            if moment:
                told[name] = written(moment)
        if registration.last_failure_reason:
            told["lastFailureReason"] = registration.last_failure_reason
        body["forwardingInformation"] = told
    return body
