"""What a town adds to the phrasebook, talks while they last, and what the town's translations are made of."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class OwnPhrase(MunicipalityModel):
    """A phrase of the town, or its wording of one that came with the house. wordings: one a line; answers: codes."""

    class Sensitive(models.TextChoices):
        NONE = "none", "ふつう"
        MONEY = "money", "お金"
        DEADLINE = "deadline", "期限"
        HEALTH = "health", "健康"

    code = models.CharField("番号", max_length=40)
    group = models.CharField("場面", max_length=40)
    japanese = models.CharField("日本語", max_length=500)
    plain = models.CharField("やさしい日本語", max_length=500)
    wordings = models.TextField("別の言い方", blank=True)
    answers = models.JSONField("相手の答え", default=list)
    sensitive = models.CharField("慎重に扱うこと", max_length=10, choices=Sensitive, default=Sensitive.NONE)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "町の言い方"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="translation_phrase_once")
        ]

    def __str__(self) -> str:
        return self.japanese


class OwnText(MunicipalityModel):
    """A sentence in a language as the town has it: corrected, or checked by a person named here. japanese: what it says; once
    the phrase says something else in Japanese, the sentence is not used until somebody has looked at it."""

    code = models.CharField("言い方の番号", max_length=40)
    language = models.CharField("言語", max_length=10)
    japanese = models.CharField("日本語", max_length=500)
    text = models.CharField("文", max_length=1_000)
    checked_by = models.CharField("確認した人", max_length=60, blank=True)
    checked_on = models.DateField("確認した日", null=True)
    by = person("書いた職員", null=True)
    at = models.DateTimeField("書いた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "町の訳文"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code", "language"], name="translation_text_once")
        ]

    def __str__(self) -> str:
        return self.text


class Talk(MunicipalityModel):
    """A talk at the counter, or captions, while it lasts. It goes when it ends, and by itself after half a day, unless
    somebody keeps it with a reason. key: opens the guest's screen; lines: `contracts.Line` as JSON, the oldest first."""

    class Kind(models.TextChoices):
        COUNTER = "counter", "窓口のやりとり"
        CAPTIONS = "captions", "文字で話す"

    key = models.CharField("相手の画面の鍵", max_length=64)
    kind = models.CharField("種類", max_length=10, choices=Kind, default=Kind.COUNTER)
    language = models.CharField("相手の言語", max_length=10)
    lines = models.JSONField("やりとり", default=list)
    by = person("始めた職員")
    begun_at = models.DateTimeField("始めた日時", auto_now_add=True)
    changed_at = models.DateTimeField("最後の日時", auto_now=True)
    reason = models.CharField("残す理由", max_length=500, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "窓口のやりとり"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="translation_talk_once")]
        indexes = [models.Index(fields=["municipality", "changed_at"], name="translation_talk_changed")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Term(MunicipalityModel):
    """A word that is always to be translated in one way, such as the name of a section."""

    japanese = models.CharField("日本語", max_length=60)
    language = models.CharField("言語", max_length=10)
    text = models.CharField("訳語", max_length=200)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "町の訳語"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "japanese", "language"], name="translation_term_once"
            )
        ]

    def __str__(self) -> str:
        return self.japanese


class Segment(MunicipalityModel):
    """A sentence that a person has translated or corrected. digest: SHA-256 of the source."""

    language = models.CharField("言語", max_length=10)
    digest = models.CharField("原文の印", max_length=64)
    source = models.TextField("原文")
    target = models.TextField("訳文")
    checked_by = models.CharField("確認した人", max_length=60, blank=True)
    by = person("書いた職員", null=True)
    at = models.DateTimeField("書いた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "訳した文"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "language", "digest"], name="translation_segment_once"
            )
        ]

    def __str__(self) -> str:
        return self.source
