"""What a town put in: its tables, for what they may be used, who wants no letters."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.outreach.engine.columns import CLASSES, ColumnSpec


class Worked(MunicipalityModel):
    """Something that a worker does. reason: why it could not."""

    class State(models.TextChoices):
        DRAFT = "draft", "準備中"
        WAITING = "waiting", "処理待ち"
        DONE = "done", "済み"
        FAILED = "failed", "できなかった"

    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.DRAFT)
    reason = models.TextField("理由", blank=True)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)

    class Meta(MunicipalityModel.Meta):
        abstract = True


class TownTable(Worked):
    """A table of persons, a row a person or a person and fiscal year. columns: `ColumnSpec.facts`; year: the fiscal year of a table
    without such a column; years: fiscal year → rows; file: as it came; part: what was read, as Parquet; invented: a sample."""

    name = models.CharField("名前", max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    part = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="読んだ表")
    columns = models.JSONField("列", default=list)
    year = models.PositiveIntegerField("年度")
    years = models.JSONField("年度ごとの行", default=dict)
    rows = models.PositiveIntegerField("行", default=0)
    bad = models.PositiveIntegerField("直すところ", default=0)
    faults = models.JSONField("直すところの文", default=list)
    invented = models.BooleanField("見本", default=False)

    class Meta(Worked.Meta):
        abstract = False
        verbose_name = "勧奨の表"
        indexes = [models.Index(fields=["municipality", "state"], name="outreach_table_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def specs(self) -> list[ColumnSpec]:
        """Its columns."""
        return [ColumnSpec(**one) for one in self.columns]

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"outreachtable-{self.pk}"

    def heading(self, role: str) -> str:
        """The heading of the column with that role; empty where there is none."""
        return next((one.heading for one in self.specs if one.role == role), "")


class Purpose(MunicipalityModel):
    """For what tables may be used: basis in law, and which classes of data. It holds once another person approved it."""

    name = models.CharField("目的", max_length=120)
    basis = models.TextField("根拠")
    classes = models.JSONField("使う情報の種類", default=list)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)
    approved_at = models.DateTimeField("承認の日時", null=True)
    approved_by = person("承認した職員", null=True)
    ended_at = models.DateTimeField("やめた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "勧奨の目的"

    def __str__(self) -> str:
        return self.name

    @property
    def holds(self) -> bool:
        """Whether data may be used for it now."""
        return self.approved_at is not None and self.ended_at is None

    @property
    def class_labels(self) -> list[str]:
        """The classes in words."""
        return [CLASSES[one] for one in self.classes if one in CLASSES]


class OptOut(MunicipalityModel):
    """Somebody who wants no letters. purpose: only of that one; None: of none."""

    number = models.CharField("宛名番号", max_length=20)
    purpose = models.ForeignKey(Purpose, models.CASCADE, null=True, related_name="+", verbose_name="目的")
    since = models.DateField("申し出た日")
    note = models.CharField("メモ", max_length=200, blank=True)
    created_at = models.DateTimeField("入れた日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "勧奨を望まない人"
        indexes = [models.Index(fields=["municipality", "number"], name="outreach_optout_number")]

    def __str__(self) -> str:
        return f"{masked(self.number)}"


def masked(number: Any) -> str:
    """A person's number as lists show it: its last three signs."""
    text = str(number)
    return "＊" * max(0, len(text) - 3) + text[-3:] if len(text) > 3 else "＊" * len(text)
