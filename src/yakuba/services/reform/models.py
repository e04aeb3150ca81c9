"""How long a case took before, as a municipality states it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel


class BaselineEntry(MunicipalityModel):
    """Minutes by hand before, with how they are known. A new entry replaces the one before; none is deleted."""

    class Kind(models.TextChoices):
        MEASURED = "measured", "測った値"
        ESTIMATED = "estimated", "見積もり"

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="+", verbose_name="手続")
    minutes_per_case = models.FloatField(
        "1件あたりの時間（分）", validators=[MinValueValidator(0.0), MaxValueValidator(100_000.0)]
    )
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    source = models.CharField("根拠", max_length=200)
    entered_by = person("職員", null=True)
    entered_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "前にかかった時間"
        indexes = [models.Index(fields=["municipality", "procedure", "entered_at"], name="baseline_latest")]

    def __str__(self) -> str:
        return f"{self.procedure} {self.minutes_per_case}分"
