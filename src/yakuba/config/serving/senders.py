"""Who sends a request, from its cookie or token alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from yakuba.kernel.api.authentication import token_of


def sender_of(environ: dict[str, Any]) -> str:
    """`user:<id>` of the person whose session or token the request carries, or the empty string for a stranger."""
    try:
        return _by_token(environ) or _by_session(environ)
    finally:
        close_old_connections()


def _by_token(environ: dict[str, Any]) -> str:
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    found = token_of(token.strip()) if kind.lower() == "bearer" else None
    return f"user:{found.user_id}" if found else ""


def _by_session(environ: dict[str, Any]) -> str:
    # As Django reads them: another program's cookie on this host must not hide ours.
    key = parse_cookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return ""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return f"user:{user.pk}" if user.is_authenticated else ""
