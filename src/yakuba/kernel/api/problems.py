"""Errors as problem+json (RFC 9457), with Japanese texts for the people behind the program."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from yakuba.kernel.operations.arguments import reason_of
from yakuba.kernel.refusals import Problem, Refused

MEDIA_TYPE = "application/problem+json"
REFERENCES = "#/components/schemas/{model}"
REFUSAL = {
    "description": "断られたとき（RFC 9457）",
    "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCES.format(model="RefusalOut")}}},
}


class ProblemOut(BaseModel):
    """One of several things wrong: line of the file (0: none), where, and what to do, in Japanese."""

    line: int
    place: str
    reason: str


class ErrorOut(ProblemOut):
    """The same with its sentence."""

    message: str


class RefusalOut(BaseModel):
    """Why nothing was done (RFC 9457). place: where it is wrong; remedy: what to do, where `detail` does not say it alone;
    errors: each of many. Some refusals have further members."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    place: str = ""
    remedy: str = ""
    errors: list[ErrorOut] = []


def schemas() -> dict[str, Any]:
    """Name → JSON schema of what stands in every refusal."""
    described = RefusalOut.model_json_schema(ref_template=REFERENCES)
    return {**described.pop("$defs"), "RefusalOut": described}


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


def unreadable(fault: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with a field of the request, for people and for programs: `loc` and `type` as pydantic names them."""
    told = Problem(0, str(fault["loc"][-1]) if fault["loc"] else "", reason_of(fault))
    return {key: fault[key] for key in ("type", "loc", "msg") if key in fault} | told.facts()


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
    return HttpResponse(text, status=status, content_type=f"{MEDIA_TYPE}; charset=utf-8")
