"""Forms that came back, many at a time."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.surveys.models.asking import Asked, Edition


class FormImport(MunicipalityModel):
    """Files handed in at once. file: a ZIP or one workbook, only until it is read; replace: answers that are there already give
    way to those of the files."""

    class State(models.TextChoices):
        WAITING = "waiting", "取り込み待ち"
        DONE = "done", "取り込み済み"
        FAILED = "failed", "取り込めなかった"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="imports", verbose_name="調査の回")
    name = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    replace = models.BooleanField("前の答えと置き換える", default=False)
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.TextField("理由", blank=True)
    created_at = models.DateTimeField("受け取った日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "調査票の取り込み"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"forms-{self.pk}"


class FormFile(MunicipalityModel):
    """One form of an import. faults: by cell; not_read: why nothing of it was taken."""

    run = models.ForeignKey(FormImport, models.CASCADE, related_name="files", verbose_name="取り込み")
    name = models.CharField("ファイル名", max_length=255)
    asked = models.ForeignKey(Asked, models.CASCADE, null=True, related_name="+", verbose_name="団体")
    taken = models.PositiveIntegerField("読んだ答え", default=0)
    faults = models.JSONField("直すところ", default=list)
    not_read = models.TextField("取り込まなかった理由", blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "取り込んだ調査票"
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="surveys_form_once")]
