"""`/health/…` and `/metrics`: asked by programs, without a person.

Strangers hear one word. What is wrong, and every figure, is for the addresses and the token that the installation
names; it names none by default."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from yakuba.kernel.addresses import is_within, networks
from yakuba.kernel.monitoring import health, metrics

OK, NOT_OK = "ok\n", "not ok\n"
PLAIN = "text/plain; charset=utf-8"


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Whether the program answers at all. Nothing else is asked: whoever starts it anew when this fails should not do
    so because the database is away."""
    return HttpResponse(OK, content_type=PLAIN)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether work can be done here: 200 or 503. Which check does not hold is told only to who may watch."""
    held = health.checks()
    status = 200 if all(held.values()) else 503
    if may_watch(request):
        return JsonResponse({"ok": status == 200, "checks": held}, status=status)
    return HttpResponse(OK if status == 200 else NOT_OK, status=status, content_type=PLAIN)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, or 404 as if there were no such page."""
    if not may_watch(request):
        return HttpResponse("not found\n", status=404, content_type=PLAIN)
    return HttpResponse(metrics.text(), content_type=metrics.MEDIA_TYPE)


def may_watch(request: HttpRequest) -> bool:
    """Whether it is asked from a named address or with the token."""
    return _comes_from_a_watcher(request) or _brings_the_token(request)


def _comes_from_a_watcher(request: HttpRequest) -> bool:
    return is_within(request.META.get("REMOTE_ADDR", ""), networks(settings.YAKUBA.metrics_addresses))


def _brings_the_token(request: HttpRequest) -> bool:
    token = settings.YAKUBA.metrics_token or ""
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(said.encode(), token.encode())
