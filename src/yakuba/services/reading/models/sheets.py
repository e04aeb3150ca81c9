"""Sheets (用紙): the page images of a batch, and what was read from each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.reading.contracts import PageReading
from yakuba.services.reading.models.batches import Batch, BatchFile
from yakuba.services.reading.models.forms import FormDefinition


class Sheet(MunicipalityModel):
    """One page image of a file (用紙). `case` is set only while the sheet is the case's page `page`."""

    class State(models.TextChoices):
        WAITING = "waiting", "読み取り待ち"
        PLACED = "placed", "読み取り済み"
        BLANK = "blank", "白紙"
        PROBLEM = "problem", "困っている"
        ASIDE = "aside", "除外"
        COVER = "cover", "表紙"

    class Problem(models.TextChoices):
        UNKNOWN_FORM = "unknown_form", "様式がわからない"
        TWO_FORMS = "two_forms", "用紙が2枚写っている"
        POOR_SCAN = "poor_scan", "スキャンの質が悪い"
        DAMAGED = "damaged", "ページが壊れている"
        NUMBER = "number", "受付番号が読めない"
        DUPLICATE = "duplicate", "同じページがもうある"
        OTHER_FORM = "other_form", "別の様式の受付番号と重なる"
        CLOSED = "closed", "受付の入力が始まっている"
        TWIN = "twin", "同じ用紙かもしれない"
        FAILED = "failed", "読み取りに失敗した"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="sheets", verbose_name="束")
    file = models.ForeignKey(BatchFile, models.CASCADE, related_name="sheets", verbose_name="ファイル")
    index = models.PositiveIntegerField("ファイル内の位置")  # from 0
    image = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="画像")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField("困りごと", max_length=20, choices=Problem.choices, blank=True)
    message = models.TextField("説明", blank=True)
    problem_since = models.DateTimeField("困りはじめ", null=True)
    reading = models.JSONField("読み取り結果", null=True)
    form = models.ForeignKey(
        FormDefinition, models.SET_NULL, null=True, related_name="+", verbose_name="様式"
    )
    page = models.PositiveIntegerField("様式のページ", null=True)
    receipt_number = models.CharField("受付番号", max_length=20, blank=True)
    chosen_form = models.ForeignKey(
        FormDefinition, models.SET_NULL, null=True, related_name="+", verbose_name="職員が選んだ様式"
    )
    chosen_page = models.PositiveIntegerField("職員が選んだページ", null=True)
    typed_number = models.CharField("職員が入れた受付番号", max_length=20, blank=True)
    typed_by = person("入れた職員", null=True)
    typed_seconds = models.FloatField("職員の秒", default=0.0)
    typed_assumed = models.BooleanField("職員の秒は仮定", default=False)
    look = models.BinaryField(
        "筆跡の分布", default=bytes
    )  # of `engine.twins`; of forms whose numbers the house gives
    twin = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name="同じかもしれない用紙"
    )
    apart = models.BooleanField("別のものと職員が言った", default=False)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+", verbose_name="受付")
    seconds = models.FloatField("機械の秒", default=0.0)
    seconds_noted = models.BooleanField("秒を受付簿に記した", default=False)
    aside_reason = models.TextField("除外の理由", blank=True)
    aside_by = person("除外した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "用紙"
        constraints = [
            models.UniqueConstraint(fields=["file", "index"], name="sheet_once"),
            models.UniqueConstraint(
                fields=["case", "page"], condition=Q(case__isnull=False), name="case_page_once"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state"], name="sheet_state"),
            models.Index(fields=["batch", "state"], name="sheet_batch_state"),
        ]

    @property
    def page_reading(self) -> PageReading | None:
        """What the engine read, or None before it has."""
        return PageReading.from_json(self.reading) if self.reading else None

    @property
    def place_in_file(self) -> str:
        """Where the sheet lies, in words."""
        return f"{self.file.name} の{self.index + 1}枚目"
