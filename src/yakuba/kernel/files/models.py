"""Files that came in from outside, the safe images made of them, and the files that the house makes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class StoredFile(MunicipalityModel):
    """One encrypted blob. `kind` says what it is: an upload as it came, a page image, an evidence picture,
    or an output that the house made (a printed notice)."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", "受け取ったファイル"
        PAGE = "page", "ページ画像"
        EVIDENCE = "evidence", "証跡画像"
        OUTPUT = "output", "出力"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    name = models.CharField("ファイル名", max_length=255)
    media_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField("大きさ")
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField("ページ数", default=1)
    created_at = models.DateTimeField("保存日時", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="職員"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ファイル"
        indexes = [models.Index(fields=["municipality", "sha256"], name="files_sha256")]

    def __str__(self) -> str:
        return self.name
