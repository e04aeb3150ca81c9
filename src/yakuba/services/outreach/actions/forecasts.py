"""Series taken in and forecast by a worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import IO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import Problem
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import rows
from yakuba.services.outreach.actions import working
from yakuba.services.outreach.actions.working import Told
from yakuba.services.outreach.engine import forecasts
from yakuba.services.outreach.models import NumberSeries

JOB = "outreach.forecast"
COLUMNS = (
    Column(forecasts.PERIOD, ("月", "年度", "時期", "年"), required=True),
    Column(forecasts.VALUE, ("件数", "人数", "数", "量"), required=True),
)
REQUIRED = (forecasts.PERIOD, forecasts.VALUE)


@transaction.atomic
def take(
    name: str, unit: str, content: bytes | IO[bytes], steps: int, *, actor: Actor, renamed: Mapping[str, str] | None = None, invented: bool = False
) -> NumberSeries:  # fmt: skip
    """A series; a worker forecasts it. Raises Invalid with every fault."""
    problems: list[Problem] = []
    series = forecasts.read_series(
        rows(content if isinstance(content, bytes) else content.read(), REQUIRED, problems, renamed=renamed),
        problems,
    )
    if series is None:
        raise Invalid("この表は予測に使えません。直してから入れてください。", problems=problems[:200])
    row: NumberSeries = NumberSeries.objects.create(
        name=name.strip()[:120], unit=unit.strip()[:20] or "件", periods=[one.isoformat() for one in series.periods], values=list(series.values),
        season=series.season, steps=steps, state=NumberSeries.State.WAITING, created_by=known(actor), invented=invented,
    )  # fmt: skip
    enqueue(JOB, key=row.job_key, number_series_id=row.pk)
    return row


def series_of(row: NumberSeries) -> forecasts.Series:
    """As the engine has it."""
    return forecasts.Series(
        tuple(date.fromisoformat(one) for one in row.periods), tuple(row.values), row.season
    )


def work(number: int, told: Told = working.quiet) -> None:
    """Try every method and forecast."""
    row = NumberSeries.objects.filter(pk=number, state=NumberSeries.State.WAITING).first()
    if row is None:
        return
    try:
        result = forecasts.tried(series_of(row), row.steps, told)
    except forecasts.NoForecast as error:
        raise Invalid(str(error)) from error
    with transaction.atomic():
        if working.still_waiting(row):
            row.result, row.state, row.reason = result, NumberSeries.State.DONE, ""
            row.save()


def give_up(refusal: Refused, *, number_series_id: int) -> None:
    """The job will not go on."""
    working.give_up(NumberSeries, number_series_id, refusal)


def take_up(*, number_series_id: int) -> None:
    """The job is to begin anew."""
    working.take_up(NumberSeries, number_series_id)
