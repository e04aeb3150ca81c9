"""The answering town's side: a 照会 that came in, and its parts by section."""

from __future__ import annotations

from functools import cached_property

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import Department, MunicipalityModel
from yakuba.services.surveys.engine.definition import Definition
from yakuba.services.surveys.engine.reading import read_once


class Incoming(MunicipalityModel):
    """An inquiry (照会) of somebody. source: the survey's definition where it came through this installation, or where a clerk
    loaded it; asker_code: the town that asks, empty for one outside; body: under which code the town is asked; values: the answers
    so far, of all parts; last: last year's answers by the same keys; sent_back: why the asker or the approver wants it changed."""

    class State(models.TextChoices):
        OPEN = "open", "答えている"
        PROPOSED = "proposed", "承認待ち"
        SENT = "sent", "回答した"

    title = models.CharField("件名", max_length=120)
    sender = models.CharField("どこから", max_length=120)
    number = models.CharField("文書番号", max_length=60, blank=True)
    came_on = models.DateField("届いた日")
    deadline = models.DateField("期限", null=True, blank=True)
    deadline_text = models.CharField("期限の言葉", max_length=60, blank=True)
    note = models.TextField("内容", blank=True)
    survey = models.CharField("調査の符号", max_length=40, blank=True)
    edition = models.CharField("回", max_length=20, blank=True)
    asker_code = models.CharField("調べる団体のコード", max_length=6, blank=True)
    body = models.CharField("団体コード", max_length=6, blank=True)
    source = models.TextField("定義", blank=True)
    values = models.JSONField("答え", default=dict)
    last = models.JSONField("去年の答え", default=dict)
    news = models.JSONField("調べる団体からの知らせ", default=list)
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.OPEN)
    registered_by = person("登録した職員", null=True)
    registered_at = models.DateTimeField("登録した日時", auto_now_add=True)
    sent_at = models.DateTimeField("回答した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "届いた照会"
        ordering = ("deadline", "pk")
        indexes = [models.Index(fields=["municipality", "state"], name="surveys_incoming_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "asker_code", "survey", "edition"],
                condition=~models.Q(asker_code=""),
                name="surveys_incoming_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def definition(self) -> Definition | None:
        """What is asked; None of an inquiry that has no questions in this house."""
        return read_once(self.source) if self.source else None


class IncomingPart(MunicipalityModel):
    """What one section of the town answers. questions: codes, empty for all; reply: its answer where there are no questions."""

    incoming = models.ForeignKey(Incoming, models.CASCADE, related_name="parts", verbose_name="照会")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="課")
    questions = models.JSONField("設問", default=list)
    deadline = models.DateField("課の期限", null=True, blank=True)
    reply = models.TextField("答え", blank=True)
    last_reply = models.TextField("去年の答え", blank=True)
    answered_at = models.DateTimeField("答えた日時", null=True)
    answered_by = person("答えた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "照会の担当"
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["incoming", "department"], name="surveys_part_once")]

    def __str__(self) -> str:
        return f"{self.incoming.title}：{self.department.name}"
