"""`DELETE /ngsi-ld/v1/entities` (ETSI GS CIM 009, 5.6.21, 6.4.3.3): entities that a query finds go, or some of their attributes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from yakuba.services.cityhub.engine import updating
from yakuba.services.cityhub.engine.answers import JSON, NO_CONTENT, Answer, dumped
from yakuba.services.cityhub.engine.entities import EXPIRES
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.finding import find
from yakuba.services.cityhub.engine.ld.asking import QUERY, attribute_name, wanted_by, words_of
from yakuba.services.cityhub.engine.ld.bodies import context_of, require_known
from yakuba.services.cityhub.engine.ld.entity_routes import own_paths
from yakuba.services.cityhub.engine.ld.problems import bad_data, details
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.space import Space

MOST_PURGED = 20_000  # in one request
_QUERY = tuple(name for name in QUERY if name not in ("pick", "omit"))
_ANYTHING = re.compile(r"(?:[\^$()]|\.[*+?]{0,2})*")  # an expression of these alone is met by every id


def purge_entities(space: Space, request: Request) -> Answer:
    """DELETE /ngsi-ld/v1/entities"""
    require_known(request, *_QUERY, "keep", "drop", "local")
    if {"keep", "drop"} <= set(request.query):
        raise bad_data("keep（残す属性）と drop（消す属性）は、どちらか一つにしてください。")
    if not _narrows(request.query):
        raise bad_data(
            "広すぎます。type・attrs・q・georel・id・idPattern のどれかで、消す実体を絞ってください。"
        )
    context = context_of(request, space)
    wanted, _ = wanted_by(request, context)
    found = find(
        space, replace(wanted, paths=own_paths(request), limit=MOST_PURGED + 1, offset=0, count=False)
    ).entities
    if len(found) > MOST_PURGED:
        raise NgsiError(
            403, "TooManyResults", f"一度に消せるのは{MOST_PURGED:,}件までです。絞って分けてください。"
        )
    named: dict[str, set[str]] = {
        key: {attribute_name(one, context) for one in words_of(request.query[key])}
        for key in ("keep", "drop")
        if key in request.query
    }
    done: list[str] = []
    errors: list[dict[str, Any]] = []
    for entity in found:
        try:
            if not named:
                space.drop(updating.deleted(entity))
            else:
                names = [one for one in entity.attributes if one != EXPIRES and _goes(one, named)]
                if names:
                    outcome = updating.removed(entity, names, request.now)
                    space.put(outcome.entity, outcome.change)
            done.append(entity.id)
        except NgsiError as error:
            errors.append({"entityId": entity.id, "error": details(error)})
    if errors:
        return Answer(207, dumped({"success": done, "errors": errors}), JSON)
    return NO_CONTENT


def _narrows(query: dict[str, str]) -> bool:
    """Whether the query leaves anything out: whoever means everything has to say what everything is."""
    if {"id", "attrs", "q", "georel"} & set(query):
        return True
    if query.get("type", "*").strip() != "*":
        return True
    return _ANYTHING.fullmatch(query.get("idPattern", "")) is None


def _goes(name: str, named: dict[str, set[str]]) -> bool:
    return name in named["drop"] if "drop" in named else name not in named["keep"]
