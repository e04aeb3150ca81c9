"""Series of counts and what comes next."""

from __future__ import annotations

from django.db import models

from yakuba.services.outreach.models.tables import Worked


class NumberSeries(Worked):
    """A series of months or fiscal years, of nobody in particular. periods: first days, ISO; steps: how far ahead; result:
    `engine.forecasts.tried`."""

    name = models.CharField("名前", max_length=120)
    unit = models.CharField("単位", max_length=20, default="件")
    periods = models.JSONField("時期", default=list)
    values = models.JSONField("値", default=list)
    season = models.PositiveSmallIntegerField("季節", default=12)
    steps = models.PositiveSmallIntegerField("何期先まで", default=12)
    result = models.JSONField("予測", default=dict)
    invented = models.BooleanField("見本", default=False)

    class Meta(Worked.Meta):
        abstract = False
        verbose_name = "予測する数"

    def __str__(self) -> str:
        return self.name

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"numberseries-{self.pk}"
