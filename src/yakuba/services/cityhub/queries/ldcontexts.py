"""Contexts of NGSI-LD that are kept. Parsed ones stay at hand: a row never changes, and its number names it."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from typing import Any

from django.db.models import Q

from yakuba.services.cityhub.engine.space import KeptContext
from yakuba.services.cityhub.models import LdContext

MOST_PARSED = 128
_OWN = re.compile(r"(?:https?://[^/]+)?/ngsi-ld/v1/jsonldContexts/([0-9a-f]{24})\Z")
_parsed: OrderedDict[int, Any] = OrderedDict()
_lock = threading.Lock()


def content(url: str) -> tuple[int, Any] | None:
    """See `engine.space.Space.context`."""
    own = _OWN.match(url)
    which = Q(url=url) if own is None else Q(url=url) | Q(identifier=own.group(1))
    key = (
        LdContext.objects.filter(which & ~Q(url="", identifier=""))
        .order_by("pk")
        .values_list("pk", flat=True)
        .first()
    )
    if key is None:
        return None
    with _lock:
        if key in _parsed:
            return key, _parsed[key]
    text = LdContext.objects.filter(pk=key).values_list("content", flat=True).first()
    if text is None:
        return None
    body = json.loads(text)
    with _lock:
        _parsed[key] = body
        while len(_parsed) > MOST_PARSED:
            _parsed.popitem(last=False)
    return key, body


def kept() -> list[KeptContext]:
    """See `engine.space.Space.contexts`."""
    rows = LdContext.objects.order_by("pk").values_list("identifier", "url", "created_at")
    return [KeptContext(*row) for row in rows]
