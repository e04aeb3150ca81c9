"""`/ngsi-ld/v1/entityOperations` (ETSI GS CIM 009, 6.14–6.17, 6.23): each entity for itself, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.services.cityhub.engine import updating
from yakuba.services.cityhub.engine.answers import JSON, NO_CONTENT, Answer, dumped
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld import storing
from yakuba.services.cityhub.engine.ld.asking import (
    PAGE,
    SHOWN,
    How,
    Matching,
    attribute_name,
    conditions,
    how_of,
    options_of,
    paging,
    pattern,
    place_name,
    place_of,
    targets_of,
    types_of,
)
from yakuba.services.cityhub.engine.ld.bodies import body_of, context_for, object_of, require_known
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.entity_routes import create, listed, own_paths, put
from yakuba.services.cityhub.engine.ld.names import is_uri, stored_id
from yakuba.services.cityhub.engine.ld.problems import bad_data, details, unsupported
from yakuba.services.cityhub.engine.ld.reading import Given, read_entity
from yakuba.services.cityhub.engine.requests import Request, Target, Wanted, reading_paths
from yakuba.services.cityhub.engine.space import Space

MOST_ENTITIES = 20_000  # in one request
MOST_SELECTORS = 100
_QUERY = ("type", "@context", "entities", "attrs", "pick", "omit", "q", "geoQ")

Step = Callable[[Given, Context], bool]  # whether a new entity came of it


def _list(request: Request) -> list[Any]:
    body = body_of(request)
    if not isinstance(body, list) or not body:
        raise bad_data("本文は、空でない配列にしてください。")
    if len(body) > MOST_ENTITIES:
        raise bad_data(f"一度に送れるのは{MOST_ENTITIES:,}件までです。分けて送ってください。")
    return body


def _each(
    space: Space, request: Request, step: Step, *, removes: bool = False, merging: bool = False
) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    """New ones, others that went well, and errors."""
    body = _list(request)
    simple = options_of(request)[1] == "keyValues"
    space.expect(
        [
            stored_id(one["id"])
            for one in body
            if isinstance(one, dict) and is_uri(one.get("id")) and len(one["id"]) < 200
        ]
    )
    new: list[str] = []
    done: list[str] = []
    errors: list[dict[str, Any]] = []
    for one in body:
        uri = str(one.get("id", "")) if isinstance(one, dict) else ""
        try:
            context = context_for(one, request, space)
            given = read_entity(one, context, simple=simple, removes=removes, merging=merging)
            (new if step(given, context) else done).append(given.uri)
        except NgsiError as error:
            if error.status == 503:
                raise
            errors.append({"entityId": uri, "error": details(error)})
    return new, done, errors


def _result(done: list[str], errors: list[dict[str, Any]]) -> Answer:
    return Answer(207, dumped({"success": done, "errors": errors}), JSON)


def create_all(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entityOperations/create"""
    require_known(request, "options", "format", "local")

    def step(given: Given, _: Context) -> bool:
        create(space, request, given)
        return True

    new, _, errors = _each(space, request, step)
    return _result(new, errors) if errors else Answer(201, dumped(new), JSON)


def upsert_all(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entityOperations/upsert"""
    require_known(request, "options", "format", "local")
    updates = "update" in options_of(request)[0]

    def step(given: Given, _: Context) -> bool:
        found = storing.all_named(space, given.uri, own_paths(request))
        if not found:
            create(space, request, given)
            return True
        entity = storing.the_entity(space, given.uri, own_paths(request))
        storing.require_type(entity, given)
        put(
            space,
            storing.appended(entity, given, request.now)
            if updates
            else storing.replaced(entity, given, request.now),
        )
        return False

    new, done, errors = _each(space, request, step)
    if errors:
        return _result(new + done, errors)
    return Answer(201, dumped(new), JSON) if new else NO_CONTENT


def update_all(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entityOperations/update"""
    require_known(request, "options", "format", "local")
    strict = "noOverwrite" in options_of(request)[0]

    def step(given: Given, _: Context) -> bool:
        entity = storing.the_entity(space, given.uri, own_paths(request))
        storing.require_type(entity, given)
        outcome = storing.appended(entity, given, request.now, strict=strict)
        put(space, outcome)
        if outcome.refused:
            raise bad_data(f"すでにある属性はそのままです：{'、'.join(outcome.refused)}")
        return False

    _, done, errors = _each(space, request, step)
    return _result(done, errors) if errors else NO_CONTENT


def merge_all(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entityOperations/merge"""
    require_known(request, "options", "format", "local")
    simple = options_of(request)[1] == "keyValues"

    def step(given: Given, context: Context) -> bool:
        entity = storing.the_entity(space, given.uri, own_paths(request))
        storing.require_type(entity, given)
        put(space, storing.merged(entity, given, context, request.now, simple=simple))
        return False

    _, done, errors = _each(space, request, step, removes=True, merging=True)
    return _result(done, errors) if errors else NO_CONTENT


def delete_all(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entityOperations/delete"""
    require_known(request, "local")
    done, errors = [], []
    for uri in _list(request):
        try:
            space.drop(updating.deleted(storing.the_entity(space, uri, own_paths(request))))
            done.append(uri)
        except NgsiError as error:
            errors.append({"entityId": str(uri), "error": details(error)})
    return _result(done, errors) if errors else NO_CONTENT


def query(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/entityOperations/query"""
    require_known(request, *SHOWN, *PAGE)
    body, context = object_of(request, space)
    wanted, how = wanted_in(body, request, context)
    return listed(space, request, wanted, how, context)


def wanted_in(body: dict[str, Any], request: Request, context: Context) -> tuple[Wanted, How]:
    """A query of a body (5.2.23). Raises NgsiError 400, 422."""
    if body.get("type") != "Query":
        raise bad_data('type は "Query" にしてください。')
    for name in body:
        if name not in _QUERY:
            raise unsupported(f"問い合わせの {name} は扱いません。")
    if not {"entities", "attrs", "q", "geoQ"} & set(body) and request.query.get("local") != "true":
        raise bad_data("広すぎる問い合わせです。entities・attrs・q・geoQ のどれかを付けてください。")
    lists = {name: _names(body[name], name, context) for name in ("attrs", "pick", "omit") if name in body}
    how = how_of(request, context)
    names = lists.get("attrs", lists.get("pick", ()))
    how = How(how.form, how.system, names, lists.get("omit", ()))
    geo = _object(body.get("geoQ", {}), "geoQ")
    limit, offset, count = paging(request)
    selected = [selector(one, context) for one in _selectors(body["entities"])] if "entities" in body else []
    return Wanted(
        reading_paths(request),
        tuple(target for targets, _ in selected for target in targets) or (Target(),),
        Chosen(tuple(selected), conditions.read(body.get("q"), context)),
        None,
        place_of(geo.get("georel"), geo.get("geometry"), geo.get("coordinates")),
        (),
        limit,
        offset,
        count,
        one_of=lists.get("attrs", ()),
        place_name=place_name(geo.get("geoproperty"), context),
    ), how


class Chosen:
    """Selectors of which one has to hold, and `q`."""

    def __init__(
        self,
        selected: tuple[tuple[tuple[Target, ...], Matching | None], ...],
        condition: conditions.Condition | None,
    ) -> None:
        self.selected, self.condition = selected, condition

    def holds(self, entity: Any) -> bool:
        """Whether the entity is meant by one, and meets `q`."""
        if self.selected and not any(
            any(target.holds(entity.id, entity.type) for target in targets)
            and (matching is None or matching.holds(entity))
            for targets, matching in self.selected
        ):
            return False
        return self.condition is None or self.condition.holds(entity)


def selector(given: Any, context: Context) -> tuple[tuple[Target, ...], Matching | None]:
    """One of `entities`: what it means by names, and what has to be looked at. Raises NgsiError 400, 422."""
    one = _object(given, "entities の要素")
    for name in one:
        if name not in ("id", "idPattern", "type"):
            raise bad_data(f"entities に知らない項目 {name} があります。")
    if not isinstance(one.get("type"), str):
        raise bad_data("entities の要素には type（文字列。どれでもよいときは *）が要ります。")
    types = types_of(one["type"], context)
    ids = one.get("id")
    if ids is not None:
        return targets_of(ids if isinstance(ids, list) else [ids], types), None
    if "idPattern" not in one:
        return tuple(Target("", None, kind) for kind in types) or (Target(),), None
    if not isinstance(one["idPattern"], str):
        raise bad_data("idPattern は文字列にしてください。")
    found = tuple(Target("", None, kind) for kind in types) or (Target(),)
    return found, Matching(None, pattern(one["idPattern"], "idPattern"))


def _selectors(given: Any) -> list[Any]:
    if not isinstance(given, list) or not given or len(given) > MOST_SELECTORS:
        raise bad_data(f"entities は1〜{MOST_SELECTORS}個の配列にしてください。")
    return given


def _names(given: Any, what: str, context: Context) -> tuple[str, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise bad_data(f"{what} は、空でない文字列の配列にしてください。")
    return tuple(attribute_name(one, context) for one in given if what != "pick" or one not in ("id", "type"))


def _object(given: Any, what: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise bad_data(f"{what} は JSON のオブジェクトにしてください。")
    return given
