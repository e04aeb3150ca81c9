"""Months of readings that were written out (Parquet) before they went."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class MonthFile(MunicipalityModel):
    """A month of readings as a file. part: counted from 1; what came late for a month that has gone is a further part.
    until: microseconds since 1970 UTC, the month's end; gone: how many of the readings have been removed."""

    month = models.DateField("月")
    part = models.PositiveIntegerField("部", default=1)
    until = models.BigIntegerField()
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="ファイル")
    readings = models.PositiveBigIntegerField("測定値")
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
