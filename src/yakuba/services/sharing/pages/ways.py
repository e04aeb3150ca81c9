"""The way to a page, as far as whoever looks may go it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from yakuba.kernel.ui.doors import may_open

HOME = [("ホーム", "/")]


def ways(request: HttpRequest, above: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Those pages above that this person may open; the home page where there is none."""
    return [(label, str(url)) for label, url in above if may_open(request.user, str(url))] or HOME
