"""`/ngsi-ld/v1/jsonldContexts` (ETSI GS CIM 009, 5.13, 6.29–6.30): contexts that are kept here, since none is ever fetched.

What is brought may be given the address by which clients name it (`?url=`, an addition of ours); else its address is that of
this resource.
"""

from __future__ import annotations

import re
from typing import Any

from yakuba.services.cityhub.engine.answers import NO_CONTENT, Answer, given, made
from yakuba.services.cityhub.engine.ld import contexts
from yakuba.services.cityhub.engine.ld.bodies import body_of, require_known
from yakuba.services.cityhub.engine.ld.core import CORE_URL, document, is_core
from yakuba.services.cityhub.engine.ld.names import is_uri
from yakuba.services.cityhub.engine.ld.problems import already_exists, bad_data, missing, unsupported
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.space import KeptContext, Space

ROOT = "/ngsi-ld/v1/jsonldContexts/"
LONGEST_URL = 1_000
MOST = 1_000  # of one town
_KINDS = ("hosted", "cached", "implicitlycreated")


def list_contexts(space: Space, request: Request) -> Answer:
    """GET /ngsi-ld/v1/jsonldContexts"""
    require_known(request, "details", "kind")
    kind = request.query.get("kind", "hosted").lower()
    if kind not in _KINDS:
        raise bad_data("kind は Hosted・Cached・ImplicitlyCreated のどれかにしてください。")
    found = space.contexts() if kind == "hosted" else []
    if _wants_details(request):
        return given([_details(one) for one in found])
    return given([_address(one) for one in found])


def _wants_details(request: Request) -> bool:
    if request.query.get("details", "false") not in ("true", "false"):
        raise bad_data("details は true か false にしてください。")
    return request.query.get("details") == "true"


def _address(one: KeptContext) -> str:
    return one.url or ROOT + one.id


def _details(one: KeptContext) -> dict[str, Any]:
    return {"URL": _address(one), "localId": one.id, "kind": "Hosted", "timestamp": written(one.created)}


def add_context(space: Space, request: Request) -> Answer:
    """POST /ngsi-ld/v1/jsonldContexts"""
    require_known(request, "url")
    body = body_of(request)
    if not isinstance(body, dict) or "@context" not in body:
        raise bad_data('本文は {"@context": …} の形にしてください。')
    url = request.query.get("url", "")
    if url:
        if not is_uri(url) or not url.startswith(("http://", "https://")) or len(url) > LONGEST_URL:
            raise bad_data(
                f"url は http:// か https:// で始まる、{LONGEST_URL}文字までのアドレスにしてください。"
            )
        if is_core(url):
            raise bad_data("NGSI-LD のコアの @context は、はじめから入っています。")
        if space.context(url) is not None:
            raise already_exists(url)
    if len(space.contexts()) >= MOST:
        raise bad_data(f"@context は{MOST:,}個まで預かります。使わないものを消してください。")
    contexts.read(body["@context"], space)  # what cannot be used later is refused now
    return made(ROOT + space.put_context(url, body["@context"]))


def show_context(space: Space, request: Request, name: str) -> Answer:
    """GET /ngsi-ld/v1/jsonldContexts/{id or URL}"""
    require_known(request, "details")
    if is_core(name):
        if _wants_details(request):
            return given({"URL": CORE_URL, "localId": "core", "kind": "Cached", "timestamp": written(0)})
        return given(document())
    one = _kept(space, name)
    if _wants_details(request):
        return given(_details(one))
    found = space.context(_address(one))
    if found is None:
        raise missing(name)
    return given({"@context": found[1]})


def delete_context(space: Space, request: Request, name: str) -> Answer:
    """DELETE /ngsi-ld/v1/jsonldContexts/{id or URL}"""
    require_known(request, "reload")
    if request.query.get("reload", "false") != "false":
        raise unsupported(
            "reload はできません（外へ取りに行くことはしません）。消してから、新しい内容を預けてください。"
        )
    if is_core(name):
        raise bad_data("NGSI-LD のコアの @context は消せません。")
    space.drop_context(_kept(space, name).id)
    return NO_CONTENT


def _kept(space: Space, name: str) -> KeptContext:
    own = re.sub(r"^https?://[^/]+" + re.escape(ROOT), "", name)
    for one in space.contexts():
        if own == one.id or name == one.url:
            return one
    raise missing(f"@context {name}")
