"""Batches of scans (束) and their files."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class Batch(MunicipalityModel):
    """Files that came in together (束)."""

    name = models.CharField("名前", max_length=120)
    created_at = models.DateTimeField("取り込み日時", auto_now_add=True)
    created_by = person("取り込んだ職員", null=True)
    cover = models.ForeignKey(
        "reading.Cover", models.SET_NULL, null=True, related_name="batches", verbose_name="表紙"
    )
    count_seen = models.BooleanField("枚数の違いを確かめた", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "束"
        indexes = [models.Index(fields=["municipality", "created_at"], name="batch_created")]

    def __str__(self) -> str:
        return self.name


class BatchFile(MunicipalityModel):
    """One file of a batch: taken, refused with its reason, or known already."""

    class State(models.TextChoices):
        SPLITTING = "splitting", "ページに分けています"
        SPLIT = "split", "受け取りました"
        KNOWN = "known", "取り込み済みの同じファイル"
        REFUSED = "refused", "受け取れません"
        FAILED = "failed", "ページに分けられません"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="files", verbose_name="束")
    name = models.CharField("ファイル名", max_length=255)
    stored = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="中身")
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField("ページ数", default=0)
    state = models.CharField("状態", max_length=10, choices=State.choices)
    message = models.TextField("説明", blank=True)
    settled = models.BooleanField("片づけた", default=False)  # a person has seen why it was refused
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name="同じファイル"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "束のファイル"
        indexes = [models.Index(fields=["municipality", "sha256"], name="batch_file_sha256")]
