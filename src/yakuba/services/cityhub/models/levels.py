"""Evacuation notices (避難情報): what a named person issued for which area and when. Rows are only added."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class LevelNotice(MunicipalityModel):
    """One notice. level: 1 to 5; issuer: in whose name; about: what a correction or a cancellation is about."""

    class Kind(models.TextChoices):
        ISSUE = "issue", "発令"
        LIFT = "lift", "解除"
        CORRECT = "correct", "訂正"
        CANCEL = "cancel", "取消"

    kind = models.CharField("区分", max_length=10, choices=Kind.choices)
    level = models.PositiveSmallIntegerField("警戒レベル")
    area = models.CharField("区域", max_length=120)
    households = models.PositiveIntegerField("対象世帯", null=True, blank=True)
    people = models.PositiveIntegerField("対象人数", null=True, blank=True)
    issued_at = models.DateTimeField("発令・解除の日時")
    issuer = models.CharField("発令者", max_length=60)
    reason = models.CharField("わけ", max_length=300, blank=True)
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="どれを")
    entered_by = person("入れた職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "避難情報"
        indexes = [models.Index(fields=["municipality", "-issued_at"], name="cityhub_level_issued")]

    def __str__(self) -> str:
        return f"{self.area} 警戒レベル{self.level} {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it. What stands is never changed: a mistake is corrected by a further row."""
        if not self._state.adding:
            raise ValueError("an evacuation notice is not changed")
        super().save(*args, **kwargs)
