"""Pages of a print that is not whole yet."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class LetterPart(MunicipalityModel):
    """Pages that are laid out, kept until the print is whole: who is killed on the way goes on with them. print: the
    layout's name of it; digest: of all that is printed on them."""

    print = models.CharField("印刷物", max_length=60)
    digest = models.CharField(max_length=64)
    pages = models.PositiveIntegerField("枚数")
    pdf = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="紙面")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作成中の紙面"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "print", "digest"], name="letters_part_once")
        ]
