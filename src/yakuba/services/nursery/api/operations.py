"""The router that the modules beside this one add their operations to, and what these share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from yakuba.kernel.api.problems import ApiProblem
from yakuba.services.nursery.contracts import MarketRefused
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import Round, Run
from yakuba.services.nursery.queries import rounds
from yakuba.services.nursery.queries.refusal import Lacking, NotPossible, Unknown

router = Router(tags=["nursery"])
LARGEST_PAGE = 500


class ProblemOut(Schema):
    """One fault: line of the file (0: none), where, and what to do, in Japanese."""

    line: int
    place: str
    reason: str


def round_of(round_id: int) -> Round:
    """The active municipality's round. Raises Http404."""
    found: Round = get_object_or_404(rounds.rounds().select_related("municipality"), pk=round_id)
    return found


def run_of(matching_id: int) -> Run:
    """The active municipality's run. Raises Http404."""
    rows = Run.objects.select_related("round", "rule_set", "snapshot", "base")
    found: Run = get_object_or_404(rows, pk=matching_id)
    return found


@contextmanager
def refusals() -> Iterator[None]:
    """What the room refuses becomes a problem: 404 unknown, 409 not possible now, 422 faults with their places."""
    try:
        yield
    except (RulesRefused, MarketRefused) as error:
        raise ApiProblem(422, "直すところがあります", str(error), errors=_faults(error.problems)) from error
    except Unknown as error:
        raise ApiProblem(404, "見つかりません", str(error)) from error
    except Lacking as error:
        raise ApiProblem(409, "書けない文字があります", str(error), errors=_faults(error.problems)) from error
    except NotPossible as error:
        raise ApiProblem(409, "いまはできません", str(error)) from error


def part(rows: Any, limit: int, offset: int) -> Any:
    """At most 500 rows from `offset` on. Raises ApiProblem."""
    if not (1 <= limit <= LARGEST_PAGE and offset >= 0):
        raise ApiProblem(422, "入力が正しくありません", f"limit は1～{LARGEST_PAGE}、offset は0以上です。")
    return rows[offset : offset + limit]


def _faults(problems: Any) -> list[dict[str, Any]]:
    return [{"line": one.line, "place": one.place, "reason": one.reason} for one in problems]
