"""Layouts, the files that were made by them, and which case stands in which."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.corefiles.engine.layout import Layout, read_layout


class FileLayout(MunicipalityModel):
    """A layout (連携レイアウト) as it is in use. text: its file. retired: no new file is made by it."""

    code = models.SlugField("コード", max_length=60)
    title = models.CharField("名前", max_length=80)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name="手続")
    version = models.PositiveIntegerField("版", default=1)
    text = models.TextField("内容")
    retired = models.BooleanField("使わない", default=False)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)
    changed_by = person("変えた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "連携レイアウト"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="layout_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def layout(self) -> Layout:
        """The parsed file. Raises DefinitionRefused where the procedure has changed so that it no longer fits."""
        return read_layout(self.text, self.procedure.definition)


class CoreFile(MunicipalityModel):
    """A file that was made for the core system (連携ファイル). version: of the layout, as it was then; held: of each field
    that stands in it its code, type, label and word list, as they were then (None: it cannot be told)."""

    class State(models.TextChoices):
        OPEN = "open", "取り込み待ち"
        SETTLED = "settled", "取り込み済み"
        UNDONE = "undone", "取り消した"

    layout = models.ForeignKey(FileLayout, models.PROTECT, related_name="files", verbose_name="レイアウト")
    version = models.PositiveIntegerField("レイアウトの版")
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.OPEN)
    cases = models.PositiveIntegerField("受付")
    held = models.JSONField("入っている項目", null=True)
    notes = models.JSONField("縮退した文字", default=list)  # a sentence each, without a name
    made_at = models.DateTimeField("作った日時", auto_now_add=True)
    made_by = person("作った職員", null=True)
    settled_at = models.DateTimeField("済んだ日時", null=True)
    settled_by = person("済ませた職員", null=True)
    reason = models.CharField("取り消した理由", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "連携ファイル"
        indexes = [models.Index(fields=["municipality", "state"], name="core_file_state")]

    def __str__(self) -> str:
        return f"連携ファイル{self.pk}"


class CoreFileContent(MunicipalityModel):
    """The file itself, which is kept for as long as somebody may have to take it again."""

    core_file = models.OneToOneField(
        CoreFile, models.CASCADE, related_name="kept", verbose_name="連携ファイル"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    made_at = models.DateTimeField("作った日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "連携ファイルの中身"


class FiledCase(MunicipalityModel):
    """A case in a file. line: its place among the file's cases, from 1."""

    class State(models.TextChoices):
        OPEN = "open", "取り込み待ち"
        ENTERED = "entered", "取り込まれた"
        REFUSED = "refused", "取り込まれなかった"
        AGAIN = "again", "直して、次に渡す"
        UNDONE = "undone", "取り消した"

    core_file = models.ForeignKey(CoreFile, models.CASCADE, related_name="rows", verbose_name="連携ファイル")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    line = models.PositiveIntegerField("行")
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "連携ファイルの受付"
        constraints = [
            models.UniqueConstraint(fields=["core_file", "case"], name="filed_once"),
            # Of a case at most one file is under way, whoever makes it.
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="open"), name="filed_open_once"
            ),
        ]
