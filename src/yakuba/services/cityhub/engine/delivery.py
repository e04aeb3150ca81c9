"""Where and in which words a notification is sent: `http` and `httpCustom` with their macros.

A macro is `${name}`: an attribute of the entity, `id`, `type`, `service` or `servicePath`. Whole expressions (JEXL) are not
worked out; a subscription that has one is refused, so that nobody waits for a value that never comes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from yakuba.services.cityhub.engine.entities import read_attribute
from yakuba.services.cityhub.engine.errors import bad_request
from yakuba.services.cityhub.engine.identifiers import require_plain, require_plain_value

MACRO = re.compile(r"\$\{([^{}]*)\}")
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT")
LONGEST_TIMEOUT = 1_800_000  # milliseconds
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&*+.^_`|~-]+\Z")
_BODIES = ("payload", "json", "ngsi")

Look = Callable[[str], Any]  # name → value; raises KeyError for what is not there


def require_delivery(given: Any, *, custom: bool) -> dict[str, Any]:
    """`http` or `httpCustom` of a body. Raises NgsiError 400."""
    what = "httpCustom" if custom else "http"
    if not isinstance(given, dict):
        raise bad_request(f"{what} はオブジェクトにしてください。")
    known = ("url", "timeout", "headers", "qs", "method", *_BODIES) if custom else ("url", "timeout")
    for name in given:
        if name not in known:
            raise bad_request(f"{what} に知らない項目 {name} があります。")
    found: dict[str, Any] = {"url": _url(given.get("url"), what, custom=custom)}
    if "timeout" in given:
        limit = given["timeout"]
        if isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= LONGEST_TIMEOUT:
            raise bad_request(f"timeout は0〜{LONGEST_TIMEOUT}のミリ秒にしてください。")
        if limit:
            found["timeout"] = limit
    if custom:
        _custom(given, found)
    return found


def _url(url: Any, what: str, *, custom: bool) -> str:
    if not isinstance(url, str) or not url:
        raise bad_request(f"{what} に url がありません。")
    require_plain(url, f"{what} の url")
    plain = MACRO.sub("x", url) if custom else url
    try:
        parts = urlsplit(plain)
        port_is_one = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        port_is_one, parts = False, urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_one or " " in plain:
        raise bad_request(f"{what} の url を読めません。http://… か https://… で書いてください。")
    if custom and MACRO.search(url.split("//", 1)[1].split("/", 1)[0]):
        raise bad_request("url のホスト名に ${…} は使えません。送り先が決まらないためです。")
    _require_names(url)
    return url


def _custom(given: dict[str, Any], found: dict[str, Any]) -> None:
    if sum(name in given for name in _BODIES) > 1:
        raise bad_request("httpCustom の payload・json・ngsi は一つだけにしてください。")
    if "method" in given:
        if given["method"] not in METHODS:
            raise bad_request("httpCustom の method がHTTPの方法ではありません。")
        found["method"] = given["method"]
    for name in ("headers", "qs"):
        if name in given:
            found[name] = _texts(given[name], name)
    if "payload" in given:
        found["payload"] = _payload(given["payload"])
    if "json" in given:
        found["json"] = _json(given["json"])
    if "ngsi" in given:
        found["ngsi"] = _patch(given["ngsi"])


def _payload(payload: Any) -> str | None:
    if payload is None:
        return None
    if not isinstance(payload, str):
        raise bad_request("httpCustom の payload は文字列か null にしてください。")
    require_plain(payload, "httpCustom の payload")
    _require_names(payload)
    return payload


def _json(value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise bad_request("httpCustom の json はオブジェクトか配列にしてください。")
    require_plain_value(value, "httpCustom の json")
    _require_names_within(value)
    return value


def _texts(given: Any, what: str) -> dict[str, str]:
    if not isinstance(given, dict) or not given:
        raise bad_request(f"httpCustom の {what} は空でないオブジェクトにしてください。")
    for name, value in given.items():
        if not isinstance(value, str):
            raise bad_request(f"httpCustom の {what} の値は文字列にしてください。")
        require_plain(name, f"httpCustom の {what}")
        require_plain(value, f"httpCustom の {what}")
        _require_names(name)
        _require_names(value)
        if what == "headers" and (not _HEADER.match(MACRO.sub("x", name)) or "\n" in value or "\r" in value):
            raise bad_request(f"httpCustom の headers の {name} をヘッダーとして使えません。")
    return dict(given)


def _patch(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise bad_request("httpCustom の ngsi はオブジェクトにしてください。")
    for name, value in given.items():
        if name in ("id", "type"):
            if not isinstance(value, str):
                raise bad_request(f"httpCustom の ngsi の {name} は文字列にしてください。")
        else:
            read_attribute(value, name)
    _require_names_within(given)
    return given


def _require_names(text: str) -> None:
    for macro in MACRO.findall(text):
        if not _NAME.match(macro.strip()):
            raise bad_request(
                f"${{{macro}}} は使えません。属性の名前だけを書いてください（計算式は使えません）。"
            )


def _require_names_within(value: Any) -> None:
    if isinstance(value, str):
        _require_names(value)
    elif isinstance(value, dict):
        for member in value.values():
            _require_names_within(member)
    elif isinstance(value, list):
        for member in value:
            _require_names_within(member)


def filled(text: str, look: Look) -> str:
    """The text with its macros as text."""

    def put(found: re.Match[str]) -> str:
        return as_text(_looked(found.group(1).strip(), look))

    return MACRO.sub(put, text)


def filled_value(value: Any, look: Look) -> Any:
    """A JSON value with its macros: a text that is one macro becomes the value itself."""
    if isinstance(value, str):
        whole = MACRO.fullmatch(value)
        return _looked(whole.group(1).strip(), look) if whole else filled(value, look)
    if isinstance(value, dict):
        return {name: filled_value(member, look) for name, member in value.items()}
    if isinstance(value, list):
        return [filled_value(member, look) for member in value]
    return value


def _looked(name: str, look: Look) -> Any:
    try:
        return look(name)
    except KeyError:
        return None


def as_text(value: Any) -> str:
    """A value within a text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def address(delivery: dict[str, Any], look: Look) -> str:
    """The URL with macros and query."""
    url = filled(delivery["url"], look)
    if not delivery.get("qs"):
        return url
    query = "&".join(
        f"{quote(filled(name, look), safe='')}={quote(filled(value, look), safe='')}"
        for name, value in delivery["qs"].items()
    )
    return url + ("&" if "?" in url else "?") + query


def headers(delivery: dict[str, Any], look: Look) -> dict[str, str]:
    """The headers that the owner wrote; an empty value removes one of ours."""
    found = {}
    for name, value in (delivery.get("headers") or {}).items():
        text = unquote(filled(value, look))
        found[filled(name, look).strip()] = " ".join(text.split())
    return found
