"""What leaves a run, for programs: fairness, comparison, what-ifs, files."""

# No `from __future__ import annotations`: ninja reads the annotations of the guarded operations as objects.
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema, Status

from yakuba.kernel.accounts import person_of
from yakuba.kernel.api.authentication import scoped
from yakuba.services.nursery.actions import files, trying
from yakuba.services.nursery.api.operations import router
from yakuba.services.nursery.api.rounds import RunOut
from yakuba.services.nursery.queries import outputs, rules, told
from yakuba.services.nursery.queries.finding import run_of


class ShareOut(Schema):
    """One group. count: applicants; placed: with a wish come true; first: with their first wish; rates from 0 to 1.

    withheld: why there are no numbers, empty where there are.
    """

    label: str
    withheld: str
    count: int | None
    placed: int | None
    first: int | None
    placed_rate: float | None
    first_rate: float | None


class FairnessTableOut(Schema):
    """The groups by one way of dividing the applicants."""

    title: str
    rows: list[ShareOut]


class FairnessOut(Schema):
    """result: run for the calculation as it is, final for what counts after decisions by hand."""

    run: int
    result: str
    tables: list[FairnessTableOut]


class MoveOut(Schema):
    """A child whose place changes. before, after: slots, empty for none; wishes: 0 for none or the seat of today."""

    receipt_number: str
    before: str
    after: str
    wish_before: int
    wish_after: int


class ComparisonOut(Schema):
    """Who moves between two calculations. counts: gains, losses, others and same; others: it cannot be said."""

    before: int
    after: int
    counts: dict[str, int]
    placed_before: int
    placed_after: int
    blocking_before: int
    blocking_after: int
    gains: list[MoveOut]
    losses: list[MoveOut]
    others: list[MoveOut]


class WhatIfIn(Schema):
    """What to try. seats: slot → seats more or fewer; level: child or household; rules: id of another rule set.

    seconds: as many as the calculation that it starts from unless stated.
    """

    seats: dict[str, int] = {}
    level: str = ""
    rules: int | None = None
    label: str = Field("", max_length=120)
    seconds: int | None = Field(None, ge=1, le=3600)
    again: bool = False


@router.get("/runs/{matching_id}/fairness", response=FairnessOut, summary="公平性")
@scoped("nursery.view")
def show_fairness(request: HttpRequest, matching_id: int, result: Literal["run", "final"] = "run") -> Any:
    """Placement and first-wish counts by groups; `final` for the adopted calculation only."""
    run = run_of(matching_id)
    return told.fairness_facts(run, final=result == "final")


@router.get("/runs/{matching_id}/comparison", response=ComparisonOut, summary="二つの計算を比べる")
@scoped("nursery.view")
def show_comparison(request: HttpRequest, matching_id: int, before: int | None = None) -> Any:
    """Who gains and who loses from `before` (of a what-if its base unless stated) to this calculation."""
    run = run_of(matching_id)
    other = outputs.other(run, before)
    return told.comparison_facts(other, run, trying.compare(other, run, actor=person_of(request)))


@router.post("/runs/{matching_id}/what-ifs", response={201: RunOut, 200: RunOut}, summary="もしもを試す")
@scoped("nursery.run")
def start_what_if(request: HttpRequest, matching_id: int, body: WhatIfIn) -> Any:
    """Start a what-if (201), or give the one that tried the same before (200)."""
    run = run_of(matching_id)
    rule_set = None if body.rules is None else rules.rule_set(body.rules)
    asked = body.dict(exclude={"rules"}) | {"rule_set": rule_set}
    tried = trying.try_out(run, actor=person_of(request), **asked)
    return Status(200 if tried.is_done else 201, told.run_facts(tried))


@router.get("/runs/{matching_id}/table.csv", summary="表をCSVで書き出す")
@scoped("nursery.output")
def export_table(
    request: HttpRequest,
    matching_id: int,
    table: str = "children",
    encoding: str = "utf-8",
    accept: bool = False,
) -> Any:
    """A table: children, wishes, slots, waiting, points, shares or (of the adopted calculation) final_shares. encoding: utf-8 or cp932; characters that it
    lacks are told (409) unless `accept`, which puts 〓 for them."""
    run = run_of(matching_id)
    return files.take_table(run, table, encoding, accept=accept, actor=person_of(request)).answer()


@router.get("/runs/{matching_id}/tables.xlsx", summary="すべての表をExcelで書き出す")
@scoped("nursery.output")
def export_workbook(request: HttpRequest, matching_id: int) -> Any:
    """All tables, a sheet each."""
    run = run_of(matching_id)
    return files.take_workbook(run, actor=person_of(request)).answer()
