"""Where the hours go, and what may take them over."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer
from yakuba.kernel.refusals import Invalid
from yakuba.services.reform.engine.outlook import Outlook, assumptions, first_short, years
from yakuba.services.reform.operations.rounds import OneInventory, inventory_of
from yakuba.services.reform.operations.table import OPERATIONS
from yakuba.services.reform.queries import analysis as queries
from yakuba.services.reform.queries import outlook as outlooks


class ClassHours(BaseModel):
    """Hours a year of one class in one section."""

    section: str
    work_class: str
    hours: float


class MeansOut(BaseModel):
    """What a means may take over, in hours a year. source: of the assumed share."""

    means: str
    label: str
    tasks: int
    hours: float
    freed: float
    left: float
    source: str


class OutlookIn(OneInventory):
    """What is assumed about the years to come."""

    target: int | None = Field(None, description="何年度のことか（西暦）")
    staff: float = Field(0.5, gt=0, le=2, description="その年度の職員の時間（今を1として）")
    work: float = Field(1.0, gt=0, le=3, description="その年度の仕事の量（今を1として）")
    done: int | None = Field(None, description="取組を終える年度（西暦）")


class YearOut(BaseModel):
    """Hours in one year: that staff have, that the work takes as today, and with the steps; short: what lacks then."""

    year: int
    has: float
    needs: float
    with_steps: float
    short: float


class OutlookOut(BaseModel):
    """Year by year, with all that was assumed. first_short: the first year in which hours lack, none where none does."""

    years: list[YearOut]
    first_short: int | None
    assumptions: list[str]


@OPERATIONS.add(
    "課と事務分類ごとの時間", "reform.inventory", "GET inventories/{inventory_id}/hours", command="hours",
    answer=Answer(list[ClassHours], columns={"section": "課", "work_class": "事務分類", "hours": "時間（1年）"}),
)  # fmt: skip
def hours(asked: OneInventory, actor: Actor) -> list[dict[str, Any]]:
    """Hours a year of every section and class."""
    found = queries.hours(inventory_of(asked.inventory_id))
    return [
        {"section": one.name, "work_class": name, "hours": round(one.by_class[name], 2)}
        for one in found.sections
        for name in found.classes
        if name in one.by_class
    ]


@OPERATIONS.add(
    "手段ごとの時間", "reform.inventory", "GET inventories/{inventory_id}/proposals", command="proposals",
    answer=Answer(
        list[MeansOut],
        columns={"label": "手段", "tasks": "作業", "hours": "時間（1年）", "freed": "減る時間", "left": "残る時間"},
    ),
)  # fmt: skip
def proposals(asked: OneInventory, actor: Actor) -> list[dict[str, Any]]:
    """What each means may take over, and what stays with staff."""
    return [
        {"means": one.means.value, "label": one.means.label, "tasks": one.tasks, "source": one.source}
        | {name: round(getattr(one, name), 2) for name in ("hours", "freed", "left")}
        for one in queries.proposals(inventory_of(asked.inventory_id))
    ]


@OPERATIONS.add(
    "職員が減ったときの見通し", "reform.inventory", "GET inventories/{inventory_id}/outlook", command="outlook",
    answer=Answer(OutlookOut),
)  # fmt: skip
def outlook(asked: OutlookIn, actor: Actor) -> dict[str, Any]:
    """Whether the hours will do where staff become fewer, year by year: a what-if."""
    row = inventory_of(asked.inventory_id)
    usual = outlooks.usual(row)
    target = usual.target if asked.target is None else asked.target
    done = usual.done if asked.done is None else asked.done
    given: Outlook = outlooks.with_choices(usual, target, asked.staff, asked.work, done)
    try:
        found = years(given)
    except ValueError as error:
        raise Invalid(str(error), place="年度") from error
    short = first_short(found)
    return {
        "years": [vars(one) | {"short": one.short} for one in found],
        "first_short": short.year if short else None,
        "assumptions": assumptions(given),
    }
