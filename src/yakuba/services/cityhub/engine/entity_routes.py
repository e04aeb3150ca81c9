"""`/v2/entities` and `/v2/types`: one function for each request of the documentation."""

from __future__ import annotations

import json
from typing import Any

from yakuba.services.cityhub.engine import updating
from yakuba.services.cityhub.engine.answers import (
    JSON,
    NO_CONTENT,
    Answer,
    counted,
    dumped,
    given,
    made,
)
from yakuba.services.cityhub.engine.entities import (
    MOMENT_TYPES,
    Entity,
    EntityGiven,
    read_attribute,
    read_attributes,
    read_entity,
)
from yakuba.services.cityhub.engine.errors import (
    ATTRIBUTE_MISSING,
    ENTITY_MISSING,
    NgsiError,
    bad_request,
    not_found,
    too_many,
    unprocessable,
)
from yakuba.services.cityhub.engine.finding import find
from yakuba.services.cityhub.engine.identifiers import is_text, read_json, require_identifier
from yakuba.services.cityhub.engine.rendering import Shown, attribute_shown, shown, value_shown
from yakuba.services.cityhub.engine.requests import (
    Request,
    paging,
    reading_paths,
    require_known,
    require_type,
    shown_by,
    wanted_by,
    writing_path,
)
from yakuba.services.cityhub.engine.space import Space

TEXT = "text/plain"


def list_entities(space: Space, request: Request) -> Answer:
    """GET /v2/entities"""
    require_known(request)
    wanted = wanted_by(request)
    results = find(space, wanted)
    total = results.total if wanted.count else None
    return given([shown(one, wanted.shown) for one in results.entities], counted(total))


def create_entity(space: Space, request: Request) -> Answer:
    """POST /v2/entities"""
    require_known(request)
    require_type(request, JSON)
    path = writing_path(request)
    new = read_entity(read_json(request.body), key_values="keyValues" in request.options)
    return _stored(space, request, new, path)


def _stored(space: Space, request: Request, new: EntityGiven, path: str) -> Answer:
    kind = new.type or "Thing"
    location = f"/v2/entities/{new.id}?type={kind}"
    existing = space.named(new.id, kind, reading_paths_of(path))
    if not existing:
        outcome = updating.created(Entity(new.id, kind, path), new.attributes, request.now)
        space.put(outcome.entity, outcome.change)
        return made(location, 204 if "upsert" in request.options else 201)
    if "upsert" not in request.options:
        raise unprocessable("Already Exists")
    override = "overrideMetadata" in request.options
    outcome = updating.appended(existing[0], new.attributes, request.now, override=override)
    _put(space, request, outcome)
    return made(location, 204)


def reading_paths_of(path: str) -> tuple[Any, ...]:
    """Exactly that path."""
    from yakuba.services.cityhub.engine.requests import Path

    return (Path(path, False),)


def _put(space: Space, request: Request, outcome: updating.Outcome) -> None:
    outcome.change.forced = "forcedUpdate" in request.options
    space.put(outcome.entity, outcome.change)


def the_entity(space: Space, request: Request, entity_id: str) -> Entity:
    """The one entity that the address means. Raises NgsiError 400, 404, 409."""
    require_identifier(entity_id, "id")
    kind = request.query.get("type", "")
    if kind:
        require_identifier(kind, "type")
    paths = reading_paths(request)
    if request.method != "GET" and "fiware-servicepath" not in request.headers:
        paths = reading_paths_of("/")
    found = space.named(entity_id, kind, paths)
    if not found:
        raise not_found()
    if len(found) > 1:
        raise too_many()
    return found[0]


def show_entity(space: Space, request: Request, entity_id: str) -> Answer:
    """GET /v2/entities/{id}"""
    require_known(request)
    how = shown_by(request)
    return given(shown(the_entity(space, request, entity_id), how))


def delete_entity(space: Space, request: Request, entity_id: str) -> Answer:
    """DELETE /v2/entities/{id}"""
    require_known(request)
    writing_path(request)
    space.drop(updating.deleted(the_entity(space, request, entity_id)))
    return NO_CONTENT


def show_attributes(space: Space, request: Request, entity_id: str) -> Answer:
    """GET /v2/entities/{id}/attrs"""
    require_known(request)
    how = shown_by(request)
    return given(shown(the_entity(space, request, entity_id), how, head=False))


def given_attributes(request: Request) -> dict[str, Any]:
    """The attributes of a body. Raises NgsiError 400, 413, 415."""
    require_known(request)
    require_type(request, JSON)
    writing_path(request)
    body = read_json(request.body)
    if body == {} and request.method != "PUT":
        raise bad_request("empty payload")
    return read_attributes(body, key_values="keyValues" in request.options)


def append_attributes(space: Space, request: Request, entity_id: str) -> Answer:
    """POST /v2/entities/{id}/attrs"""
    attributes = given_attributes(request)
    entity = the_entity(space, request, entity_id)
    strict, override = "append" in request.options, "overrideMetadata" in request.options
    outcome = updating.appended(entity, attributes, request.now, strict=strict, override=override)
    done = len(outcome.refused) < len(attributes)
    if done:
        _put(space, request, outcome)
    if outcome.refused:
        raise already_there([(entity_id, request.query.get("type"), outcome.refused)], some=done)
    return NO_CONTENT


def patch_attributes(space: Space, request: Request, entity_id: str) -> Answer:
    """PATCH /v2/entities/{id}/attrs"""
    attributes = given_attributes(request)
    entity = the_entity(space, request, entity_id)
    override = "overrideMetadata" in request.options
    outcome = updating.updated(entity, attributes, request.now, override=override)
    done = len(outcome.refused) < len(attributes)
    if done:
        _put(space, request, outcome)
    if outcome.refused:
        raise not_there([(entity_id, request.query.get("type"), outcome.refused)], some=done)
    return NO_CONTENT


def replace_attributes(space: Space, request: Request, entity_id: str) -> Answer:
    """PUT /v2/entities/{id}/attrs"""
    attributes = given_attributes(request)
    _put(space, request, updating.replaced(the_entity(space, request, entity_id), attributes, request.now))
    return NO_CONTENT


Listed = list[tuple[str, str | None, list[str] | None]]


def _lines(listed: Listed) -> str:
    lines = []
    for entity_id, kind, names in listed:
        head = f"{entity_id}/{kind}" if kind else entity_id
        lines.append(f"{head} - [ {', '.join(names)} ]" if names is not None else f"{head} - [entity itself]")
    return ", ".join(lines)


def already_there(listed: Listed, *, some: bool) -> NgsiError:
    """Attributes that exist. some: others were added."""
    words = f"one or more of the attributes in the request already exist: {_lines(listed)}"
    return unprocessable(words, "PartialUpdate" if some else "Unprocessable")


def not_there(listed: Listed, *, some: bool, none_found: bool = False) -> NgsiError:
    """Attributes or entities (names None) that do not exist. some: others were updated."""
    words = f"do not exist: {_lines(listed)}"
    if none_found:
        return NgsiError(404, "NotFound", words)
    return unprocessable(words, "PartialUpdate" if some else "Unprocessable")


def _attribute(entity: Entity, name: str) -> dict[str, Any]:
    require_identifier(name, "属性の名前")
    if name not in entity.attributes:
        raise not_found(ATTRIBUTE_MISSING)
    return entity.attributes[name]


def show_attribute(space: Space, request: Request, entity_id: str, name: str) -> Answer:
    """GET /v2/entities/{id}/attrs/{name}"""
    require_known(request)
    how: Shown = shown_by(request)
    require_identifier(name, "属性の名前")
    return given(attribute_shown(_attribute(the_entity(space, request, entity_id), name), how.metadata))


def put_attribute(space: Space, request: Request, entity_id: str, name: str) -> Answer:
    """PUT /v2/entities/{id}/attrs/{name}"""
    require_known(request)
    require_type(request, JSON)
    writing_path(request)
    require_identifier(name, "属性の名前")
    body = read_json(request.body)
    if body == {}:
        raise bad_request("empty payload")
    attribute = read_attribute(body, name)
    entity = the_entity(space, request, entity_id)
    _attribute(entity, name)
    override = "overrideMetadata" in request.options
    _put(space, request, updating.updated(entity, {name: attribute}, request.now, override=override))
    return NO_CONTENT


def delete_attribute(space: Space, request: Request, entity_id: str, name: str) -> Answer:
    """DELETE /v2/entities/{id}/attrs/{name}"""
    require_known(request)
    writing_path(request)
    entity = the_entity(space, request, entity_id)
    _attribute(entity, name)
    _put(space, request, updating.removed(entity, [name], request.now))
    return NO_CONTENT


def show_value(space: Space, request: Request, entity_id: str, name: str) -> Answer:
    """GET /v2/entities/{id}/attrs/{name}/value"""
    require_known(request)
    attribute = _attribute(the_entity(space, request, entity_id), name)
    value = value_shown(attribute)
    accepted = accepted_by(request.headers.get("accept", ""))
    if isinstance(value, dict | list):
        for kind in accepted:
            if kind in (JSON, "application/*", "*/*"):
                return given(value)
            if kind in (TEXT, "text/*"):
                return Answer(200, dumped(value), TEXT)
        raise NgsiError(406, "NotAcceptable", "accepted MIME types: application/json, text/plain")
    if not {TEXT, "text/*", "*/*"} & set(accepted):
        raise NgsiError(406, "NotAcceptable", "accepted MIME types: text/plain")
    # A moment is no string of JSON here, as clients of this operation expect.
    plain = isinstance(value, str) and attribute["type"] in MOMENT_TYPES
    return Answer(200, value.encode() if plain else dumped(value), TEXT)


def accepted_by(text: str) -> list[str]:
    """The kinds of an Accept header, those of the greatest weight first; everything where it names none."""
    found = []
    for part in text.split(","):
        kind, *parameters = [word.strip() for word in part.split(";")]
        weight = next((word[2:] for word in parameters if word.startswith("q=")), "1")
        if kind:
            found.append((-float(weight) if weight.replace(".", "", 1).isdigit() else -1.0, kind))
    return [kind for _, kind in sorted(found, key=lambda one: one[0])] or ["*/*"]


def put_value(space: Space, request: Request, entity_id: str, name: str) -> Answer:
    """PUT /v2/entities/{id}/attrs/{name}/value"""
    require_known(request)
    kind = require_type(request, JSON, TEXT)
    writing_path(request)
    require_identifier(name, "属性の名前")
    value = read_json(request.body) if kind == JSON else read_text(request.body)
    if kind == JSON and not isinstance(value, dict | list):
        raise NgsiError(
            400,
            "BadRequest",
            "application/json ではオブジェクトか配列を送ってください。一つの値は text/plain です。",
        )
    entity = the_entity(space, request, entity_id)
    _attribute(entity, name)
    _put(space, request, updating.valued(entity, name, value, request.now))
    return NO_CONTENT


def read_text(body: bytes) -> Any:
    """A value as plain text: `"…"` is a string, then true, false, null, then a number. Raises NgsiError 400."""
    try:
        text = body.decode("utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not is_text(text):
        raise bad_request("値に、文字でないものがあります（NULなど）。")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    if text in ("true", "false", "null"):
        return json.loads(text)
    try:
        return json.loads(text, parse_constant=lambda _: _none()) if text else _none()
    except (ValueError, RecursionError):
        number = _number(text)
        if number is None:
            raise bad_request(
                '値を読めません。文字列は " で囲み、ほかは true・false・null か数にしてください。'
            ) from None
        return number


def _none() -> Any:
    raise ValueError("no value")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None


def list_types(space: Space, request: Request) -> Answer:
    """GET /v2/types"""
    require_known(request)
    limit, offset, count = paging(request)
    found = sorted(space.types(reading_paths(request)).items())
    part = found[offset : offset + limit]
    total = counted(len(found) if count else None)
    if "values" in request.options:
        return given([name for name, _ in part], total)
    plain = "noAttrDetail" in request.options
    return given([{"type": name} | _type(*facts, plain=plain) for name, facts in part], total)


def show_type(space: Space, request: Request, name: str) -> Answer:
    """GET /v2/types/{type}"""
    require_known(request)
    found = space.types(reading_paths(request)).get(require_identifier(name, "type"))
    if found is None:
        raise not_found("Entity type not found")
    return given(_type(*found, plain="noAttrDetail" in request.options))


def _type(number: int, attributes: dict[str, set[str]], *, plain: bool) -> dict[str, Any]:
    types = {name: {"types": [] if plain else sorted(kinds)} for name, kinds in sorted(attributes.items())}
    return {"attrs": types, "count": number}


__all__ = ["ENTITY_MISSING", "already_there", "not_there", "the_entity"]
