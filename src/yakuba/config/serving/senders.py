"""Who sends a request, from its cookie or token alone."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

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
    try:
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    if morsel is None:
        return ""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    user = get_user(request)
    return f"user:{user.pk}" if user.is_authenticated else ""
