"""What learned from the staff's labels (町の学習): small heads on features of pictures."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.vision.contracts import Purpose


class TownHead(MunicipalityModel):
    """A head of one purpose. content: as the engine wrote it; figures: of labels held out, before and after; of a purpose one at most is at
    work, and none that no second person approved."""

    class State(models.TextChoices):
        TRAINED = "trained", "学習した"
        LIVE = "live", "使用中"
        PUT_AWAY = "put_away", "使わない"

    purpose = models.CharField("目的", max_length=10, choices=Purpose.choices())
    version = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=10, choices=State, default=State.TRAINED)
    content = models.JSONField("中身")
    labels = models.PositiveIntegerField("学んだ判断")
    figures = models.JSONField("測った値", default=dict)
    made_by = person("学ばせた職員", null=True)
    made_at = models.DateTimeField("学んだ日時", auto_now_add=True)
    live_at = models.DateTimeField("使い始めた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "町の学習"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "purpose", "version"], name="vision_head_once")
        ]

    def __str__(self) -> str:
        return f"{Purpose(self.purpose).label} 第{self.version}版"
