"""Entries with their versions, who answers for them, what was asked, and what was learned from it."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from yakuba.kernel.accounts.models import person
from yakuba.kernel.approvals.models import Proposal
from yakuba.kernel.tenancy.models import MunicipalityModel


class Knowledge(MunicipalityModel):
    """One row a town. stamp: another one whenever what is told changes, never one of before (also not after a backup was
    restored); learned: ranker and thresholds (`engine.learning`),
    empty where too few questions are confirmed."""

    stamp = models.CharField("印", max_length=32)
    learned = models.JSONField("学んだこと", default=dict)
    learned_at = models.DateTimeField("学んだ日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "知識の版"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="answers_knowledge_once")]


class Section(MunicipalityModel):
    """A section as residents reach it."""

    name = models.CharField("窓口", max_length=60)
    telephone = models.CharField("電話", max_length=40, blank=True)
    hours = models.CharField("受付時間", max_length=120, blank=True)
    place = models.CharField("場所", max_length=120, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "担当窓口"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="answers_section_once")]

    def __str__(self) -> str:
        return self.name


class Entry(MunicipalityModel):
    """One answer through all its versions. code: the town's own name for it, the same in every file; current: the version
    that is told, None for one that is not (yet, or any more)."""

    code = models.CharField("番号", max_length=40)
    current = models.OneToOneField(
        "Version", models.PROTECT, null=True, related_name="+", verbose_name="公開中の版"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "答え"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="answers_entry_once")]

    def __str__(self) -> str:
        return self.code


class Publication(Proposal):
    """Versions that one person proposes to publish, together, and another one approves."""

    permission = "answers.approve"

    class Meta(MunicipalityModel.Meta):
        verbose_name = "公開の起案"

    @property
    def title(self) -> str:
        """What is proposed."""
        return f"問い合わせの答えの公開　{self.versions.count()}件"  # type: ignore[attr-defined]  # from Version

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("answers:publication", args=[self.pk])


class Version(MunicipalityModel):
    """The contents of an entry. wordings, links: one a line; publication: in which it was proposed last. A version that has
    been published is never changed."""

    class Audience(models.TextChoices):
        RESIDENT = "resident", "住民"
        STAFF = "staff", "職員"
        EXPERT = "expert", "専門"

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="versions", verbose_name="答え")
    number = models.PositiveIntegerField("版")
    question = models.CharField("質問", max_length=300)
    wordings = models.TextField("別の聞き方", blank=True)
    answer = models.TextField("答え")
    links = models.TextField("リンク", blank=True)
    field = models.CharField("分野", max_length=40, blank=True)
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="versions", verbose_name="担当窓口"
    )
    audience = models.CharField("対象", max_length=10, choices=Audience, default=Audience.RESIDENT)
    language = models.CharField("言語", max_length=10, default="ja")
    source = models.CharField("根拠", max_length=500, blank=True)
    valid_from = models.DateField("開始日", null=True, blank=True)
    valid_until = models.DateField("終了日", null=True, blank=True)
    made_by = person("書いた職員", null=True)
    made_at = models.DateTimeField("書いた日時", auto_now=True)
    publication = models.ForeignKey(
        Publication, models.SET_NULL, null=True, related_name="versions", verbose_name="公開の起案"
    )
    published_at = models.DateTimeField("公開日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "答えの版"
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="answers_version_once")]
        indexes = [models.Index(fields=["municipality", "valid_until"], name="answers_until")]

    def __str__(self) -> str:
        return self.question

    @property
    def state(self) -> str:
        """draft, waiting (for approval), returned, published, or past."""
        if self.entry.current_id == self.pk:
            return "published"
        if self.published_at is not None:
            return "past"
        if self.publication is None:
            return "draft"
        return {"proposed": "waiting", "refused": "returned"}.get(self.publication.state, "draft")


class Asked(MunicipalityModel):
    """One question. text: without personal data; shown: numbers of the entries that were told or offered; chosen: the one
    that was answered, or picked of those; helped: what the person said; settled: a member of staff has dealt with it."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "答えた"
        SHOWN = "shown", "候補を示した"
        HANDED_OVER = "handed_over", "担当へつないだ"

    class Channel(models.TextChoices):
        PAGE = "page", "住民のページ"
        EMBEDDED = "embedded", "ほかのページの窓"
        KIOSK = "kiosk", "案内端末"
        STAFF = "staff", "職員のページ"
        API = "api", "API"

    text = models.CharField("質問（個人情報を伏せたもの）", max_length=500)
    asked_at = models.DateTimeField("聞かれた日時", auto_now_add=True)
    channel = models.CharField("どこから", max_length=10, choices=Channel)
    outcome = models.CharField("どうなったか", max_length=12, choices=Outcome)
    shown = models.JSONField("示した答え", default=list)
    chosen = models.ForeignKey(
        Entry, models.SET_NULL, null=True, related_name="+", verbose_name="選ばれた答え"
    )
    field = models.CharField("分野", max_length=40, blank=True)
    helped = models.BooleanField("役に立ったか", null=True)
    settled = models.BooleanField("片付いた", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "問い合わせ"
        indexes = [
            models.Index(fields=["municipality", "asked_at"], name="answers_asked_at"),
            models.Index(fields=["municipality", "settled", "outcome"], name="answers_unsettled"),
        ]

    def __str__(self) -> str:
        return self.text


class Confirmed(MunicipalityModel):
    """A question that was asked, and that a member of staff said this entry answers."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="confirmed", verbose_name="答え")
    text = models.CharField("質問", max_length=500)
    by = person("確かめた職員")
    at = models.DateTimeField("確かめた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "確かめた質問"
        constraints = [models.UniqueConstraint(fields=["entry", "text"], name="answers_confirmed_once")]
