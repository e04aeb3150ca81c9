"""Whether it gets better: minutes of a case month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yakuba.kernel.charts import Chart, heat_map, line_chart
from yakuba.kernel.ledger import queries as ledger
from yakuba.services.reform.contracts import Effect

MOST = 12  # months, the latest ones


def saved_map(effects: Sequence[Effect]) -> Chart:
    """Hours saved by each procedure with a finished case, by the month in which the cases were received; a month without
    one is an empty cell."""
    found = {effect.procedure: ledger.effort_by_month(effect.procedure) for effect in effects}
    known = sorted({month for months in found.values() for month in months})
    months = _up_to(known[-1]) if known else []
    months = [month for month in months if month >= known[0]]

    def saved(effect: Effect, month: date) -> float | None:
        one = found[effect.procedure].get(month)
        return (one.cases * effect.baseline.minutes_per_case - one.person / 60) / 60 if one else None

    return heat_map(
        [(effect.title, [saved(effect, month) for month in months]) for effect in effects],
        [f"{month.year}年{month.month}月" for month in months],
        title="減った時間（手続と、受け付けた月）",
        unit="時間",
    )


def months_chart(effect: Effect) -> Chart:
    """Staff's and machines' minutes of a case by the month in which it was received, and the stated minutes before.

    The last twelve months up to the latest one with a finished case; a month without one is a gap.
    """
    found = ledger.effort_by_month(effect.procedure)
    months = _up_to(max(found)) if found else []
    known = [found.get(month) for month in months]
    first = next((at for at, one in enumerate(known) if one), 0)
    months, known = months[first:], known[first:]
    return line_chart(
        [f"{month.year}年{month.month}月" for month in months],
        {
            "前": [effect.baseline.minutes_per_case for _ in months],
            "今・職員": [one.person / one.cases / 60 if one else None for one in known],
            "今・機械": [one.machine / one.cases / 60 if one else None for one in known],
        },
        title="1件あたりの時間（受け付けた月ごと）",
        unit="分",
    )


def _up_to(last: date) -> list[date]:
    number = last.year * 12 + last.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - MOST + 1, number + 1)]
