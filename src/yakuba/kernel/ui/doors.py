"""Whether a person may open an address: pages show no link that would be refused."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, URLResolver, get_resolver, get_urlconf

from yakuba.kernel.accounts import allowed

KNOWN = 4096  # shapes of addresses that are remembered
_NUMBER = re.compile(r"(?<=/)[0-9]+(?=/)")


def may_open(user: Any, url: str) -> bool:
    """Whether the page at `url` (of this house, with or without query and fragment) asks for a permission that the
    person holds. An address that leads nowhere opens for nobody."""
    path = urlsplit(url).path
    if not path:
        return True  # a place on the same page
    known, permission = _asked(get_resolver(get_urlconf()), _shape(path))
    return known and (permission is None or allowed(user, permission))


def _shape(path: str) -> str:
    """The path with other digits in place of each whole number between two strokes: it leads to the same page, of another row.
    No address of the house has a number as a word of its own (tests/test_links.py)."""
    return _NUMBER.sub(lambda number: "1" * len(number[0]), path)


@lru_cache(maxsize=KNOWN)
def _asked(resolver: URLResolver, shape: str) -> tuple[bool, str | None]:
    """Whether a page is there, and the permission it asks for. Remembered by resolver, so that other addresses, as tests
    have them, are other ones: a page lists a hundred links, and finding the page behind each took a seventh of its time."""
    try:
        view = resolver.resolve(shape).func
    except Resolver404:
        return False, None
    return True, getattr(view, "yakuba_permission", None)
