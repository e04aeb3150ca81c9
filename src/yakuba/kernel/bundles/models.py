"""Versions of definitions that came in a bundle, with how far each has come."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class DefinitionVersion(MunicipalityModel):
    """One version of a definition. `content` is a bundle that holds it alone; what is in force stands in its room, which
    may have taken another version into use since this one was published."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        TRIED = "tried", "試した"
        PUBLISHED = "published", "使い始めた"
        WITHDRAWN = "withdrawn", "取り下げ"

    kind = models.CharField("種類", max_length=30)
    code = models.CharField("コード", max_length=120)
    version = models.CharField("版", max_length=40)
    title = models.CharField("名称", max_length=120, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.BinaryField("中身")
    changed_at = models.DateTimeField("変わった日時", auto_now=True)
    changed_by = person("変えた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "定義の版"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "code", "version"], name="definition_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title or self.code} 第{self.version}版"
