"""Which series are reckoned ahead, and the reckoning, which workers do once an hour and no page waits for."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.cityhub.engine.forecasting import MOST_AHEAD, TooLittle, forecast
from yakuba.services.cityhub.models import Forecast, Series
from yakuba.services.cityhub.queries import forecasts as queries

MOST = 500  # of a town
AT_ONCE = 20.0  # seconds of a look; the rest comes at the next one


@transaction.atomic
def save(
    series_id: int,
    *,
    title: str,
    ahead: int,
    least: float | None = None,
    most: float | None = None,
    spaces: int | None = None,
    counts_free: bool = True,
    nearly: int = 0,
    actor: Actor,
) -> Forecast:
    """Reckon a series ahead, or change how. Raises Invalid, Missing, Conflict."""
    series = Series.objects.filter(pk=series_id).first()
    if series is None:
        raise Missing(f"{series_id}番の測定がありません。一覧から選んでください。")
    if not title.strip():
        raise Invalid("空です。何の見込みかを書いてください。", place="題名")
    if not 1 <= ahead <= MOST_AHEAD:
        raise Invalid(f"1から{MOST_AHEAD}までにしてください。", place="何時間先まで")
    if spaces is not None:
        least, most = 0.0, float(spaces)
    if least is not None and most is not None and least >= most:
        raise Invalid("下限より大きくしてください。", place="上限")
    row = Forecast.objects.select_for_update().filter(series=series).first() or Forecast(series=series)
    if row.pk is None and Forecast.objects.count() >= MOST:
        raise Conflict(f"見込みは{MOST}までです。使わないものを消してください。")
    row.title, row.ahead, row.least, row.most = title.strip(), ahead, least, most
    row.spaces, row.counts_free, row.nearly = spaces, counts_free, nearly
    row.made_for, row.content, row.trouble = 0, {}, ""
    row.save()
    record("cityhub.forecast_set", subject=f"forecast:{row.pk}", actor=actor)
    return row


@transaction.atomic
def remove(forecast_id: int, *, actor: Actor) -> Forecast:
    """Reckon it ahead no more. Raises Missing."""
    row: Forecast | None = Forecast.objects.select_for_update().filter(pk=forecast_id).first()
    if row is None:
        raise Missing(f"{forecast_id}番の見込みがありません。番号を確かめてください。")
    record("cityhub.forecast_removed", subject=f"forecast:{row.pk}", actor=actor, title=row.title)
    key = row.pk
    row.delete()
    row.pk = key
    return row


def prepare_everywhere() -> None:
    """In each town, what an hour that has ended makes possible."""
    in_each_town("forecasts", prepare_due)


def prepare_due() -> None:
    """The forecasts of the active town that are older than the newest full hour, the oldest first."""
    began, last = time.monotonic(), last_hour()
    for row in Forecast.objects.filter(made_for__lt=last).select_related("series").order_by("made_for", "pk"):
        prepare(row, last)
        if time.monotonic() - began > AT_ONCE:
            return


def last_hour() -> int:
    """The newest full hour since 1970."""
    return int(time.time()) // queries.SECONDS - 1


def prepare(row: Forecast, last: int) -> None:
    """Reckon one anew. last: the newest full hour since 1970."""
    values, first = queries.hourly(row.series, last)
    found: dict[str, Any] = {"content": {}, "trouble": ""}
    try:
        found["content"] = queries.plain(forecast(values, first, row.ahead, row.least, row.most))
    except TooLittle as error:
        found["trouble"] = str(error)
    # Not where it was changed meanwhile: that waits for its own turn.
    Forecast.objects.filter(pk=row.pk, made_for=row.made_for, ahead=row.ahead, least=row.least, most=row.most).update(
        made_for=last, made_at=timezone.now(), **found
    )  # fmt: skip
