"""Who calls the hub: a token of the house with scopes, and the service that it may name. Everything else sees nothing."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from yakuba.kernel.accounts import allowed, limit
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.requests import LD

READ, WRITE, MANAGE = "cityhub.view", "cityhub.write", "cityhub.manage"
BELIEVED = 5.0  # seconds for which a token that was looked up is believed: so long a revoked one still opens
MOST_KNOWN = 10_000
_SUBSCRIPTIONS = ("subscriptions", "registrations")
CONTEXTS = "jsonldContexts"
_QUERIES = (
    "/v2/op/query",
    "/ngsi-ld/v1/entityOperations/query",
    "/ngsi-ld/v1/temporal/entityOperations/query",
)


@dataclass(frozen=True)
class Caller:
    """services: names (in lower case) by which the town may be called; may: its permissions."""

    municipality: Municipality
    services: frozenset[str]
    may: frozenset[str]


def unknown() -> NgsiError:
    """No token, or one that nobody gave out."""
    return NgsiError(
        401,
        "Unauthorized",
        "トークンがありません。X-Auth-Token か Authorization: Bearer で、都市OSの範囲を持つトークンを送ってください。",
        (("WWW-Authenticate", "Bearer"),),
    )


def token_in(headers: dict[str, str]) -> str:
    """The token of a request, empty without one."""
    bearer = headers.get("authorization", "")
    if bearer[:7].lower() == "bearer ":
        return bearer[7:].strip()
    return headers.get("x-auth-token", "").strip()


class Callers:
    """Tokens that were looked up a moment ago."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()
        self._lock = threading.Lock()

    def at_hand(self, token: str) -> Caller | None:
        """Whose it is, if that is known without the database."""
        known = self._known.get(ApiToken.digest_of(token))
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def town_of(self, token: str) -> int:
        """Whose town it was when it was looked up last, 0 where that is not known."""
        known = self._known.get(ApiToken.digest_of(token))
        return known[1].municipality.pk if known is not None else 0

    def look_up(self, token: str) -> Caller:
        """Whose it is. Raises NgsiError 401."""
        found = _caller(token) if token else None
        if found is None:
            raise unknown()
        with self._lock:
            self._known[ApiToken.digest_of(token)] = (time.monotonic() + BELIEVED, found)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return found


def _caller(token: str) -> Caller | None:
    row = ApiToken.of(token)
    if row is None or row.user.municipality is None:
        return None
    row.note_use()
    person, town = row.user, row.user.municipality
    limit(person, row.scopes)
    with active_municipality(town):
        may = frozenset(one for one in (READ, WRITE, MANAGE) if allowed(person, one))
        return Caller(town, services_of(town), may) if may else None


def services_of(town: Municipality) -> frozenset[str]:
    """The names of the active town: its code, and what its setting lists."""
    names = str(value("cityhub.services")).replace("、", ",").split(",")
    return frozenset(name.strip().lower() for name in (town.code, *names) if name.strip())


def require_right(caller: Caller, service: str, method: str, path: str) -> None:
    """Raises NgsiError 403 where the service is not the caller's own, or the request needs a right that the token lacks."""
    is_ld = path.startswith(LD)
    if service and service not in caller.services:
        if is_ld:
            raise NgsiError(404, "NonexistentTenant", "このトークンで使える NGSILD-Tenant ではありません。")
        raise NgsiError(403, "Forbidden", "このトークンで使える Fiware-Service ではありません。")
    words = path.split("/")[3 if is_ld else 2 :]
    first = words[0] if words else ""
    if first in _SUBSCRIPTIONS or (first == CONTEXTS and method != "GET"):
        needed = MANAGE  # to see them too: headers for a receiver may hold its keys; contexts say what names mean to all
    elif method == "GET" or path.rstrip("/") in _QUERIES:
        needed = READ
    else:
        needed = WRITE
    if needed not in caller.may:
        raise NgsiError(403, "Forbidden", f"このトークンには {needed} の範囲がありません。")
