"""What bodies paid for what, as tables and clerks say it."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.sharing.engine.benchmark import Paid


class Price(MunicipalityModel):
    """What a body paid for a product in a year. yen: of the whole term; taxed: with tax in it; options: a list of texts; hours: saved
    in a year, None where nobody measured."""

    code = models.CharField("団体コード", max_length=6)
    name = models.CharField("団体", max_length=60)
    population = models.PositiveIntegerField("人口")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("品目", max_length=60)
    product = models.CharField("製品", max_length=80, blank=True)
    months = models.PositiveSmallIntegerField("月数")
    yen = models.BigIntegerField("金額（円）")
    taxed = models.BooleanField("税込み", default=False)
    tax_rate = models.PositiveSmallIntegerField("税率（％）", default=10)
    options = models.JSONField("オプション", default=list)
    custom = models.BooleanField("独自改修", default=False)
    hours = models.DecimalField("減った時間（年）", max_digits=12, decimal_places=2, null=True)
    source = models.CharField("出典", max_length=200)
    entered_by = person("入れた職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "価格"
        ordering = ("kind", "code", "-year")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code", "year", "kind", "product"], name="sharing_price_once"
            )
        ]

    @property
    def paid(self) -> Paid:
        """As the engine takes it."""
        return Paid(
            self.code, self.name, self.population, self.year, self.kind, self.product, self.months, self.yen, self.taxed, self.tax_rate,
            tuple(self.options), self.custom, self.hours, self.source,
        )  # fmt: skip
