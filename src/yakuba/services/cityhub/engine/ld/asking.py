"""What a query of NGSI-LD asks, as the shared search takes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine import places
from yakuba.services.cityhub.engine.entities import GEO_TYPE, Entity
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld import conditions
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.names import NotCarried, meant_by, shown_id, stored_name
from yakuba.services.cityhub.engine.ld.problems import bad_data, unsupported
from yakuba.services.cityhub.engine.ld.reading import attribute_name
from yakuba.services.cityhub.engine.ld.showing import How
from yakuba.services.cityhub.engine.patterns import found, pattern
from yakuba.services.cityhub.engine.places import Place
from yakuba.services.cityhub.engine.requests import (
    MOST_TARGETS,
    Request,
    Target,
    Wanted,
    number_of,
    reading_paths,
)

LOCATION = "location"
QUERY = (
    "id",
    "type",
    "idPattern",
    "attrs",
    "pick",
    "omit",
    "q",
    "georel",
    "geometry",
    "coordinates",
    "geoproperty",
)
SHOWN = ("options", "format", "lang", "geometryProperty")
PAGE = ("limit", "offset", "count", "local")
RELATIONS = {"near": "near", "within": "coveredBy", "contains": "contains", "intersects": "intersects",
             "equals": "equals", "disjoint": "disjoint", "overlaps": "overlaps"}  # fmt: skip
FORMS = {
    "keyValues": "keyValues",
    "simplified": "keyValues",
    "concise": "concise",
    "normalized": "normalized",
}
OPTIONS = frozenset((*FORMS, "sysAttrs", "noOverwrite", "update", "replace", "count"))
MOST, USUAL = 1_000, 20
MOST_NAMES = 500
_DISTANCE = re.compile(r"(maxDistance|minDistance)==(\d+(?:\.\d+)?)\Z")


@dataclass(frozen=True)
class Matching:
    """What is looked at one by one: `q`, and an expression over ids as NGSI-LD shows them."""

    condition: conditions.Condition | None = None
    id_pattern: re.Pattern[str] | None = None

    def holds(self, entity: Entity) -> bool:
        """Whether the entity meets both."""
        if self.id_pattern is not None:
            try:
                if not found(shown_id(entity.id, entity.type), self.id_pattern):
                    return False
            except NotCarried:
                return False
        return self.condition is None or self.condition.holds(entity)


def words_of(text: str) -> list[str]:
    """A list with commas. Raises NgsiError 400."""
    words = [one.strip() for one in text.split(",")]
    if not all(words) or len(words) > MOST_NAMES:
        raise bad_data(f"コンマで並べたものに、空のものがあるか、{MOST_NAMES}を超えています。")
    return words


def types_of(text: str, context: Context) -> list[str]:
    """Stored types of a `type` parameter; none for any. Raises NgsiError 400, 422."""
    if text.strip() == "*":
        return []
    if re.search(r"[();]", text):
        raise unsupported(
            "type の ; と かっこ は使えません。実体の型は一つなので、コンマか | で並べてください。"
        )
    return [stored_name(one, context, "type") for one in words_of(text.replace("|", ","))]


def targets_of(ids: Iterable[str], types: list[str]) -> tuple[Target, ...]:
    """Entities of these URIs (any where there are none) and types."""
    targets: list[Target] = []
    for uri in ids:
        for own_id, own_type in meant_by(uri):
            if own_type and types and own_type not in types:
                continue
            targets += [Target(own_id, None, one) for one in ([own_type] if own_type else types or [""])]
    if len(targets) > 2 * MOST_TARGETS:
        raise bad_data(f"id と type の組が多すぎます。{MOST_TARGETS}までにしてください。")
    return tuple(dict.fromkeys(targets))


def options_of(request: Request) -> tuple[frozenset[str], str]:
    """The words of `options`, and the form they (or `format`) ask for. Raises NgsiError 400."""
    options = frozenset(words_of(request.query["options"])) if "options" in request.query else frozenset()
    for one in options - OPTIONS:
        raise bad_data(f"options の {one} はここでは使えません。")
    given = [one for one in options if one in FORMS] + [
        request.query[name] for name in ("format",) if name in request.query
    ]
    forms = {FORMS.get(one, "") for one in given}
    if len(forms) > 1 or "" in forms:
        raise bad_data(
            "表し方（options・format）は normalized・concise・keyValues（simplified）の一つにしてください。"
        )
    return options, forms.pop() if forms else "normalized"


def how_of(request: Request, context: Context) -> How:
    """How the entities are shown. Raises NgsiError 400."""
    options, form = options_of(request)
    if "lang" in request.query:
        raise unsupported("lang は扱いません。languageMap から、求める言語を選んでください。")
    picked = {"attrs", "pick"} & set(request.query)
    if len(picked) > 1:
        raise bad_data("attrs と pick は同時に使えません。")
    names = tuple(
        attribute_name(one, context)
        for key in picked
        for one in words_of(request.query[key])
        if key == "attrs" or one not in ("id", "type")
    )
    without = (
        tuple(attribute_name(one, context) for one in words_of(request.query["omit"]))
        if "omit" in request.query
        else ()
    )
    return How(form, "sysAttrs" in options, names, without)


def paging(request: Request) -> tuple[int, int, bool]:
    """Limit, offset, and whether the count is wanted. Raises NgsiError 400."""
    for name in ("count", "local"):
        if request.query.get(name, "true") not in ("true", "false"):
            raise bad_data(f"{name} は true か false にしてください。")
    count = request.query.get("count") == "true" or "count" in options_of(request)[0]
    limit = number_of(request, "limit", USUAL, 0, MOST)
    if limit == 0 and not count:
        raise bad_data("limit=0 は count=true と一緒に使ってください。")
    return limit, number_of(request, "offset", 0, 0, 999_999_999), count


def wanted_by(request: Request, context: Context) -> tuple[Wanted, How]:
    """The query of `GET /ngsi-ld/v1/entities`, and how its results are shown. Raises NgsiError 400, 422."""
    query = request.query
    if not {"id", "idPattern", "type", "attrs", "q", "georel"} & set(query) and query.get("local") != "true":
        raise bad_data(
            "広すぎる問い合わせです。type・attrs・q・georel・id・idPattern のどれかを付けてください。"
        )
    how = how_of(request, context)
    limit, offset, count = paging(request)
    types = types_of(query["type"], context) if "type" in query else []
    return Wanted(
        reading_paths(request),
        _targets(words_of(query["id"]) if "id" in query else None, types),
        _matching(query.get("q"), query.get("idPattern"), context),
        None,
        place_of(query.get("georel"), query.get("geometry"), query.get("coordinates")),
        (),
        limit,
        offset,
        count,
        one_of=how.names if "attrs" in query else (),
        place_name=place_name(query.get("geoproperty"), context),
    ), how


def _targets(ids: list[str] | None, types: list[str]) -> tuple[Target, ...]:
    if ids is None:
        return tuple(Target("", None, one) for one in types) or (Target(),)
    return targets_of(ids, types) or (Target("*nothing*"),)


def _matching(q: str | None, id_pattern: str | None, context: Context) -> Matching | None:
    if q is None and id_pattern is None:
        return None
    return Matching(
        conditions.read(q, context), None if id_pattern is None else pattern(id_pattern, "idPattern")
    )


def place_name(name: str | None, context: Context) -> str:
    """The stored name of the GeoProperty that a geo-query looks at."""
    return LOCATION if name is None else attribute_name(name, context)


def place_of(georel: Any, geometry: Any, coordinates: Any) -> Place | None:
    """The question of a geo-query (4.10). coordinates: JSON, or its text. Raises NgsiError 400."""
    if georel is None and geometry is None and coordinates is None:
        return None
    if not isinstance(georel, str) or not isinstance(geometry, str) or coordinates is None:
        raise bad_data("場所で探すには georel・geometry・coordinates を三つともそろえてください。")
    name, *limits = georel.split(";")
    if name not in RELATIONS:
        raise bad_data(f"georel は {'・'.join(RELATIONS)} のどれかにしてください。")
    least, most = _limits(name, limits)
    if isinstance(coordinates, str):
        try:
            coordinates = json.loads(coordinates, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            raise bad_data("coordinates は [経度,緯度] のようなJSONの配列にしてください。") from None
    try:
        shape = places.shape_of(GEO_TYPE, {"type": geometry, "coordinates": coordinates})
    except NgsiError as error:
        raise bad_data(error.description) from None
    return Place(RELATIONS[name], shape, least, most)


def _limits(name: str, given: list[str]) -> tuple[float | None, float | None]:
    if name != "near" and given:
        raise bad_data("georel に ; で続けられるのは near の maxDistance と minDistance だけです。")
    limits: dict[str, float] = {}
    for one in given:
        fits = _DISTANCE.match(one)
        if fits is None:
            raise bad_data("near は near;maxDistance==1000 のように、メートルで書いてください。")
        limits[fits.group(1)] = float(fits.group(2))
    if name == "near" and not limits:
        raise bad_data("near には maxDistance か minDistance（メートル）を付けてください。")
    return limits.get("minDistance"), limits.get("maxDistance")
