"""Which request goes where, and whether it only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from yakuba.services.cityhub.engine import batch_routes, entity_routes, subscription_routes
from yakuba.services.cityhub.engine.answers import JSON, Answer, given, refused
from yakuba.services.cityhub.engine.errors import NgsiError, bad_request
from yakuba.services.cityhub.engine.ld import routes as ld_routes
from yakuba.services.cityhub.engine.ld.bodies import require_accept
from yakuba.services.cityhub.engine.ld.problems import invalid, problem
from yakuba.services.cityhub.engine.requests import Request, service_of
from yakuba.services.cityhub.engine.space import Space

Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Route:
    """A handler with what the address names. reads: nothing is written by it; ld: errors are told as NGSI-LD does."""

    handler: Handler
    names: tuple[str, ...]
    reads: bool
    ld: bool = False

    def __call__(self, space: Space, request: Request) -> Answer:
        """What is answered; errors of the request too."""
        try:
            return self.handler(space, request, *self.names)
        except NgsiError as error:
            return problem(error) if self.ld else refused(error)


def entry_points(space: Space, request: Request) -> Answer:
    """GET /v2"""
    names = ("entities", "types", "subscriptions", "registrations")
    return given({f"{name}_url": f"/v2/{name}" for name in names})


_TABLE: dict[tuple[str, ...], dict[str, Handler]] = {
    (): {"GET": entry_points},
    ("entities",): {"GET": entity_routes.list_entities, "POST": entity_routes.create_entity},
    ("entities", ""): {"GET": entity_routes.show_entity, "DELETE": entity_routes.delete_entity},
    ("entities", "", "attrs"): {
        "GET": entity_routes.show_attributes,
        "POST": entity_routes.append_attributes,
        "PATCH": entity_routes.patch_attributes,
        "PUT": entity_routes.replace_attributes,
    },
    ("entities", "", "attrs", ""): {
        "GET": entity_routes.show_attribute,
        "PUT": entity_routes.put_attribute,
        "DELETE": entity_routes.delete_attribute,
    },
    ("entities", "", "attrs", "", "value"): {
        "GET": entity_routes.show_value,
        "PUT": entity_routes.put_value,
    },
    ("types",): {"GET": entity_routes.list_types},
    ("types", ""): {"GET": entity_routes.show_type},
    ("subscriptions",): {
        "GET": subscription_routes.list_subscriptions,
        "POST": subscription_routes.create_subscription,
    },
    ("subscriptions", ""): {
        "GET": subscription_routes.show_subscription,
        "PATCH": subscription_routes.update_subscription,
        "DELETE": subscription_routes.delete_subscription,
    },
    ("registrations",): {
        "GET": subscription_routes.list_registrations,
        "POST": subscription_routes.create_registration,
    },
    ("registrations", ""): {
        "GET": subscription_routes.show_registration,
        "DELETE": subscription_routes.delete_registration,
    },
    ("op", "update"): {"POST": batch_routes.update},
    ("op", "query"): {"POST": batch_routes.query},
    ("op", "notify"): {"POST": batch_routes.notify},
}
_READS = (batch_routes.query,)
_WITH_BODY = ("POST", "PUT", "PATCH")


def route(method: str, path: str) -> Route:
    """Where a request goes. path: as it came, still encoded. Raises NgsiError 400, 405."""
    parts = path.split("/")[1:]
    if parts and not parts[-1]:
        parts.pop()
    if parts[:2] == ["ngsi-ld", "v1"]:
        return _in(ld_routes.TABLE, method, parts[2:], ld=True)
    if not parts or parts[0] != "v2":
        raise _unknown()
    return _in(_TABLE, method, parts[1:], ld=False)


def _in(
    table: dict[tuple[str, ...], dict[str, Handler]], method: str, words: list[str], *, ld: bool
) -> Route:
    for pattern, methods in table.items():
        if len(pattern) != len(words):
            continue
        if all(not word or word == other for word, other in zip(pattern, words, strict=True)):
            return _by_method(method, methods, pattern, words, ld=ld)
    if ld:
        raise NgsiError(404, "ResourceNotFound", "この住所（URL）はありません。綴りを確かめてください。")
    raise _unknown()


def _unknown() -> NgsiError:
    return bad_request(
        "この住所（URL）はありません。/v2/entities、/ngsi-ld/v1/entities などの綴りを確かめてください。"
    )


def _by_method(
    method: str, methods: dict[str, Handler], pattern: tuple[str, ...], words: list[str], *, ld: bool
) -> Route:
    handler = methods.get(method)
    if handler is None:
        allow = ", ".join(sorted(methods))
        raise NgsiError(405, "MethodNotAllowed", f"ここで使える方法は {allow} です。", (("Allow", allow),))
    names = tuple(unquote(other) for word, other in zip(pattern, words, strict=True) if not word)
    return Route(handler, names, method == "GET" or handler in (*_READS, *ld_routes.READS), ld)


def require_shape(request: Request) -> None:
    """What every request must have: a body where one is needed, an answer that is understood, a proper service. Raises
    NgsiError 400, 406, 411. NGSI-LD says InvalidRequest for a lacking body."""
    if request.is_ld:
        if request.method in _WITH_BODY and not request.body:
            raise invalid("本文がありません。JSON を送ってください。")
        service_of(request)
        require_accept(request)
        return
    if request.method in _WITH_BODY and not request.body:
        raise NgsiError(411, "ContentLengthRequired", "Zero/No Content-Length in PUT/POST/PATCH request")
    service_of(request)
    accept = request.headers.get("accept", "")
    if accept and not request.path.endswith("/value"):
        kinds = [part.split(";")[0].strip() for part in accept.split(",")]
        if not {JSON, "*/*", "application/*"} & set(kinds):
            raise NgsiError(406, "NotAcceptable", "accepted MIME types: application/json")
