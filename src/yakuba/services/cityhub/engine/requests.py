"""What a request asks, taken out of address and headers. Everything is checked before the store is touched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from yakuba.services.cityhub.engine.conditions import Condition, read_condition
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.errors import NgsiError, bad_request
from yakuba.services.cityhub.engine.identifiers import FORBIDDEN, require_identifier
from yakuba.services.cityhub.engine.ordering import DISTANCE, Key, read_order
from yakuba.services.cityhub.engine.patterns import found, pattern
from yakuba.services.cityhub.engine.places import Place, ask
from yakuba.services.cityhub.engine.rendering import Shown

LD = "/ngsi-ld/"  # paths of NGSI-LD begin so
MOST = 1_000  # results in one answer
USUAL = 20
MOST_TARGETS = 1_000  # id and type in all their combinations
MOST_PATHS, MOST_LEVELS, LONGEST_LEVEL = 10, 10, 50
LONGEST_SERVICE = 50
_LEVEL = re.compile(r"[A-Za-z0-9_]+\Z")
_SERVICE = re.compile(r"[A-Za-z0-9_]+\Z")
# Of the parameters: here characters beyond the plain ones are allowed.
_FREE = ("q", "mq", "georel", "coords", "orderBy", "idPattern", "typePattern")
OPTIONS = frozenset(
    (
        "append",
        "count",
        "dateCreated",
        "dateModified",
        "flowControl",
        "forcedUpdate",
        "keyValues",
        "noAttrDetail",
        "normalized",
        "overrideMetadata",
        "skipForwarding",
        "skipInitialNotification",
        "unique",
        "upsert",
        "values",
    )
)
_ANY = (".*", "^.*$", ".*$", "^.*")


@dataclass(frozen=True)
class Request:
    """One request. path: decoded; query: decoded parameters; headers: names in lower case; now: seconds since 1970 UTC."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    now: float

    @property
    def is_ld(self) -> bool:
        """Whether NGSI-LD is spoken, not NGSIv2."""
        return self.path.startswith(LD)

    @property
    def options(self) -> frozenset[str]:
        """The words of `options`."""
        given = self.query.get("options")
        return frozenset(given.split(",")) if given else frozenset()


@dataclass(frozen=True)
class Path:
    """A service path. deep: with all that is below it."""

    path: str
    deep: bool

    def holds(self, other: str) -> bool:
        """Whether an entity of that path is within."""
        if not self.deep:
            return other == self.path
        return self.path == "/" or other == self.path or other.startswith(self.path + "/")


@dataclass(frozen=True)
class Target:
    """Which entities. Empty texts and None mean any."""

    id: str = ""
    id_pattern: re.Pattern[str] | None = None
    type: str = ""
    type_pattern: re.Pattern[str] | None = None

    def holds(self, entity_id: str, entity_type: str) -> bool:
        """Whether these are meant."""
        if self.id and entity_id != self.id:
            return False
        if self.type and entity_type != self.type:
            return False
        if self.id_pattern is not None and not found(entity_id, self.id_pattern):
            return False
        return self.type_pattern is None or found(entity_type, self.type_pattern)

    @property
    def plain(self) -> bool:
        """Whether no expression has to be tried."""
        return self.id_pattern is None and self.type_pattern is None


class Test(Protocol):
    """What an entity is looked at for, one by one."""

    def holds(self, entity: Entity) -> bool:
        """Whether the entity meets it."""


@dataclass(frozen=True)
class Wanted:
    """A query: entities within `paths` that one of the targets means, and that meet all of the rest."""

    paths: tuple[Path, ...]
    targets: tuple[Target, ...] = (Target(),)
    condition: Test | None = None
    metadata_condition: Condition | None = None
    place: Place | None = None
    order: tuple[Key, ...] = ()
    limit: int = USUAL
    offset: int = 0
    count: bool = False
    shown: Shown = field(default_factory=Shown)
    one_of: tuple[
        str, ...
    ] = ()  # attributes of which the entity has one (the deprecated `attributes` of a query)
    place_name: str = (
        ""  # the attribute that `place` asks of; empty for the one that says where the entity is
    )


def require_known(request: Request) -> None:
    """Raises NgsiError 400 for an option that NGSIv2 does not know (one that means nothing here is passed over), an empty
    parameter, or one with characters that are forbidden."""
    for name, value in request.query.items():
        if not value:
            raise bad_request(f"URL の {name} が空です。値を書くか、{name} を除いてください。")
        if name not in _FREE and FORBIDDEN.search(value):
            raise bad_request(f"URL の {name} に使えない文字があります。")
    for option in request.options:
        if option not in OPTIONS:
            raise bad_request(f"options の {option} はありません。綴りを確かめてください。")


def form_of(options: frozenset[str]) -> str:
    """The representation that options ask for. Raises NgsiError 400 for two of them."""
    forms = [form for form in ("keyValues", "values", "unique") if form in options]
    if len(forms) > 1:
        raise bad_request("options の keyValues・values・unique は一つだけにしてください。")
    return forms[0] if forms else "normalized"


def shown_by(request: Request) -> Shown:
    """Which attributes, which metadata, in which form. The old options dateCreated and dateModified count too."""
    attributes = tuple(request.query["attrs"].split(",")) if "attrs" in request.query else ()
    if "" in attributes:
        raise bad_request("attrs に空の名前があります。")
    metadata = tuple(request.query["metadata"].split(",")) if "metadata" in request.query else ()
    old = [name for name in ("dateCreated", "dateModified") if name in request.options]
    if old:
        attributes = (*(attributes or ("*",)), *old)
    return Shown(attributes, metadata, form_of(request.options))


def number_of(request: Request, name: str, usual: int, least: int, most: int) -> int:
    """A number of the address. Raises NgsiError 400."""
    text = request.query.get(name)
    if text is None:
        return usual
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise bad_request(f"{name} は{least}〜{most}の整数にしてください。")
    return int(text)


def paging(request: Request) -> tuple[int, int, bool]:
    """Limit, offset, and whether the count is wanted. Raises NgsiError 400."""
    limit = number_of(request, "limit", USUAL, 0, MOST)
    return limit, number_of(request, "offset", 0, 0, 999_999_999), "count" in request.options


def service_of(request: Request) -> str:
    """The service in lower case, empty where none is named. Raises NgsiError 400."""
    service = request.headers.get("fiware-service", "")
    if request.is_ld:
        service = request.headers.get("ngsild-tenant", service)
    if service and (len(service) > LONGEST_SERVICE or not _SERVICE.match(service)):
        raise bad_request(f"Fiware-Service は英数字と _ で{LONGEST_SERVICE}文字までにしてください。")
    return service.lower()


def reading_paths(request: Request) -> tuple[Path, ...]:
    """Where a query looks: everywhere where nothing is said. Raises NgsiError 400."""
    text = request.headers.get("fiware-servicepath", "").strip()
    if not text:
        return (Path("/", True),)
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_PATHS:
        raise bad_request(f"Fiware-ServicePath は{MOST_PATHS}個までにしてください。")
    return tuple(_path(part, may_be_deep=True) for part in parts)


def writing_path(request: Request) -> str:
    """Where a write puts what is new: the root where nothing is said. Raises NgsiError 400."""
    text = request.headers.get("fiware-servicepath", "").strip()
    if not text:
        return "/"
    if "," in text:
        raise bad_request("書き込みの Fiware-ServicePath は一つだけにしてください。")
    return _path(text, may_be_deep=False).path


def _path(text: str, *, may_be_deep: bool) -> Path:
    if not text.startswith("/"):
        raise bad_request("Fiware-ServicePath は / で始めてください。")
    levels = text.split("/")[1:]
    deep = levels[-1] == "#"
    if deep:
        levels = levels[:-1]
    while levels and not levels[-1]:
        levels.pop()
    if deep and not may_be_deep:
        raise bad_request("書き込みの Fiware-ServicePath に # は使えません。")
    if len(levels) > MOST_LEVELS:
        raise bad_request(f"Fiware-ServicePath は{MOST_LEVELS}段までにしてください。")
    for level in levels:
        if len(level) > LONGEST_LEVEL or not _LEVEL.match(level):
            raise bad_request(
                f"Fiware-ServicePath の各段は英数字と _ で1〜{LONGEST_LEVEL}文字にしてください。"
            )
    return Path("/" + "/".join(levels), deep)


def pattern_of(text: str, what: str) -> re.Pattern[str] | None:
    """The expression, or None for one that anything meets."""
    compiled = pattern(text, what)
    return None if text in _ANY else compiled


def wanted_by(request: Request) -> Wanted:
    """The query of `GET /v2/entities`. Raises NgsiError 400, 422."""
    query = request.query
    for one, other in (("id", "idPattern"), ("type", "typePattern")):
        if one in query and other in query:
            raise bad_request(f"{one} と {other} は同時に使えません。")
    ids = query["id"].split(",") if "id" in query else [""]
    types = query["type"].split(",") if "type" in query else [""]
    for name, values in (("id", ids), ("type", types)):
        if name in query:
            for value in values:
                require_identifier(value, name)
    if len(ids) * len(types) > MOST_TARGETS:
        raise bad_request(f"id と type の組が多すぎます。{MOST_TARGETS}までにしてください。")
    id_pattern = pattern_of(query["idPattern"], "idPattern") if "idPattern" in query else None
    type_pattern = pattern_of(query["typePattern"], "typePattern") if "typePattern" in query else None
    targets = tuple(
        Target(entity_id, id_pattern, entity_type, type_pattern) for entity_id in ids for entity_type in types
    )
    limit, offset, count = paging(request)
    place = ask(query.get("georel"), query.get("geometry"), query.get("coords"))
    order = read_order(query.get("orderBy"))
    require_distance(order, place)
    return Wanted(
        reading_paths(request),
        targets,
        read_condition(query.get("q")),
        read_condition(query.get("mq"), metadata=True),
        place,
        order,
        limit,
        offset,
        count,
        shown_by(request),
    )


def require_distance(order: tuple[Key, ...], place: Place | None) -> None:
    """Raises NgsiError 400 where the order goes by a distance from nowhere."""
    if any(key.name == DISTANCE for key in order) and (place is None or place.relation != "near"):
        raise bad_request("orderBy=geo:distance は georel=near と一緒に使ってください。")


def targets_of(given: Any, what: str = "entities") -> tuple[Target, ...]:
    """The targets of a query's or subscription's `entities`. Raises NgsiError 400."""
    if not isinstance(given, list):
        raise bad_request(f"{what} は配列にしてください。")
    if not given:
        raise bad_request(f"{what} が空です。")
    if len(given) > MOST_TARGETS:
        raise bad_request(f"{what} は{MOST_TARGETS}までにしてください。")
    return tuple(_target(one, what) for one in given)


def _target(one: Any, what: str) -> Target:
    if not isinstance(one, dict):
        raise bad_request(f"{what} の要素はオブジェクトにしてください。")
    for name in one:
        if name not in ("id", "idPattern", "type", "typePattern", "isPattern", "isTypePattern"):
            raise bad_request(f"{what} に知らない項目 {name} があります。")
    if not {"id", "idPattern"} & set(one) and not {"type", "typePattern"} & set(one):
        raise bad_request(f"{what} には id か idPattern を書いてください。")
    for plain, expression in (("id", "idPattern"), ("type", "typePattern")):
        if plain in one and expression in one:
            raise bad_request(f"{what} の {plain} と {expression} は同時に使えません。")
    entity_id = require_identifier(one["id"], "id") if "id" in one else ""
    entity_type = require_identifier(one["type"], "type") if "type" in one else ""
    return Target(
        entity_id,
        _expression(one, "idPattern"),
        entity_type,
        _expression(one, "typePattern"),
    )


def _expression(one: dict[str, Any], name: str) -> re.Pattern[str] | None:
    if name not in one:
        return None
    if not isinstance(one[name], str):
        raise bad_request(f"{name} は文字列にしてください。")
    return pattern_of(one[name], name)


def names_of(given: Any, what: str) -> tuple[str, ...]:
    """A list of names in a body. Raises NgsiError 400."""
    if not isinstance(given, list):
        raise bad_request(f"{what} は配列にしてください。")
    for name in given:
        if not isinstance(name, str):
            raise bad_request(f"{what} の要素は文字列にしてください。")
        if name != "*":
            require_identifier(name, what)
    return tuple(given)


def require_type(request: Request, *allowed: str) -> str:
    """The content type of the body without its parameters. Raises NgsiError 415."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given not in allowed:
        raise NgsiError(
            415, "UnsupportedMediaType", f"Content-Type は {' か '.join(allowed)} にしてください。"
        )
    return given
