"""`/v2/subscriptions` and `/v2/registrations`."""

from __future__ import annotations

from yakuba.services.cityhub.engine import registrations, subscriptions
from yakuba.services.cityhub.engine.answers import JSON, NO_CONTENT, Answer, counted, given, made
from yakuba.services.cityhub.engine.errors import bad_request, not_found, unprocessable
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.requests import (
    Path,
    Request,
    paging,
    reading_paths,
    require_known,
    require_type,
)
from yakuba.services.cityhub.engine.space import Registration, Space, Subscription

SUBSCRIPTION_MISSING = "The requested subscription has not been found. Check id"
REGISTRATION_MISSING = "The requested registration has not been found. Check id"


def _spelt(path: Path) -> str:
    if not path.deep:
        return path.path
    return "/#" if path.path == "/" else f"{path.path}/#"


def _asked_path(request: Request) -> str | None:
    """The path that a list is narrowed to; None where the request names none."""
    if not request.headers.get("fiware-servicepath"):
        return None
    paths = reading_paths(request)
    return _spelt(paths[0])


def own_path(request: Request) -> str:
    """The path of a new subscription. Raises NgsiError 400."""
    paths = reading_paths(request)
    if len(paths) > 1:
        raise bad_request("サブスクリプションの Fiware-ServicePath は一つだけにしてください。")
    return _spelt(paths[0])


def list_subscriptions(space: Space, request: Request) -> Answer:
    """GET /v2/subscriptions"""
    require_known(request)
    limit, offset, count = paging(request)
    found, total = space.subscriptions(_asked_path(request), limit, offset)
    return given([subscriptions.shown(one, request.now) for one in found], counted(total if count else None))


def create_subscription(space: Space, request: Request) -> Answer:
    """POST /v2/subscriptions"""
    require_known(request)
    require_type(request, JSON)
    new = subscriptions.created(read_json(request.body), own_path(request), request.now)
    _require_allowed(space, new)
    space.put_subscription(new, new=True)
    return made(f"/v2/subscriptions/{new.id}")


def _require_allowed(space: Space, subscription: Subscription) -> None:
    refusal = space.refusal_of(subscriptions.host_of(subscriptions.address_of(subscription)))
    if refusal:
        raise bad_request(refusal)


def _subscription(space: Space, subscription_id: str) -> Subscription:
    found = space.subscription(subscriptions.require_subscription_id(subscription_id))
    if found is None:
        raise not_found(SUBSCRIPTION_MISSING)
    return found


def show_subscription(space: Space, request: Request, subscription_id: str) -> Answer:
    """GET /v2/subscriptions/{id}"""
    require_known(request)
    return given(subscriptions.shown(_subscription(space, subscription_id), request.now))


def update_subscription(space: Space, request: Request, subscription_id: str) -> Answer:
    """PATCH /v2/subscriptions/{id}"""
    require_known(request)
    require_type(request, JSON)
    body = read_json(request.body)
    subscription = _subscription(space, subscription_id)
    if (
        "ld" in subscription.definition
        and isinstance(body, dict)
        and set(body) - {"status", "expires", "throttling"}
    ):
        raise unprocessable(
            "NGSI-LD で作ったサブスクリプションです。ここで変えられるのは status・expires・throttling だけです。"
            f"ほかは /ngsi-ld/v1/subscriptions/{subscription.definition['ld']['id']} で変えてください。"
        )
    subscriptions.changed(subscription, body, request.now)
    if "notification" in body:
        _require_allowed(space, subscription)
    space.put_subscription(subscription, new=False)
    return NO_CONTENT


def delete_subscription(space: Space, request: Request, subscription_id: str) -> Answer:
    """DELETE /v2/subscriptions/{id}"""
    require_known(request)
    space.drop_subscription(_subscription(space, subscription_id).id)
    return NO_CONTENT


def list_registrations(space: Space, request: Request) -> Answer:
    """GET /v2/registrations"""
    require_known(request)
    limit, offset, count = paging(request)
    found, total = space.registrations(_asked_path(request), limit, offset)
    return given([registrations.shown(one, request.now) for one in found], counted(total if count else None))


def create_registration(space: Space, request: Request) -> Answer:
    """POST /v2/registrations"""
    require_known(request)
    require_type(request, JSON)
    paths = reading_paths(request)
    if request.headers.get("fiware-servicepath") and (len(paths) > 1 or paths[0].deep):
        raise bad_request("登録の Fiware-ServicePath に # と , は使えません。")
    path = paths[0].path
    new = registrations.created(read_json(request.body), path)
    space.put_registration(new)
    return made(f"/v2/registrations/{new.id}")


def _registration(space: Space, registration_id: str) -> Registration:
    found = space.registration(subscriptions.require_subscription_id(registration_id))
    if found is None:
        raise not_found(REGISTRATION_MISSING)
    return found


def show_registration(space: Space, request: Request, registration_id: str) -> Answer:
    """GET /v2/registrations/{id}"""
    require_known(request)
    return given(registrations.shown(_registration(space, registration_id), request.now))


def delete_registration(space: Space, request: Request, registration_id: str) -> Answer:
    """DELETE /v2/registrations/{id}"""
    require_known(request)
    space.drop_registration(_registration(space, registration_id).id)
    return NO_CONTENT
