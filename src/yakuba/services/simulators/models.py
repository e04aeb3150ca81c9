"""Results that somebody kept, and the register of trials with their indicators."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator
from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class KeptRun(MunicipalityModel):
    """What a calculator answered when somebody kept it. inputs: name → value; figures: a list of code, label, value, unit,
    decimals and words; version: of the formulas."""

    calculator = models.CharField("計算の種類", max_length=20)
    name = models.CharField("名前", max_length=100)
    note = models.CharField("メモ", max_length=1_000, blank=True)
    version = models.PositiveSmallIntegerField("式の版")
    inputs = models.JSONField("入力")
    sentence = models.CharField("答え", max_length=1_000)
    figures = models.JSONField("数値")
    created_at = models.DateTimeField("残した日時", auto_now_add=True)
    created_by = person("残した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "残した結果"
        indexes = [models.Index(fields=["municipality", "calculator"], name="simulators_run")]

    def __str__(self) -> str:
        return self.name


class Trial(MunicipalityModel):
    """A trial: what for, with whom, from when to when, and what came of it in words."""

    title = models.CharField("実験の名前", max_length=120)
    aim = models.CharField("ねらい", max_length=1_000)
    partner = models.CharField("相手", max_length=300, blank=True)
    starts_on = models.DateField("始まり", null=True)
    ends_on = models.DateField("終わり", null=True)
    source = models.CharField("出典", max_length=300, blank=True)
    result = models.CharField("結果の言葉", max_length=2_000, blank=True)
    created_at = models.DateTimeField("入れた日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "実験"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "title"], name="simulators_trial_title")
        ]

    def __str__(self) -> str:
        return self.title


class Indicator(MunicipalityModel):
    """What a trial is measured by. rises: whether more is better."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="indicators", verbose_name="実験")
    label = models.CharField("指標", max_length=120)
    unit = models.CharField("単位", max_length=20)
    baseline = models.DecimalField("始めの値", max_digits=18, decimal_places=4, null=True)
    target = models.DecimalField("目標", max_digits=18, decimal_places=4, null=True)
    target_year = models.PositiveSmallIntegerField(
        "目標の年度", null=True, validators=[MaxValueValidator(2100)]
    )
    rises = models.BooleanField("多いほどよい", default=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "指標"
        constraints = [models.UniqueConstraint(fields=["trial", "label"], name="simulators_indicator_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def doubtful(self) -> bool:
        """Whether the target lies on the worse side of the start, as where the direction was chosen wrongly. A target that only
        keeps what there is may lie there."""
        if self.target is None or self.baseline is None or self.target == self.baseline:
            return False
        return (self.target > self.baseline) is not self.rises

    def reaches(self, value: Decimal) -> bool | None:
        """Whether the value is what was aimed at; None without a target."""
        if self.target is None:
            return None
        return value >= self.target if self.rises else value <= self.target


class Measurement(MunicipalityModel):
    """One measured value of an indicator, with its day and where it can be looked up."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="measurements", verbose_name="指標")
    measured_on = models.DateField("測った日")
    value = models.DecimalField("値", max_digits=18, decimal_places=4)
    evidence = models.CharField("根拠", max_length=300)
    created_at = models.DateTimeField("入れた日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測った値"
        constraints = [
            models.UniqueConstraint(fields=["indicator", "measured_on"], name="simulators_measurement_once")
        ]

    def __str__(self) -> str:
        return f"{self.measured_on} {self.value.normalize():f}"
