"""`/ngsi-ld/v1/temporal` (ETSI GS CIM 009, 6.18–6.24) over the readings that the hub keeps: numbers, by the moment at which they
were measured. They come in through `/entities`, NGSIv2, devices and files; here they are only read.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from yakuba.services.cityhub.engine.answers import Answer
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.history import SeriesKept, Times
from yakuba.services.cityhub.engine.ld import temporal
from yakuba.services.cityhub.engine.ld.asking import (
    Matching,
    attribute_name,
    paging,
    targets_of,
    types_of,
    words_of,
)
from yakuba.services.cityhub.engine.ld.batch_routes import selector
from yakuba.services.cityhub.engine.ld.bodies import (
    answer,
    answer_context,
    context_of,
    object_of,
    require_known,
    warned,
)
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.names import NotCarried, shown_id, shown_name
from yakuba.services.cityhub.engine.ld.paging import headers_of, part_of
from yakuba.services.cityhub.engine.ld.problems import bad_data, missing, unsupported
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.patterns import pattern
from yakuba.services.cityhub.engine.requests import Request, Target, reading_paths
from yakuba.services.cityhub.engine.space import Space

_OPTIONS = ("temporalValues", "aggregatedValues", "normalized")
_PAGE = ("limit", "offset", "count", "local")
Selected = list[tuple[tuple[Target, ...], Matching | None]]


def _form(request: Request) -> str:
    words = words_of(request.query["options"]) if "options" in request.query else []
    words += [request.query["format"]] if "format" in request.query else []
    for word in words:
        if word not in _OPTIONS:
            raise bad_data(f"options の {word} はここでは使えません。{'・'.join(_OPTIONS)} のどれかです。")
    if len(set(words)) > 1:
        raise bad_data("options は一つだけにしてください。")
    return words[0] if words else "normalized"


def _page(request: Request) -> tuple[int, int, bool]:
    from dataclasses import replace

    return paging(replace(request, query={name: one for name, one in request.query.items() if name in _PAGE}))


def list_entities(space: Space, request: Request) -> Answer:
    """GET /ngsi-ld/v1/temporal/entities"""
    require_known(request, "id", "type", "idPattern", "attrs", "options", "format", *temporal.TIME, *_PAGE)
    context = context_of(request, space)
    query = request.query
    if not {"type", "attrs", "id", "idPattern"} & set(query) and query.get("local") != "true":
        raise bad_data("広すぎる問い合わせです。type・attrs・id・idPattern のどれかを付けてください。")
    types = types_of(query["type"], context) if "type" in query else []
    matching = Matching(None, pattern(query["idPattern"], "idPattern")) if "idPattern" in query else None
    targets = (
        targets_of(words_of(query["id"]), types)
        if "id" in query
        else tuple(Target("", None, one) for one in types)
    )
    names = (
        tuple(attribute_name(one, context) for one in words_of(query["attrs"])) if "attrs" in query else ()
    )
    times = temporal.read(dict(query), aggregated=_form(request) == "aggregatedValues", needed=True)
    if "id" in query and not targets:
        return answer(request, [], answer_context(request, context))
    return _listed(space, request, [(targets or (Target(),), matching)], names, times, context)


def query_entities(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/temporal/entityOperations/query"""
    require_known(request, "options", "format", *_PAGE)
    body, context = object_of(request, space)
    if body.get("type") != "Query":
        raise bad_data('type は "Query" にしてください。')
    for name in body:
        if name not in ("type", "@context", "entities", "attrs", "temporalQ"):
            raise unsupported(f"履歴の問い合わせの {name} は扱いません。")
    if (
        not isinstance(body.get("entities"), list)
        or not body["entities"]
        or not isinstance(body.get("temporalQ"), dict)
    ):
        raise bad_data("entities（配列）と temporalQ（オブジェクト）を書いてください。")
    selected = [selector(one, context) for one in body["entities"]]
    attrs = body.get("attrs", [])
    if not isinstance(attrs, list) or not all(isinstance(one, str) for one in attrs):
        raise bad_data("attrs は文字列の配列にしてください。")
    names = tuple(attribute_name(one, context) for one in attrs)
    times = temporal.read(body["temporalQ"], aggregated=_form(request) == "aggregatedValues", needed=True)
    return _listed(space, request, selected, names, times, context)


def show_entity(space: Space, request: Request, uri: str) -> Answer:
    """GET /ngsi-ld/v1/temporal/entities/{id}"""
    require_known(request, "type", "attrs", "options", "format", "local", *temporal.TIME)
    context = context_of(request, space)
    types = types_of(request.query["type"], context) if "type" in request.query else []
    names = (
        tuple(attribute_name(one, context) for one in words_of(request.query["attrs"]))
        if "attrs" in request.query
        else ()
    )
    times = temporal.read(dict(request.query), aggregated=_form(request) == "aggregatedValues", needed=False)
    found = list(space.series(targets_of([uri], types), reading_paths(request), names, times))
    if not found:
        raise missing(f"{uri} の測定値（この期間）")
    groups = [list(one) for _, one in groupby(found, key=_entity)]
    if len(groups) > 1:
        raise bad_data(
            f"{uri} は NGSIv2 で型かパスの違う{len(groups)}件です。type か Fiware-ServicePath で一つに決めてください。"
        )
    context = answer_context(request, context)
    try:
        return answer(
            request,
            _shown(space, groups[0], times, context, _form(request), [temporal.MOST_INSTANCES]),
            context,
        )
    except NotCarried as reason:
        raise unsupported(str(reason)) from None


def _entity(one: SeriesKept) -> tuple[str, str, str]:
    return one.entity_id, one.entity_type, one.path


def _listed(
    space: Space, request: Request, selected: Selected, names: tuple[str, ...], times: Times, context: Context
) -> Answer:
    limit, offset, count = _page(request)
    targets = tuple(target for some, _ in selected for target in some)
    found = space.series(targets, reading_paths(request), names, times)
    groups = [list(one) for _, one in groupby(found, key=_entity)]
    groups = [one for one in groups if _is_selected(one[0], selected)]
    context = answer_context(request, context)
    left, shown, room = [], [], [temporal.MOST_INSTANCES]
    part, more = part_of(groups, limit, offset)
    for group in part:
        try:
            shown.append(_shown(space, group, times, context, _form(request), room))
        except NotCarried as reason:
            left.append(f"{group[0].entity_id}: {reason}")
    headers = headers_of(request, limit, offset, more, len(groups) if count else None)
    return answer(request, shown, context, (*headers, *warned(left)))


def _is_selected(one: SeriesKept, selected: Selected) -> bool:
    entity = Entity(one.entity_id, one.entity_type, one.path)
    return any(
        any(target.holds(one.entity_id, one.entity_type) for target in targets)
        and (matching is None or matching.holds(entity))
        for targets, matching in selected
    )


def _shown(
    space: Space, group: list[SeriesKept], times: Times, context: Context, form: str, room: list[int]
) -> dict[str, Any]:
    """One entity with what it measured. room: how many instances the answer still takes."""
    first = group[0]
    body: dict[str, Any] = {
        "id": shown_id(first.entity_id, first.entity_type),
        "type": shown_name(first.entity_type, context),
    }
    for one in group:
        if times.methods:
            shown, number = _aggregated(space, one, times, room[0] + 1)
        else:
            shown, number = _instances(space, one, times, form, room[0] + 1)
        room[0] -= number
        if room[0] < 0:
            raise temporal.too_many()
        body[shown_name(one.attribute, context)] = shown
    return body


def _instances(space: Space, one: SeriesKept, times: Times, form: str, most: int) -> tuple[Any, int]:
    found = space.readings(one.key, times, most)
    if form == "temporalValues":
        return {"type": "Property", "values": [[number, written(at / 1e6)] for at, number in found]}, len(
            found
        )
    unit = {"unitCode": one.unit} if one.unit else {}
    listed = [
        {"type": "Property", "value": number, "observedAt": written(at / 1e6)} | unit for at, number in found
    ]
    return listed, len(found)


def _aggregated(space: Space, one: SeriesKept, times: Times, most: int) -> tuple[Any, int]:
    start = times.since
    if start is None:
        start = space.first_moment(one.key, times) or 0
        start -= start % times.width if times.width else 0
    end = one.newest + 1 if times.until is None else times.until
    width = times.width or max(1, end - start)
    body: dict[str, Any] = {"type": "Property"}
    found = space.periods(one, times, start, width, most)
    found = found[-times.last :] if times.last is not None else found
    for method in times.methods:
        body[method] = [
            [
                temporal.figures(period, method, one.origin),
                written((start + period.place * width) / 1e6),
                written((start + (period.place + 1) * width) / 1e6),
            ]
            for period in found
        ]
    return body, len(found)


def refuse_writing(space: Space, request: Request, *names: str) -> Answer:
    """POST, PATCH, DELETE below /ngsi-ld/v1/temporal"""
    raise unsupported(
        "履歴へ直接は書けません。/ngsi-ld/v1/entities へ observedAt を付けて送るか、機器・ファイルから入れてください。"
    )
