"""What a town's calendar has beyond the law's."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class SpecialDay(MunicipalityModel):
    """A day on which the town hall is closed though the law would have it open, or open though closed."""

    day = models.DateField("日")
    open = models.BooleanField("開いている")
    reason = models.CharField("理由", max_length=60)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "特別な開庁・閉庁の日"
        constraints = [models.UniqueConstraint(fields=["municipality", "day"], name="special_day_once")]
