"""Standard process models (標準の流れ), by version."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class StandardModel(MunicipalityModel):
    """One version of how a process should go. key: comparable name; steps: plain data (`engine.flow.as_plain`); notes: what a
    person still has to decide, and what was not taken over; left: steps that were not taken in; revision: raised by every
    change, so that of two who edit it the second is told. Of a process one version is a draft, and one in use, at most."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        USED = "used", "使っている"
        RETIRED = "retired", "前の版"

    key = models.CharField("見出し", max_length=80)
    name = models.CharField("業務", max_length=80)
    version = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.DRAFT)
    steps = models.JSONField("工程の表", default=list)
    notes = models.JSONField("決めること", default=list)
    left = models.JSONField("入れなかった工程", default=list)
    source = models.CharField("もと", max_length=300)
    revision = models.PositiveIntegerField("変更の数", default=0)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)
    changed_by = person("変えた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "標準の流れ"
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key", "version"], name="reform_standard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"
