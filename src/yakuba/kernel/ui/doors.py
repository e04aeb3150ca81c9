"""Whether a person may open an address: pages show no link that would be refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from yakuba.kernel.accounts import allowed


def may_open(user: Any, url: str) -> bool:
    """Whether the page at `url` (of this house, with or without query and fragment) asks for a permission that the
    person holds. An address that leads nowhere opens for nobody."""
    path = urlsplit(url).path
    if not path:
        return True  # a place on the same page
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    permission = getattr(view, "yakuba_permission", None)
    return permission is None or allowed(user, permission)
