"""What can be done with the effect, declared once for API and command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Rows
from yakuba.services.reform import queries
from yakuba.services.reform.contracts import Baseline
from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.operations.table import OPERATIONS

MINUTES = {
    "before": "前（分）",
    "person": "今・職員（分）",
    "machine": "今・機械（分）",
    "saved": "減った時間（分）",
}
COLUMNS = {"title": "手続", "cases": "件数"} | MINUTES | {"rate": "削減率"}


Minutes = Annotated[float, AfterValidator(lambda minutes: round(minutes, 2))]


class EffectOut(BaseModel):
    """Before and now, in minutes, rounded to a hundredth. person: of staff; assumed: the part of it that was not measured; machine: of programs;
    rate: the saved share of the time before, none without a case."""

    procedure: str
    title: str
    cases: int
    baseline: Baseline
    person: Minutes
    assumed: Minutes
    machine: Minutes
    before: Minutes
    saved: Minutes
    rate: Annotated[float, AfterValidator(lambda share: round(share, 4))] | None


class EffectsOut(BaseModel):
    """Every procedure, and their sum."""

    procedures: list[EffectOut]
    total: EffectOut


def _tables(facts: dict[str, Any]) -> Iterator[Rows]:
    yield Rows([_row(one) for one in [*facts["procedures"], facts["total"]]], COLUMNS)


def _row(effect: dict[str, Any]) -> dict[str, str]:
    minutes = {name: f"{effect[name]:,.1f}" for name in MINUTES}
    rate = "―" if effect["rate"] is None else f"{effect['rate']:.1%}"
    return {"title": effect["title"], "cases": f"{effect['cases']:,}", "rate": rate} | minutes


@OPERATIONS.add(
    "手続ごとの効果",
    "reform.view",
    "GET effects",
    command="effect",
    help="手続ごとに、前と今の時間、減った時間と率を出す",
    answer=Answer(EffectsOut, tables=_tables),
)
def effects(asked: Nothing, actor: Actor) -> EffectsOut:
    """Before and now for each procedure, in minutes, and their sum."""
    rows = queries.effects()
    return EffectsOut.model_validate({"procedures": rows, "total": total(rows)}, from_attributes=True)
