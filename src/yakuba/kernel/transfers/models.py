"""A table of transfers that waits for its day."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Transfers(MunicipalityModel):
    """One table. moves: as `reading.Move` in JSON; report: what was handed over and what could not be done, a sentence
    each; troubled: that somebody has to see to some of it."""

    class State(models.TextChoices):
        DRAFT = "draft", "内容を確かめている"
        WAITING = "waiting", "当日を待っている"
        DONE = "done", "済み"
        WITHDRAWN = "withdrawn", "取りやめ"

    day = models.DateField("異動の日")
    state = models.CharField("状態", max_length=10, choices=State, default=State.DRAFT)
    moves = models.JSONField("異動", default=list)
    planned_by = person("登録した職員")
    planned_at = models.DateTimeField("登録日時", auto_now_add=True)
    done_at = models.DateTimeField("行った日時", null=True)
    report = models.JSONField("結果", default=list)
    troubled = models.BooleanField("直すことがある", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "人事異動"
        ordering = ("-day", "-pk")
        indexes = [models.Index(fields=["state", "day"], name="transfers_due")]
