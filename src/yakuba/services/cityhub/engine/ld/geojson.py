"""Entities as GeoJSON (ETSI GS CIM 009, 4.5.16, 6.3.15): a Feature, or a FeatureCollection, with the attributes as properties."""

from __future__ import annotations

from typing import Any

from yakuba.services.cityhub.engine.answers import Answer, dumped
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.entity_routes import accepted_by
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld.asking import LOCATION, attribute_name
from yakuba.services.cityhub.engine.ld.bodies import GEO_JSON, LD_JSON, link_of, source_of
from yakuba.services.cityhub.engine.ld.contexts import CORE, Context
from yakuba.services.cityhub.engine.ld.showing import How, entity_shown, geometry_of
from yakuba.services.cityhub.engine.places import TYPES
from yakuba.services.cityhub.engine.requests import Request

_OTHERS = ("application/json", LD_JSON, "application/*", "*/*")


def is_wanted(request: Request) -> bool:
    """Whether the request asks for GeoJSON before anything else that can be answered."""
    for kind in accepted_by(request.headers.get("accept", "")):
        if kind == GEO_JSON:
            return True
        if kind in _OTHERS:
            return False
    return False


def property_of(request: Request, context: Context) -> str:
    """The stored name of the GeoProperty that becomes the geometry. Raises NgsiError 400."""
    name = request.query.get("geometryProperty")
    return LOCATION if name is None else attribute_name(name, context)


def feature(entity: Entity, context: Context, how: How, name: str) -> dict[str, Any]:
    """One entity. name: of the attribute that is its geometry (null where it has none). Raises NotCarried."""
    shown = entity_shown(entity, context, how)
    head = {"id": shown.pop("id"), "type": "Feature"}
    return head | {"geometry": _geometry(entity, name), "properties": shown}


def _geometry(entity: Entity, name: str) -> Any:
    attribute = entity.attributes.get(name)
    if attribute is None or attribute["type"] not in TYPES or attribute["value"] is None:
        return None
    try:
        return geometry_of(attribute)
    except NgsiError:
        return None


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Several."""
    return {"type": "FeatureCollection", "features": features}


def answer(
    request: Request, body: dict[str, Any], context: Context, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """The context stands in the body, or by `Prefer: body=json` in the Link header alone."""
    wished = request.headers.get("prefer", "").replace('"', "").replace(" ", "").lower()
    if "body=json" in wished.split(","):
        if not isinstance(context.source, str):
            context = CORE
        return Answer(200, dumped(body), GEO_JSON, (*headers, link_of(context)))
    return Answer(200, dumped(body | {"@context": source_of(context)}), GEO_JSON, headers)
