"""Forms (様式) that the reader knows: each version with its blank pages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel


class FormDefinition(MunicipalityModel):
    """A version of a form (様式). Scans are compared with the `current` one of each code."""

    code = models.SlugField("コード", max_length=60)
    version = models.PositiveIntegerField("版")
    title = models.CharField("名称", max_length=120)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name="手続")
    document = DocumentField()  # the form file as loaded
    current = models.BooleanField("使用中", default=True)
    loaded_at = models.DateTimeField("登録日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "様式"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code", "version"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["municipality", "code"], condition=Q(current=True), name="form_current_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FormPage(MunicipalityModel):
    """The blank image of one page of a form."""

    form = models.ForeignKey(FormDefinition, models.CASCADE, related_name="pages", verbose_name="様式")
    number = models.PositiveIntegerField("ページ")
    image = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="画像")
    width = models.PositiveIntegerField("幅")  # pixels at 200 dpi
    height = models.PositiveIntegerField("高さ")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "様式のページ"
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_page_once")]
