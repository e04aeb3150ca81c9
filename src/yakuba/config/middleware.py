"""What holds for every answer and every request, whichever room they belong to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.db import DatabaseError, DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from yakuba.kernel.api.problems import problem
from yakuba.kernel.outbound import part

GetResponse = Callable[[HttpRequest], HttpResponseBase]
LARGEST = 2**63 - 1  # the largest number of a row in both databases
# Digits of any script: Python reads them as numbers. HUGE is too large for either database; LONG may be too large for
# a smaller column of PostgreSQL, which then answers with DataError; of VAST not even Python makes a number.
HUGE, LONG = re.compile(r"\d{19}"), re.compile(r"\d{10}")
VAST = re.compile(rf"\d{{{sys.int_info.default_max_str_digits}}}")
# Kinds of faults, and the numbers that explain them.
EXPLAINED = (((OverflowError, DataError), LONG), (DatabaseError, HUGE), (ValueError, VAST))
API = "/api/"


class KeptByNobody:
    """No browser and no proxy keeps a page, a picture or a download: they show residents, and the next person at the
    PC would find them in the cache or with the button "back". Static files are answered before this."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            answer.headers["Cache-Control"] = "private, no-store"
        return answer


class OnlyItsPart:
    """Of a service that is two installations (`kernel.outbound.part`) each answers its own addresses; of the others it is as if
    they were not there, whoever asks. The outside has a list of what is there, so that a new page is inside only."""

    OUTSIDE = re.compile(
        r"/(apply/(?![^/]+/tablet/)|ask/|report/|health(/|\Z)|metrics\Z|exchange/line/|static/)"
    )
    NOT_INSIDE = re.compile(
        r"/(apply/(?![^/]+/tablet/)|ask/|report/|exchange/line/|opendata/|levels/|shared-survey/|field-advice/)"
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self.is_here(request.path_info):
            return HttpResponse("見つかりません。\n", status=404, content_type="text/plain; charset=utf-8")
        return self.get_response(request)

    @classmethod
    def is_here(cls, path: str) -> bool:
        """Whether the address belongs to this installation's part."""
        if part.is_outside():
            return cls.OUTSIDE.match(path) is not None
        return not (part.is_inside() and cls.NOT_INSIDE.match(path))


class PlausibleInput:
    """Refuses what no database holds: a NUL anywhere (400) and a number in the address that is larger than any row's
    (404) before a room sees them, such a number elsewhere (400) when the database has refused it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: list[Any], named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Raises Http404 and BadRequest; the API gets its own form of them."""
        program = request.path.startswith(API)
        if not all(map(_may_exist, (*arguments, *named.values()))):
            if program:
                return problem(request, 404, "見つかりません", "番号を確かめてください。")
            raise Http404
        if _holds_nul(request):
            if program:
                return problem(request, 400, "入力が正しくありません", "使えない文字（NUL）が入っています。")
            raise BadRequest("a NUL in the input")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """A fault of the program stays one, unless the input explains it. Raises BadRequest."""
        number = next((pattern for kinds, pattern in EXPLAINED if isinstance(error, kinds)), None)
        if number is None or not _holds(request, number):
            return None
        if request.path.startswith(API):
            return problem(request, 422, "入力が正しくありません", "数が大きすぎます。確かめてください。")
        raise BadRequest("a number that no row can hold") from error


def _may_exist(argument: Any) -> bool:
    if isinstance(argument, int):
        return argument <= LARGEST
    text = str(argument)
    if "\0" in text:
        return False
    digits = text.removeprefix("-")
    return not (digits.isascii() and digits.isdigit()) or (len(digits) < 20 and int(digits) <= LARGEST)


def _holds_nul(request: HttpRequest) -> bool:
    if _any_nul(request.GET):
        return True
    if request.content_type == "application/json":
        return b"\0" in request.body or rb"\u0000" in request.body
    names = (file.name or "" for files in request.FILES.lists() for file in files[1])
    return _any_nul(request.POST) or any("\0" in name for name in names)


def _holds(request: HttpRequest, number: re.Pattern[str]) -> bool:
    given = [text for values in (request.GET, request.POST) for _, texts in values.lists() for text in texts]
    if request.content_type == "application/json":
        given.append(request.body.decode(errors="replace"))
    return any(number.search(text) for text in given)


def _any_nul(given: Any) -> bool:
    return any("\0" in text for key, texts in given.lists() for text in (key, *texts))
