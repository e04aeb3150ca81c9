"""What is remembered of a town's tables, and those that wait to be taken over."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class ColumnChoice(MunicipalityModel):
    """Which heading of a town's files is which column of a kind of table: column → heading, empty for one
    that the file had and that was left out."""

    kind = models.CharField("表の種類", max_length=60)
    columns = models.JSONField("列の対応", default=dict)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "列の対応"
        constraints = [models.UniqueConstraint(fields=["municipality", "kind"], name="column_choice_once")]


class WaitingTable(MunicipalityModel):
    """A file that somebody looks at before it is taken over. It is theirs alone, and goes when it is taken or forgotten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("表の種類", max_length=60)
    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="+", verbose_name="ファイル")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="職員"
    )
    created_at = models.DateTimeField("受け取った日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "取り込む前の表"
