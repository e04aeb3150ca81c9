"""Forecasts of numbers and what follows from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.outreach.actions import forecasts as actions
from yakuba.services.outreach.engine import forecasts
from yakuba.services.outreach.models import NumberSeries
from yakuba.services.outreach.operations.table import OPERATIONS

LARGEST = 10_000_000


class NumberSeriesIn(BaseModel):
    """A series."""

    file: Upload = Field(description="数の表（年月、値）")
    name: str = Field(min_length=1, max_length=120, description="名前")
    unit: str = Field("件", max_length=20, description="単位")
    steps: int = Field(12, ge=1, le=24, description="何期先まで予測するか")


class OneNumberSeries(BaseModel):
    """A series."""

    number_series_id: int = Field(description="数の番号")


class StaffingIn(OneNumberSeries):
    """What a case takes and what people cost."""

    step: int = Field(1, ge=1, le=24, description="何期先か")
    minutes: float = Field(gt=0, le=10_000, description="一件にかかる分")
    hours: Annotated[float, Word("--hours")] = Field(
        140, gt=0, le=10_000, description="一人が一期に使える時間"
    )
    wage: Annotated[float, Word("--wage")] = Field(
        300_000, ge=0, le=1e8, description="一人の一期の費用（円）"
    )
    overtime: Annotated[float, Word("--overtime")] = Field(
        3_000, ge=0, le=1e6, description="残った一時間の費用（円）"
    )


class NumberSeriesOut(BaseModel):
    """A series. result: chosen method, for each method the mean size of its errors, forecasts with low and high end."""

    id: int
    name: str
    unit: str
    state: str
    state_label: str
    season: int
    steps: int
    periods: list[str]
    values: list[float]
    result: dict[str, Any]
    reason: str


class StaffingOut(BaseModel):
    """A number of people. cost: expected, yen; over: how often work is left; left: hours left on the average."""

    staff: int
    cost: float
    over: float
    left: float
    best: bool


COLUMNS = {"id": "番号", "name": "数", "state_label": "状態"}


def series_facts(row: NumberSeries) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("name", "unit", "state", "season", "steps", "periods", "values", "result", "reason")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def series_of(number: int) -> NumberSeries:
    """Raises Missing."""
    return one(NumberSeries.objects.all(), number)


def _so_far(row: NumberSeries) -> tuple[int, int, bool]:
    work = work_of(actions.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_SERIES = Answer(NumberSeriesOut, series_facts, COLUMNS, fault=lambda facts: facts["reason"])


@OPERATIONS.add(
    "予測する数の一覧",
    "outreach.forecast",
    "GET series",
    command="series list",
    answer=Answer(list[NumberSeriesOut], columns=COLUMNS),
)
def list_series(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [series_facts(row) for row in asked.of(NumberSeries.objects.order_by("-pk"))]


@OPERATIONS.add(
    "数の予測", "outreach.forecast", "GET series/{number_series_id}", command="series show", answer=A_SERIES
)
def show_series(asked: OneNumberSeries, actor: Actor) -> NumberSeries:
    """Forecast, interval, and how wrong each method was."""
    return series_of(asked.number_series_id)


@OPERATIONS.add(
    "数の表を入れて予測する", "outreach.forecast", "POST series", command="series load", status=201, answer=A_SERIES, event="outreach.series_taken",
    trace=lambda asked, row: Trace(f"numberseries:{row.pk}"), work=Work("予測", progress=_so_far),
)  # fmt: skip
def load_series(asked: NumberSeriesIn, actor: Actor) -> NumberSeries:
    """Counts by month or fiscal year, without a hole."""
    data = asked.file.read(LARGEST)
    return actions.take(
        asked.name,
        asked.unit,
        data,
        asked.steps,
        actor=actor,
        renamed=renaming_of(data, "outreach.series", actions.COLUMNS),
    )


@OPERATIONS.add(
    "人員の案を比べる", "outreach.forecast", "GET series/{number_series_id}/staffing", command="series staffing",
    answer=Answer(list[StaffingOut], columns={"staff": "人", "cost": "費用（円）", "over": "足りない割合", "best": "いちばん安い"}),
)  # fmt: skip
def staffing(asked: StaffingIn, actor: Actor) -> list[dict[str, Any]]:
    """What each number of people costs over all that happened in the back-test, not over the line alone."""
    row = series_of(asked.number_series_id)
    if not row.result:
        raise Conflict("予測が、まだできていません。")
    if asked.step > row.result["steps"]:
        raise Invalid(f"予測は{row.result['steps']}期先までです。")
    needs = forecasts.Needs(asked.minutes, asked.hours, asked.wage, asked.overtime)
    line = row.result["lines"][row.result["chosen"]][asked.step - 1]
    found = forecasts.plans(line, row.result["errors"][asked.step - 1], needs)
    cheapest = min(found, key=lambda plan: plan.cost)
    return [asdict(plan) | {"best": plan == cheapest} for plan in found]
