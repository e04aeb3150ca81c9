"""The municipality itself (自治体), to which everything else belongs."""

from __future__ import annotations

from django.db import models


class Municipality(models.Model):
    """A city, town or village, known by its 全国地方公共団体コード (6 digits, the last a check digit)."""

    code = models.CharField("団体コード", max_length=6, unique=True)
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "自治体"

    def __str__(self) -> str:
        return self.name
