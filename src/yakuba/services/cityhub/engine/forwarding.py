"""What of a request is another one's to answer (context providers of NGSIv2), as the broker's documentation describes it: a query
goes to `<url>/op/query` and its entities are added to our own, an update of what is not here goes to `<url>/op/update`. Our own
attributes always win."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine import batch_routes, entity_routes
from yakuba.services.cityhub.engine.answers import NO_CONTENT, Answer, refused
from yakuba.services.cityhub.engine.entities import Attribute, Entity, EntityGiven, default_type, read_entity
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.patterns import found
from yakuba.services.cityhub.engine.requests import (
    Path,
    Request,
    Target,
    reading_paths,
    shown_by,
    targets_of,
    wanted_by,
    writing_path,
)
from yakuba.services.cityhub.engine.space import Registration, Space

OF_ONE = (
    entity_routes.show_entity,
    entity_routes.show_attributes,
    entity_routes.show_attribute,
    entity_routes.show_value,
)
QUERIES = (*OF_ONE, entity_routes.list_entities, batch_routes.query)
UPDATES = (
    entity_routes.patch_attributes,
    entity_routes.put_attribute,
    entity_routes.put_value,
    batch_routes.update,
)
MOST_PROVIDERS = 5  # that one request asks
MOST_HOPS = 5
MOST_COMPARED = 200_000  # pairs of what is asked and what is registered, of one request
_BUILT_IN = ("*", "dateCreated", "dateModified", "dateExpires", "alterationType")


@dataclass(frozen=True)
class Provider:
    """Who may be asked. targets: of what; names: which attributes, empty for all; path: the service path of the registration;
    modes: what for (`query`, `update`); expires: seconds since 1970 UTC."""

    id: str
    url: str
    targets: tuple[Target, ...]
    names: frozenset[str]
    path: str
    modes: tuple[str, ...]
    expires: float | None = None

    def is_for(self, mode: str, now: float) -> bool:
        """Whether it is asked for that, now."""
        return mode in self.modes and (self.expires is None or self.expires > now)

    def has(self, entity_id: str, entity_type: str) -> bool:
        """Whether its registration says that it knows such an entity."""
        return any(target.holds(entity_id, entity_type) for target in self.targets)


def providers(registrations: Iterable[Registration]) -> list[Provider]:
    """Whom these registrations name. One that wants the old NGSIv1 is not asked."""
    listed = []
    for one in registrations:
        provider = one.definition["provider"]
        if one.definition.get("status", "active") != "active" or provider.get("legacyForwarding"):
            continue
        mode = provider["supportedForwardingMode"]
        provided = one.definition["dataProvided"]
        listed.append(
            Provider(
                one.id,
                provider["http"]["url"],
                targets_of(provided["entities"]),
                frozenset(provided["attrs"]),
                one.path,
                ("query", "update") if mode == "all" else (mode,),
                one.expires,
            )
        )
    return listed


@dataclass(frozen=True)
class Question:
    """What a query asks for. names: attributes, empty for all."""

    targets: tuple[Target, ...]
    names: tuple[str, ...]
    paths: tuple[Path, ...]


def question_of(handler: Any, request: Request, names: Sequence[str]) -> Question | None:
    """The question of a reading request, or None for one that asks nobody. Raises NgsiError for one that is refused anyway."""
    if handler not in QUERIES or "skipForwarding" in request.options:
        return None
    paths = reading_paths(request)
    if handler in OF_ONE:
        asked = (names[1],) if len(names) > 1 else _plain(shown_by(request).attributes)
        return Question((Target(names[0], None, request.query.get("type", "")),), asked, paths)
    wanted = (
        wanted_by(request)
        if handler is entity_routes.list_entities
        else batch_routes.wanted_in(read_json(request.body), request)
    )
    if not all(target.id or target.type for target in wanted.targets):
        return None  # everything there is: of others nobody knows how much that would be
    return Question(wanted.targets, _plain(wanted.shown.attributes), paths)


def _plain(names: Iterable[str]) -> tuple[str, ...]:
    listed = tuple(names)
    return () if "*" in listed else tuple(one for one in listed if one not in _BUILT_IN)


def queries(question: Question, listed: Iterable[Provider]) -> list[tuple[Provider, dict[str, Any]]]:
    """Whom to ask what: bodies of `POST /v2/op/query`."""
    asked: list[tuple[Provider, dict[str, Any]]] = []
    ids = _named(target.id for target in question.targets)
    types = _named(target.type for target in question.targets)
    looked_at = 0
    for provider in listed:
        if len(asked) == MOST_PROVIDERS or looked_at > MOST_COMPARED:
            break
        if not any(path.holds(provider.path) for path in question.paths):
            continue
        names = [one for one in question.names if not provider.names or one in provider.names]
        if question.names and not names:
            continue
        entities: list[dict[str, str]] = []
        offers = [
            one
            for one in provider.targets
            if not (one.id and ids and one.id not in ids)
            and not (one.type and types and one.type not in types)
        ]
        looked_at += len(offers) * len(question.targets)
        for target in question.targets:
            for offered in offers:
                one = _both(target, offered)
                if one is not None and one not in entities:
                    entities.append(one)
        if entities:
            names = names or sorted(provider.names)
            asked.append((provider, {"entities": entities} | ({"attrs": names} if names else {})))
    return asked


def _named(words: Iterable[str]) -> frozenset[str]:
    """What a question names; nothing where one of its targets means any."""
    named = frozenset(words)
    return frozenset() if "" in named else named


def _both(target: Target, offered: Target) -> dict[str, str] | None:
    """The entities that both mean, as a query says it."""
    one: dict[str, str] = {}
    for name, wanted, pattern, own in (
        ("id", target.id, target.id_pattern, offered.id),
        ("type", target.type, target.type_pattern, offered.type),
    ):
        if wanted and own and wanted != own:
            return None
        if own and pattern is not None and not found(own, pattern):
            return None
        if wanted or own:
            one[name] = wanted or own
        elif pattern is not None:
            one[f"{name}Pattern"] = pattern.pattern
    if not {"id", "idPattern"} & set(one):
        one["idPattern"] = ".*"
    return one


def entities_in(body: Any, provider: Provider, most: int) -> list[Entity]:
    """The entities of a provider's answer, as far as its registration says that they are its. Raises NgsiError where it is
    none."""
    if not isinstance(body, list) or len(body) > most:
        raise NgsiError(400, "BadRequest", "答えが実体の配列ではないか、多すぎます")
    listed = []
    for given in body:
        one = read_entity(given)
        kind = one.type or "Thing"
        if not provider.has(one.id, kind):
            continue
        attributes = {
            name: stored(attribute)
            for name, attribute in one.attributes.items()
            if not provider.names or name in provider.names
        }
        listed.append(Entity(one.id, kind, provider.path, attributes))
    return listed


def stored(attribute: Attribute) -> Attribute:
    """An attribute of a body as the store has it."""
    return {
        "type": attribute["type"],
        "value": attribute["value"],
        "metadata": attribute["metadata"] or {},
        "created": 0.0,
        "modified": 0.0,
    }


def together(own: Entity, others: Iterable[Entity]) -> Entity:
    """Our entity with what others know besides."""
    attributes = dict(own.attributes)
    for other in others:
        for name, attribute in other.attributes.items():
            attributes.setdefault(name, attribute)
    return Entity(own.id, own.type, own.path, attributes, own.created, own.modified, own.key)


def is_answered(space: Space, question: Question) -> bool:
    """Whether what is asked of one entity is all here, so that nobody has to be asked."""
    target = question.targets[0]
    if len(question.targets) != 1 or not target.id or not question.names:
        return False
    own = space.named(target.id, target.type, question.paths)
    return len(own) == 1 and set(question.names) <= set(own[0].attributes)


# --- updates


def may_be_forwarded(handler: Any, request: Request, answer: Answer) -> bool:
    """Whether something of an update was not here, so that others may have it."""
    if handler not in UPDATES or answer.error is None or "skipForwarding" in request.options:
        return False
    return answer.status in (404, 422)


@dataclass
class Left:
    """What of an update was not here. provider: whom it is given to; error: why that failed."""

    id: str
    type: str | None
    attributes: dict[str, Attribute]


def left_of(handler: Any, request: Request, names: Sequence[str], space: Space) -> list[Left]:
    """What of an update was not here. Raises NgsiError."""
    path = (Path(writing_path(request), False),)
    listed = []
    for one in _given(handler, request, names):
        own = space.named(one.id, one.type or "", path)
        missing = {
            name: attribute
            for name, attribute in one.attributes.items()
            if not own or name not in own[0].attributes
        }
        if missing:
            listed.append(Left(one.id, one.type, missing))
    return listed


def _given(handler: Any, request: Request, names: Sequence[str]) -> list[EntityGiven]:
    if handler is batch_routes.update:
        action, entities = batch_routes.read_update(request)
        return entities if action == "update" else []
    kind = request.query.get("type")
    if handler is entity_routes.patch_attributes:
        return [EntityGiven(names[0], kind, entity_routes.given_attributes(request))]
    if handler is entity_routes.put_attribute:
        attribute = entity_routes.read_attribute(read_json(request.body), names[1])
    else:
        plain = request.headers.get("content-type", "").startswith(entity_routes.TEXT)
        value = entity_routes.read_text(request.body) if plain else read_json(request.body)
        attribute = {"type": default_type(value), "value": value, "metadata": None}
    return [EntityGiven(names[0], kind, {names[1]: attribute})]


def updates(
    left: Iterable[Left], listed: Sequence[Provider], path: str
) -> list[tuple[Provider, dict[str, Any], list[tuple[Left, str]]]]:
    """Whom to give what: bodies of `POST /v2/op/update`, and which attributes each has."""
    parts: dict[str, tuple[Provider, dict[tuple[str, str], dict[str, Any]], list[tuple[Left, str]]]] = {}
    for one in left:
        for name, attribute in one.attributes.items():
            provider = next((each for each in listed if _takes(each, one, name, path)), None)
            if provider is None:
                continue
            _, bodies, has = parts.setdefault(provider.id, (provider, {}, []))
            head = {"id": one.id} | ({"type": one.type} if one.type else {})
            body = bodies.setdefault((one.id, one.type or ""), dict(head))
            body[name] = {"type": attribute["type"], "value": attribute["value"]} | (
                {"metadata": attribute["metadata"]} if attribute["metadata"] else {}
            )
            has.append((one, name))
    return [
        (provider, {"actionType": "update", "entities": list(bodies.values())}, has)
        for provider, bodies, has in list(parts.values())[:MOST_PROVIDERS]
    ]


def _takes(provider: Provider, one: Left, name: str, path: str) -> bool:
    if provider.path != path or (provider.names and name not in provider.names):
        return False
    return any(
        (not target.id or target.id == one.id)
        and (not target.type or not one.type or target.type == one.type)
        for target in provider.targets
    )


def answer_to_update(before: Answer, left: Sequence[Left], done: Sequence[tuple[Left, str]]) -> Answer:
    """What is answered when others have taken these. before: what was answered without them."""
    if not done:
        return before
    for one, name in done:
        one.attributes.pop(name)
    rest: list[tuple[str, str | None, list[str] | None]] = [
        (one.id, one.type, list(one.attributes)) for one in left if one.attributes
    ]
    return refused(entity_routes.not_there(rest, some=True)) if rest else NO_CONTENT
