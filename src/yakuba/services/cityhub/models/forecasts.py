"""Series whose next hours are reckoned ahead (見込み), and what came of it."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.cityhub.models.hub import Series


class Forecast(MunicipalityModel):
    """A series with its forecast. least, most: what cannot be exceeded; spaces: of a car park, empty for other series;
    counts_free: its values are free spaces, else taken ones; nearly: so many free ones or fewer are 混雑;
    made_for: hours since 1970 of the newest value in it; content: as `queries.forecasts.plain` writes it; trouble: why there is
    none."""

    series = models.OneToOneField(Series, models.CASCADE, related_name="forecast", verbose_name="系列")
    title = models.CharField("題名", max_length=80)
    ahead = models.PositiveSmallIntegerField("何時間先まで", default=24)
    least = models.FloatField("下限", null=True, blank=True)
    most = models.FloatField("上限", null=True, blank=True)
    spaces = models.PositiveIntegerField("駐車場の台数", null=True, blank=True)
    counts_free = models.BooleanField("値は空きの台数", default=True)
    nearly = models.PositiveIntegerField("混雑とする空きの台数", default=0)
    made_for = models.BigIntegerField(default=0)
    made_at = models.DateTimeField("作った日時", null=True)
    content = models.JSONField("見込み", default=dict)
    trouble = models.CharField("出せないわけ", max_length=200, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "見込み"

    def __str__(self) -> str:
        return self.title
