"""`/v2/op/update`, `/v2/op/query` and `/v2/op/notify`."""

from __future__ import annotations

from typing import Any

from yakuba.services.cityhub.engine import places, updating
from yakuba.services.cityhub.engine.answers import JSON, NO_CONTENT, Answer, counted, given
from yakuba.services.cityhub.engine.conditions import read_condition
from yakuba.services.cityhub.engine.entities import Entity, EntityGiven, read_entity
from yakuba.services.cityhub.engine.entity_routes import (
    Listed,
    already_there,
    not_there,
    reading_paths_of,
)
from yakuba.services.cityhub.engine.errors import NgsiError, bad_request, no_room, too_many
from yakuba.services.cityhub.engine.finding import find
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.ordering import read_order
from yakuba.services.cityhub.engine.rendering import Shown, shown
from yakuba.services.cityhub.engine.requests import (
    Request,
    Target,
    Wanted,
    form_of,
    names_of,
    paging,
    reading_paths,
    require_distance,
    require_known,
    require_type,
    targets_of,
    writing_path,
)
from yakuba.services.cityhub.engine.space import Space

ACTIONS = {
    "append": "append",
    "appendstrict": "appendStrict",
    "append_strict": "appendStrict",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
}
MOST_ENTITIES = 10_000
MOST_MEMBERS = 100_000  # of all entities of a request together


def update(space: Space, request: Request) -> Answer:
    """POST /v2/op/update"""
    require_known(request)
    require_type(request, JSON)
    path = writing_path(request)
    action, entities = read_update(request)
    return _carried_out(space, request, action, entities, path)


def read_update(request: Request) -> tuple[str, list[EntityGiven]]:
    """What is to be done with which entities. Raises NgsiError 400, 413."""
    body = read_json(request.body)
    if not isinstance(body, dict):
        raise bad_request("本文は actionType と entities を持つオブジェクトにしてください。")
    if not body:
        raise bad_request("empty payload")
    for name in body:
        if name not in ("actionType", "entities"):
            raise bad_request(f"本文に知らない項目 {name} があります。")
    word = body.get("actionType")
    if not isinstance(word, str):
        raise bad_request(
            "actionType がありません。append・appendStrict・update・delete・replace のどれかです。"
        )
    action = ACTIONS.get(word.lower()) if word in (*ACTIONS.values(), word.upper()) else None
    if action is None:
        raise bad_request(
            "actionType は append・appendStrict・update・delete・replace のどれかにしてください。"
        )
    return action, _entities(body, key_values="keyValues" in request.options)


def _entities(body: dict[str, Any], *, key_values: bool) -> list[EntityGiven]:
    given_entities = body.get("entities")
    if not isinstance(given_entities, list):
        raise bad_request("entities は配列にしてください。")
    if not given_entities:
        raise bad_request("entities が空です。")
    if len(given_entities) > MOST_ENTITIES:
        raise bad_request(f"entities は一度に{MOST_ENTITIES}件までにしてください。")
    _require_few(given_entities)
    return [read_entity(one, key_values=key_values) for one in given_entities]


def _require_few(entities: list[Any]) -> None:
    """Raises NgsiError 413 where one transaction of it would keep the others waiting."""
    if sum(len(one) for one in entities if isinstance(one, dict)) > MOST_MEMBERS:
        raise no_room(f"属性が合わせて多すぎます。一度に{MOST_MEMBERS}までに分けてください。")


def _carried_out(
    space: Space, request: Request, action: str, entities: list[EntityGiven], path: str
) -> Answer:
    space.expect([one.id for one in entities])
    if action in ("append", "appendStrict"):
        return _append(space, request, entities, path, strict=action == "appendStrict")
    refused: Listed = []
    found, done = 0, False
    for one in entities:
        existing = _existing(space, one, path)
        if existing is None:
            refused.append((one.id, one.type, None))
            continue
        found += 1
        if action == "delete" and not one.attributes:
            space.drop(updating.deleted(existing))
            done = True
            continue
        outcome = _outcome(existing, one, action, request)
        if outcome.refused:
            refused.append((one.id, one.type, outcome.refused))
        if len(outcome.refused) < len(one.attributes) or not one.attributes:
            _put(space, request, outcome)
            done = True
    if refused:
        raise not_there(refused, some=done, none_found=not found)
    return NO_CONTENT


def _outcome(existing: Entity, one: EntityGiven, action: str, request: Request) -> updating.Outcome:
    if action == "update":
        override = "overrideMetadata" in request.options
        return updating.updated(existing, one.attributes, request.now, override=override)
    if action == "replace":
        return updating.replaced(existing, one.attributes, request.now)
    return updating.removed(existing, list(one.attributes), request.now)


def _existing(space: Space, one: EntityGiven, path: str) -> Entity | None:
    found = space.named(one.id, one.type or "", reading_paths_of(path))
    if len(found) > 1:
        raise too_many()
    return found[0] if found else None


def _append(
    space: Space, request: Request, entities: list[EntityGiven], path: str, *, strict: bool
) -> Answer:
    refused: Listed = []
    done = False
    for one in entities:
        existing = _existing(space, one, path)
        if existing is None:
            outcome = updating.created(Entity(one.id, one.type or "Thing", path), one.attributes, request.now)
            space.put(outcome.entity, outcome.change)
            done = True
            continue
        override = "overrideMetadata" in request.options
        outcome = updating.appended(existing, one.attributes, request.now, strict=strict, override=override)
        if outcome.refused:
            refused.append((one.id, one.type, outcome.refused))
        if len(outcome.refused) < len(one.attributes) or not one.attributes:
            _put(space, request, outcome)
            done = True
    if refused:
        raise already_there(refused, some=done)
    return NO_CONTENT


def _put(space: Space, request: Request, outcome: updating.Outcome) -> None:
    outcome.change.forced = "forcedUpdate" in request.options
    space.put(outcome.entity, outcome.change)


def query(space: Space, request: Request) -> Answer:
    """POST /v2/op/query"""
    require_known(request)
    require_type(request, JSON)
    body = read_json(request.body)
    wanted = wanted_in(body, request)
    results = find(space, wanted)
    total = results.total if wanted.count else None
    return given([shown(one, wanted.shown) for one in results.entities], counted(total))


def _require_query(body: Any) -> None:
    if not isinstance(body, dict):
        raise bad_request("本文はオブジェクトにしてください。")
    if not body:
        raise bad_request("empty payload")
    for name in body:
        if name not in ("entities", "attrs", "attributes", "expression", "metadata"):
            raise bad_request(f"本文に知らない項目 {name} があります。")


def wanted_in(body: Any, request: Request) -> Wanted:
    """The query of a body. Raises NgsiError 400, 422."""
    _require_query(body)
    targets = targets_of(body["entities"]) if "entities" in body else (Target(),)
    expression = body.get("expression", {})
    if "expression" in body and not expression:
        raise bad_request("expression が空です。")
    if not isinstance(expression, dict):
        raise bad_request("expression はオブジェクトにしてください。")
    for name, value in expression.items():
        if name not in ("q", "mq", "georel", "geometry", "coords"):
            raise bad_request(f"expression に知らない項目 {name} があります。")
        if not isinstance(value, str) or not value:
            raise bad_request(f"expression の {name} は空でない文字列にしてください。")
    one_of = names_of(body.get("attributes", []), "attributes")
    place = places.ask(expression.get("georel"), expression.get("geometry"), expression.get("coords"))
    order = read_order(request.query.get("orderBy"))
    require_distance(order, place)
    limit, offset, count = paging(request)
    attributes = names_of(body.get("attrs", body.get("attributes", [])), "attrs")
    metadata = names_of(body.get("metadata", []), "metadata")
    if old := tuple(name for name in ("dateCreated", "dateModified") if name in request.options):
        attributes = (*(attributes or ("*",)), *old)
    return Wanted(
        reading_paths(request),
        targets,
        read_condition(expression.get("q")),
        read_condition(expression.get("mq"), metadata=True),
        place,
        order,
        limit,
        offset,
        count,
        Shown(attributes, metadata, form_of(request.options)),
        one_of,
    )


def notify(space: Space, request: Request) -> Answer:
    """POST /v2/op/notify"""
    require_known(request)
    require_type(request, JSON)
    path = writing_path(request)
    body = read_json(request.body)
    if not isinstance(body, dict):
        raise bad_request("本文は subscriptionId と data を持つオブジェクトにしてください。")
    for name in body:
        if name not in ("subscriptionId", "data"):
            raise bad_request(f"本文に知らない項目 {name} があります。")
    if not isinstance(body.get("subscriptionId"), str) or not body["subscriptionId"]:
        raise bad_request("subscriptionId がありません。")
    if not isinstance(body.get("data"), list):
        raise bad_request("data は配列にしてください。")
    if not body["data"]:
        raise bad_request("data が空です。")
    if len(body["data"]) > MOST_ENTITIES:
        raise bad_request(f"data は一度に{MOST_ENTITIES}件までにしてください。")
    _require_few(body["data"])
    entities = [read_entity(one) for one in body["data"]]
    try:
        _append(space, request, entities, path, strict=False)
    except NgsiError as error:
        if error.status != 422:
            raise
    return Answer(200)
