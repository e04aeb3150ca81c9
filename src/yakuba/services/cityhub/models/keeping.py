"""Months of readings that were written out (Parquet) before they went."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class MonthFile(MunicipalityModel):
    """A month of readings as a file. part: its version, counted from 1; what came late for a month that has gone makes a new
    one, which has all that the ones before had (`replaced_by`). until: microseconds since 1970 UTC, the month's end; gone: how
    many readings have been removed; late: how many came after the version before."""

    month = models.DateField("月")
    part = models.PositiveIntegerField("版", default=1)
    until = models.BigIntegerField()
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="ファイル")
    readings = models.PositiveBigIntegerField("測定値")
    late = models.PositiveBigIntegerField("遅れて届いた測定値", default=0)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaces", verbose_name="次の版"
    )
    last_pk = models.BigIntegerField()  # of the readings in it: one that comes later has a higher number
    gone = models.PositiveBigIntegerField("片付けた測定値", default=0)
    made_at = models.DateTimeField("作った日時", auto_now_add=True)
    done_at = models.DateTimeField("片付け終えた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "月ごとの測定値のファイル"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "month", "part"], name="cityhub_month_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}-{self.part}"


class LateHour(MunicipalityModel):
    """An hour of a month that has been written out, of which a reading came or changed since: it is to be summed anew, out of
    the month's file and of what came. hour: hours since 1970 UTC."""

    series = models.ForeignKey("cityhub.Series", models.CASCADE, related_name="+", verbose_name="系列")
    hour = models.IntegerField()

    class Meta(MunicipalityModel.Meta):
        verbose_name = "計算し直す1時間"
        constraints = [
            models.UniqueConstraint(fields=["series", "hour"], name="cityhub_late_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.hour}"
