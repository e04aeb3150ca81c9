"""Forecasts of series."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part
from yakuba.services.cityhub.actions import forecasts as actions
from yakuba.services.cityhub.engine.forecasting import MOST_AHEAD
from yakuba.services.cityhub.models import Forecast
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import forecasts as queries

LARGEST = 1e12


class ForecastIn(BaseModel):
    """A series that is reckoned ahead."""

    series_id: int = Field(description="系列の番号")
    title: str = Field(min_length=1, max_length=80, description="題名")
    ahead: int = Field(24, ge=1, le=MOST_AHEAD, description="何時間先まで")
    least: float | None = Field(None, ge=-LARGEST, le=LARGEST, description="下限")
    most: float | None = Field(None, ge=-LARGEST, le=LARGEST, description="上限")
    spaces: int | None = Field(None, ge=1, le=100_000, description="駐車場の台数")
    counts_free: bool = Field(True, description="true：値は空きの台数、false：入っている台数")
    nearly: int = Field(0, ge=0, le=100_000, description="空きがこの台数以下なら混雑")


class OneForecast(BaseModel):
    """A forecast."""

    forecast_id: int = Field(description="見込みの番号")


class ForecastOut(BaseModel):
    """A forecast. made_at: empty before the first; points: a way → a value
    for each hour ahead; inside: share of the last month's forecasts that came true within their interval."""

    id: int
    title: str
    entity: str
    attribute: str
    made_at: str
    used: str
    points: dict[str, list[float]]
    low: list[float | None]
    high: list[float | None]
    inside: float | None
    hours: int
    trouble: str


COLUMNS = {
    "id": "番号",
    "title": "題名",
    "entity": "実体",
    "inside": "幅に入った割合",
    "trouble": "出せないわけ",
}


def _facts(row: Forecast) -> dict[str, Any]:
    content = row.content or {"used": "", "points": {}, "low": [], "high": [], "inside": None, "hours": 0}
    names = ("used", "points", "low", "high", "inside", "hours")
    return {
        "id": row.pk,
        "title": row.title,
        "entity": row.series.entity_id,
        "attribute": row.series.attribute,
        "made_at": row.made_at.isoformat() if row.made_at else "",
        "trouble": row.trouble,
        **{name: content[name] for name in names},
    }


A_FORECAST = Answer(ForecastOut, _facts, COLUMNS)


@OPERATIONS.add(
    "測定の見込み",
    "cityhub.view",
    "GET forecasts",
    command="forecasts",
    answer=Answer(list[ForecastOut], columns=COLUMNS),
)
def list_forecasts(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What the next hours of series are expected to bring, and what was right last month."""
    return [_facts(row) for row in asked.of(queries.forecasts())]


@OPERATIONS.add("測定の見込みを作る・直す", "cityhub.boards", "POST forecasts", answer=A_FORECAST)
def set_forecast(asked: ForecastIn, actor: Actor) -> Forecast:
    """Reckon a series ahead; workers do so within a minute, then every hour."""
    return actions.save(**asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "測定の見込みをやめる", "cityhub.boards", "POST forecasts/{forecast_id}/remove", answer=A_FORECAST
)
def remove_forecast(asked: OneForecast, actor: Actor) -> Forecast:
    """Away with a forecast; readings stay."""
    return actions.remove(asked.forecast_id, actor=actor)
