"""`/ngsi-ld/v1/types` and `/ngsi-ld/v1/attributes` (ETSI GS CIM 009, 5.7.5–5.7.10, 6.25–6.28): what there is to be asked for."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine.answers import Answer
from yakuba.services.cityhub.engine.entities import EXPIRES
from yakuba.services.cityhub.engine.ld.asking import attribute_name
from yakuba.services.cityhub.engine.ld.bodies import (
    answer,
    answer_context,
    context_of,
    require_known,
    warned,
)
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.names import NotCarried, iri_of, shown_name, stored_name
from yakuba.services.cityhub.engine.ld.problems import bad_data, missing
from yakuba.services.cityhub.engine.ld.showing import kind_of
from yakuba.services.cityhub.engine.requests import Request, reading_paths
from yakuba.services.cityhub.engine.space import Space, Where


@dataclass
class _There:
    """What the entities are and have, by stored names. entities: type → how many; kinds: type → attribute → kinds; counts:
    attribute → how many; left: why something is not told."""

    entities: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    def types_with(self, attribute: str) -> list[str]:
        """The types of entities that have it."""
        return [kind for kind, attributes in self.kinds.items() if attribute in attributes]

    def kinds_of(self, attribute: str) -> list[str]:
        """What it is in them."""
        return sorted({one for attributes in self.kinds.values() for one in attributes.get(attribute, ())})


def _there(space: Space, request: Request, context: Context, types: tuple[str, ...] = ()) -> _There:
    found = _There()
    known: dict[str, bool] = {}
    for entity in space.candidates(Where(reading_paths(request), (), types)):
        if not _is_carried(entity.type, known, found):
            continue
        found.entities[entity.type] += 1
        attributes = found.kinds[entity.type]
        for name, attribute in entity.attributes.items():
            if name != EXPIRES and _is_carried(name, known, found):
                attributes.setdefault(name, set()).add(kind_of(attribute, context)[0])
                found.counts[name] += 1
    return found


def _is_carried(name: str, known: dict[str, bool], found: _There) -> bool:
    if name not in known:
        try:
            known[name] = bool(iri_of(name))
        except NotCarried as reason:
            known[name] = False
            found.left.append(str(reason))
    return known[name]


def _wants_details(request: Request) -> bool:
    if request.query.get("details", "false") not in ("true", "false"):
        raise bad_data("details は true か false にしてください。")
    return request.query.get("details") == "true"


def _asked(space: Space, request: Request) -> tuple[Context, Context]:
    """The context in which names are read, and that of the answer."""
    context = context_of(request, space)
    return context, answer_context(request, context)


def _listed(
    request: Request, context: Context, what: str, names: dict[str, Any], details: list[Any], left: list[str]
) -> Answer:
    if _wants_details(request):
        return answer(request, details, context, warned(left))
    head = {"id": f"urn:ngsi-ld:{what}:{uuid.uuid4()}", "type": what}
    return answer(request, head | names, context, warned(left))


def list_types(space: Space, request: Request) -> Answer:
    """GET /ngsi-ld/v1/types"""
    require_known(request, "details", "local")
    context, shown_in = _asked(space, request)
    there = _there(space, request, context)
    details = [
        {
            "id": iri_of(name),
            "type": "EntityType",
            "typeName": shown_name(name, shown_in),
            "attributeNames": sorted(shown_name(one, shown_in) for one in there.kinds[name]),
        }
        for name in sorted(there.entities)
    ]
    names = {"typeList": [one["typeName"] for one in details]}
    return _listed(request, shown_in, "EntityTypeList", names, details, there.left)


def show_type(space: Space, request: Request, name: str) -> Answer:
    """GET /ngsi-ld/v1/types/{type}"""
    require_known(request, "local")
    context, shown_in = _asked(space, request)
    stored = stored_name(name, context, "type")
    there = _there(space, request, context, (stored,))
    if stored not in there.entities:
        raise missing(f"型 {name} の実体")
    body = {
        "id": iri_of(stored),
        "type": "EntityTypeInfo",
        "typeName": shown_name(stored, shown_in),
        "entityCount": there.entities[stored],
        "attributeDetails": [
            {
                "id": iri_of(one),
                "type": "Attribute",
                "attributeName": shown_name(one, shown_in),
                "attributeTypes": sorted(kinds),
            }
            for one, kinds in sorted(there.kinds[stored].items())
        ],
    }
    return answer(request, body, shown_in, warned(there.left))


def list_attributes(space: Space, request: Request) -> Answer:
    """GET /ngsi-ld/v1/attributes"""
    require_known(request, "details", "local")
    context, shown_in = _asked(space, request)
    there = _there(space, request, context)
    details = [
        {
            "id": iri_of(name),
            "type": "Attribute",
            "attributeName": shown_name(name, shown_in),
            "typeNames": sorted(shown_name(one, shown_in) for one in there.types_with(name)),
        }
        for name in sorted(there.counts)
    ]
    names = {"attributeList": [one["attributeName"] for one in details]}
    return _listed(request, shown_in, "AttributeList", names, details, there.left)


def show_attribute(space: Space, request: Request, name: str) -> Answer:
    """GET /ngsi-ld/v1/attributes/{name}"""
    require_known(request, "local")
    context, shown_in = _asked(space, request)
    stored = attribute_name(name, context)
    there = _there(space, request, context)
    if stored not in there.counts:
        raise missing(f"属性 {name}")
    body = {
        "id": iri_of(stored),
        "type": "Attribute",
        "attributeName": shown_name(stored, shown_in),
        "attributeCount": there.counts[stored],
        "attributeTypes": there.kinds_of(stored),
        "typeNames": sorted(shown_name(one, shown_in) for one in there.types_with(stored)),
    }
    return answer(request, body, shown_in, warned(there.left))
