"""Folders into which other systems put files of readings, and what came in them (docs/adr/0027)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class ReadingFolder(MunicipalityModel):
    """A folder below `YAKUBA_ARRIVAL_ROOT`/<town's code>-cityhub that is looked into."""

    name = models.CharField("フォルダ", max_length=60)
    active = models.BooleanField("見る", default=True)
    looked_at = models.DateTimeField("見た日時", null=True)
    trouble = models.TextField("困りごと", blank=True)
    created_by = person("決めた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測定値のフォルダ"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="cityhub_folder_once")]

    def __str__(self) -> str:
        return self.name


class ReadingFile(MunicipalityModel):
    """A file that came. As long as it may still lie there (`filed` is False) there is one row for its name, and it is taken once.
    size in bytes; changed: nanoseconds since 1970; entry: the name's bytes, escaped."""

    class State(models.TextChoices):
        COMING = "coming", "届いている途中"
        TAKING = "taking", "取り込み中"
        TAKEN = "taken", "取り込みました"
        REFUSED = "refused", "読めません"

    folder = models.ForeignKey(ReadingFolder, models.CASCADE, related_name="files", verbose_name="フォルダ")
    entry = models.CharField("元の名前", max_length=800)
    name = models.CharField("ファイル", max_length=255)
    size = models.BigIntegerField("大きさ")
    changed = models.BigIntegerField("変わった時刻")
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.COMING)
    readings = models.PositiveIntegerField("入れた測定値", default=0)
    faults = models.PositiveIntegerField("直すところ", default=0)
    message = models.TextField("説明", blank=True)
    filed = models.BooleanField("フォルダから出した", default=False)
    filed_as = models.CharField("移した先の名前", max_length=255, blank=True)
    came_at = models.DateTimeField("届いた日時", auto_now_add=True)
    ended_at = models.DateTimeField("終わった日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "届いた測定値のファイル"
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "entry"], condition=Q(filed=False), name="cityhub_file_lies_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "-came_at"], name="cityhub_file_came")]

    def __str__(self) -> str:
        return self.name
