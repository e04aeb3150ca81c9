"""What staff let the clock begin."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.schedules.pattern import WEEKDAYS, Closed, Days, Pattern
from yakuba.kernel.tenancy.models import MunicipalityModel


class Schedule(MunicipalityModel):
    """One entry. work: a `PlannedWork` of some manifest; choice: what it is done with; next_at: when it is begun next,
    empty while it is switched off; owner: with whose rights it is begun."""

    class Outcome(models.TextChoices):
        NONE = "", "まだ一度も行っていない"
        BEGUN = "begun", "始めた"
        NOTHING = "nothing", "始めなかった"
        MISSED = "missed", "見送った"
        FAILED = "failed", "失敗"

    work = models.CharField("行うこと", max_length=60)
    choice = models.CharField("対象", max_length=200)
    days = models.CharField("行う日", max_length=20, choices=Days.choices())
    weekday = models.PositiveSmallIntegerField("曜日", choices=list(enumerate(WEEKDAYS)), default=0)
    month_day = models.PositiveSmallIntegerField("日", default=1)
    closed = models.CharField(
        "閉庁日に当たるとき",
        max_length=10,
        choices=Closed.choices(),
        default=Closed.ANYWAY,
    )
    at = models.TimeField("時刻")
    owner = person("責任者")
    next_at = models.DateTimeField("次回", null=True, db_index=True)
    last_at = models.DateTimeField("前回", null=True)
    outcome = models.CharField("前回の結果", max_length=10, choices=Outcome, blank=True, default=Outcome.NONE)
    told = models.CharField("前回の説明", max_length=400, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "予定"
        ordering = ("work", "choice", "pk")

    @property
    def pattern(self) -> Pattern:
        """On which days and when."""
        return Pattern(Days(self.days), self.at, self.weekday, self.month_day, Closed(self.closed))
