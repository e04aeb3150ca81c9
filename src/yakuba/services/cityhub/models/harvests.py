"""Crops whose harvest is looked for by the sum of temperatures."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.cityhub.models.hub import Series


class HarvestPlan(MunicipalityModel):
    """A crop in a field. base: °C; target: degree-days (°C·日); source: where base and target come from. Reckoned: made_on, total,
    filled (days without a value), reached, and the days of past years between earliest and latest (see `engine.degreedays`)."""

    title = models.CharField("題名", max_length=80)
    series = models.ForeignKey(Series, models.CASCADE, related_name="+", verbose_name="気温の系列")
    begin = models.DateField("積算を始める日")
    base = models.FloatField("基準温度（℃）")
    target = models.FloatField("目標の積算温度（℃・日）")
    source = models.CharField("出典", max_length=200)
    made_on = models.DateField("計算した日", null=True)
    total = models.FloatField("いまの積算温度", default=0.0)
    filled = models.PositiveIntegerField("値のない日", default=0)
    years = models.PositiveIntegerField("比べた年", default=0)
    reached = models.DateField("達した日", null=True)
    earliest = models.DateField("いちばん早い見込み", null=True)
    middle = models.DateField("まん中の見込み", null=True)
    latest = models.DateField("いちばん遅い見込み", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "収穫の見込み"

    def __str__(self) -> str:
        return self.title
