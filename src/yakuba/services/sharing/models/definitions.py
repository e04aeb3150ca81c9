"""Definition files of the town: rules of grants, kinds of register, the skill standard."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class RoomDefinition(MunicipalityModel):
    """A version of a file that a clerk wrote; the newest of a kind and code holds, before what comes with the house."""

    class Kind(models.TextChoices):
        GRANT = "grant", "補助金・交付税の規則"
        REGISTER = "register", "台帳の種類"

    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    code = models.CharField("符号", max_length=40)
    version = models.PositiveIntegerField("版")
    text = models.TextField("定義")
    loaded_by = person("入れた職員", null=True)
    loaded_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "共同利用の定義"
        ordering = ("kind", "code", "-version")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "code", "version"], name="sharing_definition_once"
            )
        ]
