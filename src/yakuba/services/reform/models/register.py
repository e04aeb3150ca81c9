"""The register of effects (効果の登録簿) with its versions, and indicators (指標) with their targets and yearly values."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.reform.contracts import Means
from yakuba.services.reform.engine.opendata import KINDS

YEARS = [MinValueValidator(2000), MaxValueValidator(2100)]


class EffectEntry(MunicipalityModel):
    """An effect of an initiative as it was proposed for publication: it stays so, whatever the initiative's terms become. kind:
    measured where before and after were."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "承認待ち"
        PUBLISHED = "published", "公表中"
        REPLACED = "replaced", "前の版"
        WITHDRAWN = "withdrawn", "取り下げた"
        REFUSED = "refused", "差し戻し"

    initiative = models.ForeignKey(
        "reform.Initiative", models.PROTECT, related_name="entries", verbose_name="取組"
    )
    version = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.PROPOSED)
    title = models.CharField("取組の名前", max_length=80)
    means = models.CharField("手段", max_length=10, choices=Means.choices())
    year = models.PositiveIntegerField("始めた年度")
    cases = models.DecimalField("件数/年", max_digits=15, decimal_places=3)
    before = models.DecimalField("前（分/件）", max_digits=12, decimal_places=4)
    before_kind = models.CharField("前は", max_length=10, choices=list(KINDS.items()))
    after = models.DecimalField("後（分/件）", max_digits=12, decimal_places=4)
    after_kind = models.CharField("後は", max_length=10, choices=list(KINDS.items()))
    saved = models.DecimalField("減った時間（1年）", max_digits=18, decimal_places=2)
    kind = models.CharField("区分", max_length=10, choices=list(KINDS.items()))
    source = models.CharField("根拠", max_length=300)
    population = models.PositiveIntegerField("人口")
    counted_on = models.DateField("いつの人口")
    proposed_by = person("起案した職員", null=True)
    proposed_at = models.DateTimeField("起案した日時", auto_now_add=True)
    published_at = models.DateTimeField("公表した日時", null=True)
    withdrawn_at = models.DateTimeField("取り下げた日時", null=True)
    withdrawn_for = models.CharField("取り下げた理由", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "公表する効果"
        constraints = [models.UniqueConstraint(fields=["initiative", "version"], name="reform_effect_once")]
        indexes = [models.Index(fields=["municipality", "state"], name="reform_effect_state")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"


class Indicator(MunicipalityModel):
    """An indicator with a target. start: None where none is known."""

    name = models.CharField("指標", max_length=80)
    unit = models.CharField("単位", max_length=20)
    start_year = models.PositiveIntegerField("始めの年度（西暦）", validators=YEARS)
    start = models.DecimalField("始めの値", max_digits=15, decimal_places=2, null=True, blank=True)
    target_year = models.PositiveIntegerField("目標の年度（西暦）", validators=YEARS)
    target = models.DecimalField("目標の値", max_digits=15, decimal_places=2)
    source = models.CharField("根拠", max_length=200)
    entered_by = person("登録した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "指標"
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="reform_indicator_once")]

    def __str__(self) -> str:
        return self.name


class IndicatorValue(MunicipalityModel):
    """What was measured in a year. The newest row of a year counts; none is deleted."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="values", verbose_name="指標")
    year = models.PositiveIntegerField("年度（西暦）", validators=YEARS)
    value = models.DecimalField("実績", max_digits=15, decimal_places=2)
    source = models.CharField("根拠", max_length=200)
    entered_by = person("登録した職員", null=True)
    entered_at = models.DateTimeField("登録した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "指標の実績"
        indexes = [models.Index(fields=["indicator", "year"], name="reform_indicator_year")]
