"""The register as it was loaded last, and what each load brought."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Load(MunicipalityModel):
    """One file of the register. The latest `current` one is what everybody sees; a load that ended half way never
    was current."""

    file_name = models.CharField("ファイル", max_length=200)
    started_at = models.DateTimeField("開始", auto_now_add=True)
    moved_at = models.DateTimeField("最後に進んだ日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了", null=True)
    current = models.BooleanField("使っている", default=False)
    rows = models.PositiveIntegerField("人数", default=0)
    problems = models.JSONField("読めなかった行", default=list)
    loaded_by = person("職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "宛名の取り込み"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(current=True), name="one_current_load"
            ),
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(finished_at=None), name="one_load_at_a_time"
            ),
        ]


class Person(MunicipalityModel):
    """One person of a load. The keys are those of `variants`, for finding candidates."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="persons", verbose_name="取り込み")
    number = models.CharField("宛名番号", max_length=20)
    name = models.CharField("氏名", max_length=120)
    kana = models.CharField("フリガナ", max_length=120, blank=True)
    birth = models.DateField("生年月日", null=True)
    address = models.CharField("住所", max_length=200, blank=True)
    name_key = models.CharField(max_length=120, editable=False)
    kana_key = models.CharField(max_length=120, editable=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "宛名"
        constraints = [models.UniqueConstraint(fields=["load", "number"], name="person_once")]
        indexes = [
            models.Index(fields=["load", "birth"], name="person_birth"),
            models.Index(fields=["load", "name_key"], name="person_name"),
            models.Index(fields=["load", "kana_key"], name="person_kana"),
        ]
