"""Forms that a clerk designs on the screen, with their pages and the sheets they are tried on."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.tenancy.models import MunicipalityModel


class DesignedForm(MunicipalityModel):
    """A form that a clerk designs on the screen, as the files that the reader loads (`document`, `procedure_document`).
    What is published of it is a `FormDefinition` like any other."""

    class State(models.TextChoices):
        LOOKING = "looking", "枠を探しています"
        DRAFT = "draft", "下書き"
        FAILED = "failed", "枠を探せません"
        PUBLISHED = "published", "使い始めた"

    code = models.SlugField("コード", max_length=60)
    title = models.CharField("名称", max_length=120, blank=True)
    owner = person("作った職員", null=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.LOOKING)
    message = models.TextField("説明", blank=True)
    upload = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="用紙")
    pages_expected = models.PositiveIntegerField("ページ数", default=0)
    document = DocumentField()  # the form file
    procedure_document = DocumentField()  # the procedure file that it needs
    borrowed = models.JSONField(
        "使用中の手続の項目", default=list
    )  # codes; empty where the procedure is its own
    doubts = models.JSONField("確かめること", default=dict)  # field code → sentences
    revision = models.PositiveIntegerField("直した回数", default=0)
    created_at = models.DateTimeField("作り始めた日時", auto_now_add=True)
    changed_at = models.DateTimeField("直した日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作成中の様式"
        indexes = [models.Index(fields=["municipality", "-changed_at"], name="designed_changed")]

    def __str__(self) -> str:
        return self.title or "名前のない様式"


class DesignedPage(MunicipalityModel):
    """The blank picture of a page of a form that is designed: grey, 200 dpi."""

    form = models.ForeignKey(DesignedForm, models.CASCADE, related_name="pages", verbose_name="様式")
    number = models.PositiveIntegerField("ページ")
    image = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="画像")
    width = models.PositiveIntegerField("幅")
    height = models.PositiveIntegerField("高さ")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作成中の様式のページ"
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="designed_page_once")]


class DesignedTrial(MunicipalityModel):
    """Filled sheets that a clerk tries a form on; what was read is kept for some days, the file until it is read."""

    class State(models.TextChoices):
        READING = "reading", "読み取り中"
        DONE = "done", "読み取りました"
        FAILED = "failed", "読み取れません"

    form = models.ForeignKey(DesignedForm, models.CASCADE, related_name="trials", verbose_name="様式")
    name = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="見本")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.READING)
    message = models.TextField("説明", blank=True)
    revision = models.PositiveIntegerField("試した下書き", default=0)
    result = models.JSONField("読み取り結果", default=list)  # a `PageReading` for each page
    created_at = models.DateTimeField("試した日時", auto_now_add=True)
    created_by = person("試した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "様式の見本"
