"""Errors as problem+json (RFC 9457), with Japanese texts for the people behind the program."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from yakuba.kernel.refusals import Refused


class ApiProblem(Refused):
    """A refusal that only the API knows, with a status and a title of its own; `more` adds members."""

    def __init__(self, status: int, title: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self._told = {"title": title, "status": status} | more

    def facts(self) -> dict[str, Any]:
        """Its own members over those of every refusal."""
        return super().facts() | self._told


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """What the house refuses, as the answer to a program."""
    return problem(request, **error.facts())


def problem(request: HttpRequest, status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """The answer itself; `more` adds members of its own."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    text = json.dumps(body | more, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type="application/problem+json; charset=utf-8")
