"""Values that a person must look at: the questions, what each of several people entered, and their order."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.reading.models.sheets import Sheet


class Question(MunicipalityModel):
    """A value that a person must look at. There is at most one for each field of a case."""

    class State(models.TextChoices):
        OPEN = "open", "確認待ち"
        HELD = "held", "保留"
        ANSWERED = "answered", "確認済み"

    class Kind(models.TextChoices):
        READING = "reading", "読み取りが不確か"
        CROSS_CHECK = "cross_check", "ほかの欄と合わない"
        REVIEW = "review", "職員が見直す"

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="questions", verbose_name="用紙")
    field = models.CharField("項目", max_length=60)
    type = models.CharField("型", max_length=20)
    position = models.PositiveIntegerField("様式での順番", default=0)
    kind = models.CharField("種類", max_length=12, choices=Kind.choices, default=Kind.READING)
    value = models.TextField("読み取った値", blank=True)
    raw = models.TextField("読んだままの文字", blank=True)
    candidates = models.JSONField("ほかの候補", default=list)
    reasons = models.JSONField("理由", default=list)
    message = models.TextField("説明", blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.OPEN)
    insisted = models.BooleanField("書かれたとおりと職員が言った", default=False)
    blind = models.BooleanField("読みを見せずに聞く", default=False)
    held_back = models.JSONField(
        "答えるまで見せない出所", null=True
    )  # of a blind question: the value's source
    created_at = models.DateTimeField("できた日時", auto_now_add=True)
    leased_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="見ている職員"
    )
    leased_until = models.DateTimeField("見ている期限", null=True)
    leased_since = models.DateTimeField("見はじめた日時", null=True)
    people = models.PositiveSmallIntegerField("確かめる人数", default=1)  # 1 or 2; two enter it apart
    answered_by = person("確認した職員", null=True)
    answered_at = models.DateTimeField("確認日時", null=True)
    seconds = models.FloatField("かかった秒", default=0.0)
    hold_reason = models.TextField("保留の理由", blank=True)
    in_context = models.BooleanField(
        "用紙と一緒に見る", default=False
    )  # not alone, among pictures of other sheets
    held_by = person("保留にした職員", null=True)
    held_at = models.DateTimeField("保留にした日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "確認する値"
        constraints = [models.UniqueConstraint(fields=["case", "field"], name="question_once")]
        indexes = [
            models.Index(fields=["municipality", "state", "case", "position"], name="question_next"),
            models.Index(fields=["answered_by", "-answered_at"], name="question_answered"),
        ]


class Entry(MunicipalityModel):
    """What one of several people entered for a value that two confirm (docs/adr/0028). Nobody sees it before the value is
    settled, but the third person where two differ, without names."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="entries", verbose_name="確認する値")
    person = person("入力した職員")
    value = models.TextField("入力した値", blank=True)
    seconds = models.FloatField("かかった秒", default=0.0)
    at = models.DateTimeField("入力した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "1人ずつの入力"
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="entry_once")]


class Turn(MunicipalityModel):
    """A value in the order in which one person gets lone pictures of mixed sheets (docs/adr/0028). The handle is all that this
    person learns of where it comes from."""

    person = person("確認する職員")
    question = models.ForeignKey(Question, models.CASCADE, related_name="+", verbose_name="確認する値")
    handle = models.UUIDField("合札", default=uuid.uuid4, unique=True)
    done_at = models.DateTimeField("済んだ日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "混ぜて確認する順番"
        constraints = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(done_at__isnull=True), name="turn_open_once"
            ),
        ]
