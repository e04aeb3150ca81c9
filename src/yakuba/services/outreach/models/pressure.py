"""Home blood pressure: files of readings, and what a nurse is told."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.outreach.models.tables import Purpose, masked


class PressureFile(MunicipalityModel):
    """A file of readings. file: as it came, with every value; standard: the name of the thresholds that were used."""

    name = models.CharField("ファイル", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name="目的")
    standard = models.CharField("基準", max_length=120)
    readings = models.PositiveIntegerField("測定", default=0)
    people = models.PositiveIntegerField("人", default=0)
    bad = models.PositiveIntegerField("使えない行", default=0)
    faults = models.JSONField("直すところの文", default=list)
    created_at = models.DateTimeField("入れた日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "血圧の測定"

    def __str__(self) -> str:
        return self.name


class PressureNotice(MunicipalityModel):
    """The means of one person in a file, and for who is at or above the threshold a task of a nurse; no diagnosis. means:
    `engine.pressure.Means` as JSON."""

    class State(models.TextChoices):
        NONE = "none", "知らせない"
        OPEN = "open", "看護職が見る"
        DONE = "done", "見た"

    file = models.ForeignKey(PressureFile, models.CASCADE, related_name="notices")
    number = models.CharField("宛名番号", max_length=20)
    means = models.JSONField("平均")
    high = models.BooleanField("基準以上", null=True)
    state = models.CharField("状態", max_length=4, choices=State.choices)
    note = models.CharField("したこと", max_length=300, blank=True)
    created_at = models.DateTimeField("知らせた日時", auto_now_add=True)
    done_at = models.DateTimeField("見た日時", null=True)
    done_by = person("見た職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "血圧の知らせ"
        indexes = [models.Index(fields=["municipality", "state"], name="outreach_pressure_state")]

    def __str__(self) -> str:
        return masked(self.number)
