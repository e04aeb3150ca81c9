"""Bodies, contexts and answers of NGSI-LD requests (ETSI GS CIM 009, 6.3.4–6.3.6)."""

from __future__ import annotations

import re
from typing import Any

from yakuba.services.cityhub.engine.answers import JSON, Answer, dumped
from yakuba.services.cityhub.engine.entity_routes import accepted_by
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.ld import contexts
from yakuba.services.cityhub.engine.ld.contexts import CORE, Context
from yakuba.services.cityhub.engine.ld.core import CORE_URL
from yakuba.services.cityhub.engine.ld.problems import bad_data, invalid
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.space import Space

LD_JSON = "application/ld+json"
GEO_JSON = "application/geo+json"
MERGE_PATCH = "application/merge-patch+json"
REL = "http://www.w3.org/ns/json-ld#context"
LONGEST_WARNING = 4_000
_PLACED = re.compile(r"/ngsi-ld/v1/(entities(/[^/]+)?|entityOperations/query)/?\Z")  # which answer GeoJSON
_LINK = re.compile(r"<([^<>]*)>([^<]*)")


def linked(request: Request) -> str | None:
    """The address of the context that the Link header names. Raises NgsiError 400 for several."""
    found = [
        url.strip()
        for url, rest in _LINK.findall(request.headers.get("link", ""))
        if re.search(r"rel\s*=\s*\"?" + re.escape(REL), rest)
    ]
    if len(found) > 1:
        raise bad_data("Link ヘッダーの @context は一つだけにしてください。")
    return found[0] if found else None


def context_of(request: Request, space: Space) -> Context:
    """The context of a request without a body. Raises NgsiError 400, 503."""
    url = linked(request)
    return CORE if url is None else contexts.read(url, space)


def content_type(request: Request, *allowed: str) -> str:
    """The kind of the body. Raises NgsiError 415."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    allowed = allowed or (JSON, LD_JSON, MERGE_PATCH)
    if given not in allowed:
        raise NgsiError(
            415, "UnsupportedMediaType", f"Content-Type は {' か '.join(allowed)} にしてください。"
        )
    return given


def body_of(request: Request) -> Any:
    """The JSON of the body; a name stands once in each object. Raises NgsiError 400, 415."""
    content_type(request)
    return read_json(request.body, each_once=True)


def object_of(request: Request, space: Space) -> tuple[dict[str, Any], Context]:
    """A body that is one object, and its context. Raises NgsiError 400, 415, 503."""
    body = body_of(request)
    if not isinstance(body, dict):
        raise bad_data("本文は JSON のオブジェクトにしてください。")
    return body, context_for(body, request, space)


def context_for(body: Any, request: Request, space: Space) -> Context:
    """The context of an object of the body, which comes from the object itself or from the Link header, by the content type.
    Raises NgsiError 400, 503."""
    own = isinstance(body, dict) and "@context" in body
    if content_type(request) == LD_JSON:
        if linked(request) is not None:
            raise bad_data("application/ld+json では、@context を本文に書き、Link ヘッダーを外してください。")
        if not own:
            raise bad_data("application/ld+json の本文に @context がありません。")
        return contexts.read(body["@context"], space)
    if own:
        raise bad_data("@context を本文に書くときは Content-Type を application/ld+json にしてください。")
    return context_of(request, space)


def require_accept(request: Request) -> None:
    """Raises NgsiError 406."""
    text = request.headers.get("accept", "")
    kinds = [JSON, LD_JSON, *([GEO_JSON] if _PLACED.match(request.path) else [])]
    if text and not {*kinds, "application/*", "*/*"} & set(accepted_by(text)):
        raise NgsiError(406, "NotAcceptable", f"Accept は {'・'.join(kinds)} のどれかにしてください。")


def _wants_context(request: Request, context: Context) -> bool:
    for kind in accepted_by(request.headers.get("accept", "")):
        if kind == LD_JSON:
            return True
        if kind == JSON:
            return False
        if kind in ("*/*", "application/*"):
            # A context that has no address of its own can only stand in the body.
            return not isinstance(context.source, str)
    return False


def answer_context(request: Request, context: Context) -> Context:
    """In which context an answer is written: plain JSON has room for an address only."""
    if isinstance(context.source, str) or _wants_context(request, context):
        return context
    return CORE


def source_of(context: Context) -> Any:
    """`@context` of a body: what the request named, and the core context behind it."""
    source = context.source
    if source == CORE_URL:
        return CORE_URL
    listed = source if isinstance(source, list) else [source]
    return [*listed, CORE_URL] if CORE_URL not in listed else listed


def link_of(context: Context) -> tuple[str, str]:
    """The Link header of an answer."""
    return "Link", f'<{context.source}>; rel="{REL}"; type="{LD_JSON}"'


def answer(
    request: Request,
    value: Any,
    context: Context,
    headers: tuple[tuple[str, str], ...] = (),
    status: int = 200,
) -> Answer:
    """A value (one object or a list of them) that is written in this context (see `answer_context`)."""
    if _wants_context(request, context):
        own = {"@context": source_of(context)}
        value = [one | own for one in value] if isinstance(value, list) else value | own
        return Answer(status, dumped(value), LD_JSON, headers)
    return Answer(status, dumped(value), JSON, (*headers, link_of(context)))


def warned(reasons: list[str]) -> tuple[tuple[str, str], ...]:
    """A header with what an answer leaves out and why. Headers take no Japanese: percent-encoded UTF-8 (RFC 8187 likewise)."""
    if not reasons:
        return ()
    from urllib.parse import quote

    text = quote(" / ".join(reasons), safe=" /:,.")[:LONGEST_WARNING]
    return (("NGSILD-Warning", f'199 yakuba-cityhub "{text}"'),)


def require_known(request: Request, *names: str) -> None:
    """Raises NgsiError 400 for a parameter that means nothing here, or is empty."""
    for name, value in request.query.items():
        if name not in names:
            raise invalid(
                f"URL の {name} はここでは使えません。使えるのは {'・'.join(names) or 'なし'} です。"
            )
        if not value:
            raise bad_data(f"URL の {name} が空です。値を書くか、{name} を除いてください。")
