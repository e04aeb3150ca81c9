"""Robots' continuing effect: what a procedure takes at PCs before and since a robot enters its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.robots import facade as robots
from yakuba.services.worklogs.engine.before_after import BeforeAfter, Verdict, compare
from yakuba.services.worklogs.queries import Overview, hours_by_process, overview

WORDS = {
    Verdict.LASTING: "続いています",
    Verdict.GOING: "戻ってきています",
    Verdict.UNSEEN: "見えません",
    Verdict.UNKNOWN: "まだわかりません",
}


@dataclass(frozen=True)
class RobotEffect:
    """A procedure that robots enter. months: minutes by month, as far as there are logs; entered: cases by month."""

    procedure: str
    title: str
    found: BeforeAfter
    months: Mapping[date, float]
    entered: Mapping[date, int]

    @property
    def word(self) -> str:
        """Whether the effect goes on."""
        return WORDS[self.found.verdict]

    @property
    def chart(self) -> Chart:
        """Hours at PCs by month."""
        months = sorted(self.months)
        since = self.found.since
        return line_chart(
            [f"{month.year}年{month.month}月" for month in months],
            {"PCでの時間": [round(self.months[month] / 60, 2) for month in months]},
            title=f"{self.title}（ロボットは{since.year}年{since.month}月から）",
            unit="時間",
        )


def effects() -> list[RobotEffect]:
    """Of each procedure of which robots entered a case; those that rules ascribe no time to stand at the end, without."""
    entered = robots.entered_by_month()
    titles = dict(Procedure.objects.filter(code__in=entered).values_list("code", "title"))
    known = _months(overview())
    today = timezone.localdate()
    rows = []
    for code, cases in entered.items():
        minutes: dict[date, float] = {}
        for row in hours_by_process():
            if row.procedure == code:
                minutes = minutes or dict.fromkeys(known, 0.0)
                for month, number in row.months.items():
                    minutes[date.fromisoformat(month)] += number
        found = compare(minutes, min(cases), today)
        rows.append(RobotEffect(code, titles.get(code, code), found, minutes, cases))
    return sorted(rows, key=lambda row: (not row.months, row.title))


def _months(found: Overview) -> list[date]:
    return [date(month // 100, month % 100, 1) for month in found.rows("months")]
