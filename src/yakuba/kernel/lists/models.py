"""What a person chose to see in a list."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class Choice(MunicipalityModel):
    """How one person last narrowed and sorted one list. What was looked for may be a resident's name, and is not kept
    here but with the visit."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="職員")
    list = models.CharField("一覧", max_length=60)
    chosen = models.JSONField("条件と並べ方", default=dict)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "一覧の条件"
        constraints = [models.UniqueConstraint(fields=["municipality", "user", "list"], name="choice_once")]
