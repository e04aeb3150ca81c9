"""Pages of a print that is not whole yet, and the Word files by which a town decides how its letters look."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
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


class LetterTemplate(MunicipalityModel):
    """One version of a kind of letter as a town wrote it in Word. number: from 1 on for each kind; file: the .docx as it
    came; text: what it says, for the search; preview: PDF with sample values; faults, notes: lists of `{"line", "place", "reason"}`. It is used for letters of
    a day from `since` on, until a later version is or it is withdrawn; without `since` it is a draft."""

    kind = models.CharField("種類", max_length=60)
    number = models.PositiveIntegerField("版")
    name = models.CharField("ファイル名", max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="Wordファイル")
    preview = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="見本のPDF"
    )
    text = models.TextField("本文", blank=True)
    faults = models.JSONField("直すところ", default=list)
    notes = models.JSONField("お知らせ", default=list)
    taken_by = person("入れた職員")
    taken_at = models.DateTimeField("入れた日時", auto_now_add=True)
    since = models.DateField("使い始める日", null=True)
    used_by = person("使い始めを決めた職員", null=True)
    withdrawn_by = person("取り下げた職員", null=True)
    withdrawn_at = models.DateTimeField("取り下げた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通知の様式"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "number"], name="letters_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.number}版"

    @property
    def is_draft(self) -> bool:
        """Whether nobody has decided to use it yet."""
        return self.since is None and self.withdrawn_at is None
