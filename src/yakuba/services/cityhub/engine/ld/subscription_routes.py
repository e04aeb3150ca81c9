"""`/ngsi-ld/v1/subscriptions` (ETSI GS CIM 009, 6.10, 6.11)."""

from __future__ import annotations

from yakuba.services.cityhub.engine.answers import NO_CONTENT, Answer, made
from yakuba.services.cityhub.engine.ld import subscriptions
from yakuba.services.cityhub.engine.ld.asking import paging
from yakuba.services.cityhub.engine.ld.bodies import (
    answer,
    answer_context,
    context_of,
    object_of,
    require_known,
    warned,
)
from yakuba.services.cityhub.engine.ld.names import is_uri
from yakuba.services.cityhub.engine.ld.paging import headers_of, part_of
from yakuba.services.cityhub.engine.ld.problems import already_exists, bad_data, missing
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.space import Space, Subscription
from yakuba.services.cityhub.engine.subscription_routes import own_path

MOST = 100_000  # of one town


def list_subscriptions(space: Space, request: Request) -> Answer:
    """GET /ngsi-ld/v1/subscriptions"""
    require_known(request, "limit", "offset", "count", "local", "options")
    limit, offset, count = paging(request)
    context = answer_context(request, context_of(request, space))
    every, _ = space.subscriptions(None, MOST, 0)
    found = [one for one in every if subscriptions.own(one) is not None]
    others = len(every) - len(found)
    left = [f"{others} NGSIv2 subscriptions are at /v2/subscriptions"] if others else []
    part, more = part_of(found, limit, offset)
    headers = headers_of(request, limit, offset, more, len(found) if count else None)
    shown = [subscriptions.shown(one, context, request.now) for one in part]
    return answer(request, shown, context, (*headers, *warned(left)))


def create_subscription(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/subscriptions"""
    require_known(request, "local")
    body, context = object_of(request, space)
    new = subscriptions.created(body, context, space, own_path(request), request.now)
    uri = new.definition["ld"]["id"]
    if space.subscription(new.id) is not None:
        raise already_exists(uri)
    space.put_subscription(new, new=True)
    return made(f"/ngsi-ld/v1/subscriptions/{uri}")


def _subscription(space: Space, uri: str) -> Subscription:
    if not is_uri(uri):
        raise bad_data(f"サブスクリプションの id {uri[:80]} はURIではありません。")
    found = space.subscription(subscriptions.key_of(uri))
    if found is None or subscriptions.own(found) is None:
        raise missing(f"サブスクリプション {uri}")
    return found


def show_subscription(space: Space, request: Request, uri: str) -> Answer:
    """GET /ngsi-ld/v1/subscriptions/{id}"""
    require_known(request, "local", "options")
    context = answer_context(request, context_of(request, space))
    return answer(request, subscriptions.shown(_subscription(space, uri), context, request.now), context)


def update_subscription(space: Space, request: Request, uri: str) -> Answer:
    """PATCH /ngsi-ld/v1/subscriptions/{id}"""
    require_known(request, "local")
    body, context = object_of(request, space)
    subscription = _subscription(space, uri)
    subscriptions.changed(subscription, body, context, space, request.now)
    space.put_subscription(subscription, new=False)
    return NO_CONTENT


def delete_subscription(space: Space, request: Request, uri: str) -> Answer:
    """DELETE /ngsi-ld/v1/subscriptions/{id}"""
    require_known(request, "local")
    space.drop_subscription(_subscription(space, uri).id)
    return NO_CONTENT
