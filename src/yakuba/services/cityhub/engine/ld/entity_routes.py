"""`/ngsi-ld/v1/entities` (ETSI GS CIM 009, 6.4–6.7): one function for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.services.cityhub.engine import updating
from yakuba.services.cityhub.engine.answers import JSON, NO_CONTENT, Answer, dumped, made
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld import geojson, storing
from yakuba.services.cityhub.engine.ld.asking import (
    PAGE,
    QUERY,
    SHOWN,
    how_of,
    options_of,
    types_of,
    wanted_by,
)
from yakuba.services.cityhub.engine.ld.bodies import (
    answer,
    answer_context,
    body_of,
    context_for,
    context_of,
    object_of,
    require_known,
    warned,
)
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.names import NotCarried, shown_name
from yakuba.services.cityhub.engine.ld.paging import found_part, headers_of
from yakuba.services.cityhub.engine.ld.problems import already_exists, bad_data, missing, unsupported
from yakuba.services.cityhub.engine.ld.reading import Given, attribute_name, read_attribute, read_entity
from yakuba.services.cityhub.engine.ld.showing import How, entity_shown
from yakuba.services.cityhub.engine.requests import Path, Request, Wanted, reading_paths, writing_path
from yakuba.services.cityhub.engine.space import Space

EVERYWHERE = (Path("/", True),)


def list_entities(space: Space, request: Request) -> Answer:
    """GET /ngsi-ld/v1/entities"""
    require_known(request, *QUERY, *SHOWN, *PAGE)
    context = context_of(request, space)
    wanted, how = wanted_by(request, context)
    return listed(space, request, wanted, how, context)


def listed(space: Space, request: Request, wanted: Wanted, how: How, context: Context) -> Answer:
    """What a query finds."""
    results, more = found_part(space, wanted)
    total = results.total if wanted.count else None
    headers = headers_of(request, wanted.limit, wanted.offset, more, total)
    if geojson.is_wanted(request):
        name = geojson.property_of(request, context)
        shown, left = shown_of(results.entities, lambda one: geojson.feature(one, context, how, name))
        return geojson.answer(request, geojson.collection(shown), context, (*headers, *warned(left)))
    shown_in = answer_context(request, context)
    shown, left = shown_of(results.entities, lambda one: entity_shown(one, shown_in, how))
    return answer(request, shown, shown_in, (*headers, *warned(left)))


def shown_of(
    entities: list[Entity], form: Callable[[Entity], dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The entities, and why some are left out: what only NGSIv2 has words for must not keep the others back."""
    shown, left = [], []
    for one in entities:
        try:
            shown.append(form(one))
        except NotCarried as reason:
            left.append(f"{one.id}: {reason}")
    return shown, left


def create_entity(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entities"""
    require_known(request, "options", "format", "local")
    body, context = object_of(request, space)
    given = read_entity(body, context, simple=_is_simple(request))
    create(space, request, given)
    return made(f"/ngsi-ld/v1/entities/{given.uri}")


def create(space: Space, request: Request, given: Given) -> None:
    """Store a new one. Raises NgsiError 409."""
    path = writing_path(request)
    if storing.all_named(space, given.uri, EVERYWHERE):
        raise already_exists(given.uri)
    put(space, storing.created(given, path, request.now))


def put(space: Space, outcome: updating.Outcome) -> None:
    """Store what came of an update, unless it is nothing."""
    if outcome.change.touched or outcome.change.kind == "entityCreate":
        space.put(outcome.entity, outcome.change)


def _is_simple(request: Request) -> bool:
    return options_of(request)[1] == "keyValues"


def own_paths(request: Request) -> tuple[Path, ...]:
    """Where an entity is looked for that is to be changed: everywhere, where no path is named. Raises NgsiError 400."""
    return (Path(writing_path(request), False),) if "fiware-servicepath" in request.headers else EVERYWHERE


def own_entity(space: Space, request: Request, uri: str, context: Context) -> Entity:
    """The entity that a changing request means. Raises NgsiError 400, 404, 409."""
    return storing.the_entity(space, uri, own_paths(request), _type_of(request, context))


def _type_of(request: Request, context: Context) -> str:
    found = types_of(request.query["type"], context) if "type" in request.query else []
    if len(found) > 1:
        raise bad_data("type は一つだけにしてください。")
    return found[0] if found else ""


def show_entity(space: Space, request: Request, uri: str) -> Answer:
    """GET /ngsi-ld/v1/entities/{id}"""
    require_known(request, "type", "attrs", "pick", "omit", "local", *SHOWN)
    context = context_of(request, space)
    how = how_of(request, context)
    entity = storing.the_entity(space, uri, reading_paths(request), _type_of(request, context))
    if "attrs" in request.query and not set(how.names) & set(entity.attributes):
        raise missing(f"{uri} の {request.query['attrs']}")
    try:
        if geojson.is_wanted(request):
            name = geojson.property_of(request, context)
            return geojson.answer(request, geojson.feature(entity, context, how, name), context)
        context = answer_context(request, context)
        return answer(request, entity_shown(entity, context, how), context)
    except NotCarried as reason:
        raise unsupported(str(reason)) from None


def delete_entity(space: Space, request: Request, uri: str) -> Answer:
    """DELETE /ngsi-ld/v1/entities/{id}"""
    require_known(request, "type", "local")
    space.drop(updating.deleted(own_entity(space, request, uri, context_of(request, space))))
    return NO_CONTENT


def _fragment(
    space: Space, request: Request, uri: str, *, removes: bool = False, merging: bool = False
) -> tuple[Entity, Given, Context]:
    body, context = object_of(request, space)
    given = read_entity(
        body, context, simple=_is_simple(request), need_id=False, removes=removes, merging=merging
    )
    if given.uri and given.uri != uri:
        raise bad_data(f"本文の id（{given.uri}）が、住所の id（{uri}）と違います。")
    entity = own_entity(space, request, uri, context)
    storing.require_type(entity, given)
    return entity, given, context


def merge_entity(space: Space, request: Request, uri: str) -> Answer:
    """PATCH /ngsi-ld/v1/entities/{id}"""
    require_known(request, "options", "format", "type", "local")
    entity, given, context = _fragment(space, request, uri, removes=True, merging=True)
    put(space, storing.merged(entity, given, context, request.now, simple=_is_simple(request)))
    return NO_CONTENT


def replace_entity(space: Space, request: Request, uri: str) -> Answer:
    """PUT /ngsi-ld/v1/entities/{id}"""
    require_known(request, "options", "format", "type", "local")
    entity, given, _ = _fragment(space, request, uri)
    put(space, storing.replaced(entity, given, request.now))
    return NO_CONTENT


def append_attributes(space: Space, request: Request, uri: str) -> Answer:
    """POST /ngsi-ld/v1/entities/{id}/attrs"""
    require_known(request, "options", "format", "type", "local")
    entity, given, context = _fragment(space, request, uri)
    strict = "noOverwrite" in options_of(request)[0]
    outcome = storing.appended(entity, given, request.now, strict=strict)
    put(space, outcome)
    return _partly(outcome, given, context, "すでにあります（noOverwrite）。")


def update_attributes(space: Space, request: Request, uri: str) -> Answer:
    """PATCH /ngsi-ld/v1/entities/{id}/attrs"""
    require_known(request, "options", "format", "type", "local")
    entity, given, context = _fragment(space, request, uri, removes=True)
    outcome = storing.updated(entity, given, request.now)
    put(space, outcome)
    return _partly(outcome, given, context, "この実体にはありません。POST で足せます。")


def _partly(outcome: updating.Outcome, given: Given, context: Context, reason: str) -> Answer:
    if not outcome.refused:
        return NO_CONTENT
    done = [name for name in (*given.attributes, *given.gone) if name not in outcome.refused]
    body = {
        "updated": [shown_name(name, context) for name in done],
        "notUpdated": [
            {"attributeName": shown_name(name, context), "reason": reason} for name in outcome.refused
        ],
    }
    return Answer(207, dumped(body), JSON)


def _one(space: Space, request: Request, uri: str, name: str, context: Context) -> tuple[Entity, str]:
    stored = attribute_name(name, context)
    entity = own_entity(space, request, uri, context)
    if stored not in entity.attributes:
        raise missing(f"{uri} の属性 {name}")
    return entity, stored


def patch_attribute(space: Space, request: Request, uri: str, name: str) -> Answer:
    """PATCH /ngsi-ld/v1/entities/{id}/attrs/{name}"""
    require_known(request, "type", "local", "options", "format")
    raw, context = _attribute_body(space, request)
    entity, stored = _one(space, request, uri, name, context)
    if isinstance(raw, dict) and any(
        raw.get(one) == "urn:ngsi-ld:null" for one in ("value", "object", "languageMap")
    ):
        put(space, updating.removed(entity, [stored], request.now))
        return NO_CONTENT
    put(space, storing.partly(entity, stored, raw, context, request.now))
    return NO_CONTENT


def replace_attribute(space: Space, request: Request, uri: str, name: str) -> Answer:
    """PUT /ngsi-ld/v1/entities/{id}/attrs/{name}"""
    require_known(request, "type", "local", "options", "format")
    raw, context = _attribute_body(space, request)
    entity, stored = _one(space, request, uri, name, context)
    attribute = read_attribute(raw, context, name, simple=_is_simple(request))
    assert attribute is not None  # `urn:ngsi-ld:null` is refused there
    put(space, storing.appended(entity, Given("", uri, "", {stored: attribute}), request.now))
    return NO_CONTENT


def _attribute_body(space: Space, request: Request) -> tuple[Any, Context]:
    body = body_of(request)
    context = context_for(body, request, space)
    if isinstance(body, dict):
        body = {key: one for key, one in body.items() if key != "@context"}
        if not body:
            raise bad_data("本文が空です。変えるものを書いてください。")
    return body, context


def delete_attribute(space: Space, request: Request, uri: str, name: str) -> Answer:
    """DELETE /ngsi-ld/v1/entities/{id}/attrs/{name}"""
    require_known(request, "type", "local", "datasetId", "deleteAll")
    if "datasetId" in request.query:
        raise NgsiError(
            404, "ResourceNotFound", "datasetId の付いた値はありません（一つの属性に値は一つです）。"
        )
    context = context_of(request, space)
    entity, stored = _one(space, request, uri, name, context)
    put(space, updating.removed(entity, [stored], request.now))
    return NO_CONTENT
