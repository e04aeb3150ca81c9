"""What was used, append-only, and what may be used."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class Usage(MunicipalityModel):
    """One use of something that a manifest declares in `meters`. key: what was used, so that it counts once; month: the
    town's own, `2026-11`; amount: in the kind's unit. Never changed: the database refuses it."""

    kind = models.CharField("種類", max_length=60)
    key = models.CharField("対象", max_length=120)
    month = models.CharField("月", max_length=7)
    amount = models.DecimalField("量", max_digits=14, decimal_places=3)
    at = models.DateTimeField("日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "利用"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "key"], name="meter_counts_once")
        ]
        indexes = [models.Index(fields=["municipality", "month", "kind"], name="meter_month")]


class Limit(MunicipalityModel):
    """How much of something a municipality may use, set by the operator. kind: one of `limits.KINDS`."""

    kind = models.CharField("種類", max_length=60)
    most = models.PositiveBigIntegerField("上限")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "利用の上限"
        constraints = [models.UniqueConstraint(fields=["municipality", "kind"], name="meter_one_limit")]
