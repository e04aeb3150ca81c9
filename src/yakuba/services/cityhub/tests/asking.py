"""Requests to the hub within a test's transaction: the same engine, store and rights as over the wire."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions.series import KnownSeries
from yakuba.services.cityhub.actions.space import writing
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.engine.answers import Answer, refused
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld.problems import problem
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.routes import require_shape, route
from yakuba.services.cityhub.queries.space import ReadSpace


@dataclass
class Answered:
    """What came back."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def json(self) -> Any:
        return json.loads(self.answer.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])

    def header(self, name: str) -> str:
        return dict(self.answer.headers)[name]


def ask(
    method: str,
    path: str,
    body: Any = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    round_: int = 1,
) -> Answered:
    """One request. body: a JSON value, or bytes as they are; headers: names in lower case."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = {"content-type": "application/json"} | (headers or {})
    request = Request(method, path, query or {}, given, content, time.time())
    town = current_municipality().pk
    try:
        where = route(method, path)
        require_shape(request)
    except NgsiError as error:
        return Answered(problem(error) if request.is_ld else refused(error))
    if where.reads:
        return Answered(where(ReadSpace(town, request.now), request))
    with writing(town, time.time(), KnownSeries(), Watches()) as space:
        space.occasion = Occasion("", "test", round_)
        return Answered(where(space, request))
