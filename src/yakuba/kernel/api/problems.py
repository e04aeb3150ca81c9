"""Errors as problem+json (RFC 9457), with Japanese texts for the people behind the program."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse


class ApiProblem(Exception):
    """Raised by an operation; becomes the answer. `detail` says what is wrong and what to do."""

    def __init__(self, status: int, title: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.more = status, title, detail, more


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
