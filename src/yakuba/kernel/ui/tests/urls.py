"""Addresses of the browser tests: the page of components and small pages that move."""

from __future__ import annotations

import time
from collections import Counter

from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import RequestContext, Template
from django.urls import path

from yakuba.kernel.signin.pages.login import StaffLoginView
from yakuba.kernel.ui import components

calls: Counter[str] = Counter()

_FRAME = '{% extends "ui/base.html" %}{% block title %}試し{% endblock %}{% block heading %}試し{% endblock %}{% block content %}'


def _page(request: HttpRequest, content: str, **context: object) -> HttpResponse:
    template = Template(_FRAME + content + "{% endblock %}")
    return HttpResponse(template.render(RequestContext(request, context)))


def slow_form(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        calls["sent " + request.POST.get("act", "")] += 1
        time.sleep(0.7)
        return HttpResponse(status=204)
    return _page(
        request,
        '<form method="post">{% csrf_token %}<button class="button" name="act" value="save" id="send">送る</button></form>',
    )


def moving(request: HttpRequest) -> HttpResponse:
    """Progress that is done at the third look."""
    calls["moving"] += 1
    done = min(calls["moving"], 3)
    return _page(
        request,
        '<div id="live"{% if done < 3 %} hx-get="/moving/" hx-select="#live" hx-swap="outerHTML" hx-trigger="every 200ms"{% endif %}>'
        '{% include "ui/progress.html" with label="読み取り" done=done total=3 only %}</div>',
        done=done,
    )


def expiring(request: HttpRequest) -> HttpResponse:
    """A page whose session ends after the first look."""
    calls["expiring"] += 1
    if calls["expiring"] > 1:
        return HttpResponseRedirect("/login/")
    return _page(
        request,
        '<div id="live" hx-get="/expiring/" hx-select="#live" hx-swap="outerHTML" hx-trigger="every 200ms">動作中</div>',
    )


def failing(request: HttpRequest) -> HttpResponse:
    """A page that loses its server for the second look only."""
    calls["failing"] += 1
    if calls["failing"] == 2:
        return HttpResponse("x", status=503)
    return _page(
        request,
        '<div id="live" hx-get="/failing/" hx-select="#live" hx-swap="outerHTML" hx-trigger="every 600ms"><p>{{ n }}回目</p></div>',
        n=calls["failing"],
    )


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("ledger.view")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404("No Case matches the given query.")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("secret detail")


urlpatterns = [
    path("login/", StaffLoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("ui/components/", components.show, name="ui-components"),
    path("form/", slow_form),
    path("moving/", moving),
    path("expiring/", expiring),
    path("failing/", failing),
    path("403/", denied),
    path("404/", missing),
    path("500/", broken),
    path("400/", suspicious),
]
