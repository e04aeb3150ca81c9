"""What a town has set."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class TownSetting(MunicipalityModel):
    """A setting that is not the usual one. name: of a `Setting` in some manifest."""

    name = models.CharField("設定", max_length=60)
    value = models.JSONField("値")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "自治体の設定"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="town_setting_once")]
