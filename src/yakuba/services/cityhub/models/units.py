"""Values that came in another unit than their series has, and that nobody can convert: they wait for a person."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class OtherUnit(MunicipalityModel):
    """A unit in which a series' values came and into which its own cannot be converted. state: what a person has decided, which
    holds for what comes later as well; factor, offset: value × factor + offset is in the series' unit, where it is taken;
    came: how many have come; last_at: microseconds since 1970 UTC, of the newest one."""

    class State(models.TextChoices):
        """What becomes of its values."""

        WAITING = "waiting", "決めていない"
        TAKEN = "taken", "入れる"
        DISCARDED = "discarded", "捨てる"

    series = models.ForeignKey(
        "cityhub.Series", models.CASCADE, related_name="other_units", verbose_name="系列"
    )
    unit = models.CharField("届いた単位", max_length=90)
    state = models.CharField("扱い", max_length=10, choices=State.choices, default=State.WAITING)
    factor = models.FloatField("係数", default=1.0)
    offset = models.FloatField("ずれ", default=0.0)
    came = models.PositiveBigIntegerField("届いた数", default=0)
    last_at = models.BigIntegerField("最後の値の時刻", default=0)
    last_number = models.FloatField("最後の値", null=True)
    first_came_at = models.DateTimeField("はじめて届いた日時")
    note = models.CharField("わけ", max_length=200, blank=True)
    decided_by = person("決めた職員", null=True)
    decided_at = models.DateTimeField("決めた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "単位の合わない値"
        constraints = [
            models.UniqueConstraint(fields=["series", "unit"], name="cityhub_other_unit_once"),
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="cityhub_other_unit_state")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.unit}"


class OtherUnitReading(MunicipalityModel):
    """One such value, as it came."""

    other = models.ForeignKey(
        OtherUnit, models.CASCADE, related_name="readings", verbose_name="単位の合わない値"
    )
    at = models.BigIntegerField("時刻（マイクロ秒）")
    number = models.FloatField("届いた値")
    doubtful = models.BooleanField("時計が疑わしい", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "単位の合わない測定値"
        constraints = [
            models.UniqueConstraint(fields=["other", "at"], name="cityhub_other_reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} {self.at}"
