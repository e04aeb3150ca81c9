"""The asker's side: surveys, their editions, the bodies that are asked, their answers, and the prepared tally."""

from __future__ import annotations

from functools import cached_property

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.surveys.contracts import BodyClass
from yakuba.services.surveys.engine.definition import Definition
from yakuba.services.surveys.engine.reading import read_once


class Survey(MunicipalityModel):
    """A survey over its years. cycle: 毎年度, 概ね3年毎, 必要に応じて; next_on: what the owner plans, None for no day; last: of a
    survey that was made elsewhere, when it was made last."""

    code = models.CharField("調査の符号", max_length=40)
    title = models.CharField("調査の名前", max_length=120)
    cycle = models.CharField("周期", max_length=20, blank=True)
    last = models.CharField("前回", max_length=20, blank=True)
    next_text = models.CharField("次の予定", max_length=40, blank=True)
    next_on = models.DateField("次の予定日", null=True, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "調査"
        ordering = ("title",)
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="surveys_code_once")]

    def __str__(self) -> str:
        return self.title


class Edition(MunicipalityModel):
    """A survey in one year. source: its definition as it was loaded; deadlines: what the owner set on the page, by class → [text,
    ISO day]; contact, lead: as the owner changed them, and the definition's where they are empty."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        PROPOSED = "proposed", "承認待ち"
        OPEN = "open", "受付中"
        CLOSED = "closed", "締め切った"

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="editions", verbose_name="調査")
    code = models.CharField("回", max_length=20)
    label = models.CharField("回の名前", max_length=40, blank=True)
    is_final = models.BooleanField("確定", default=True)
    as_of = models.DateField("基準日")
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.DRAFT)
    source = models.TextField("定義")
    contact = models.CharField("問い合わせ先", max_length=200, blank=True)
    lead = models.TextField("お願い", blank=True)
    deadlines = models.JSONField("期限", default=dict)
    made_by = person("作った職員", null=True)
    made_at = models.DateTimeField("作った日時", auto_now_add=True)
    opened_at = models.DateTimeField("出した日時", null=True)
    closed_at = models.DateTimeField("締め切った日時", null=True)
    tallied_at = models.DateTimeField("集計した日時", null=True)
    changed_at = models.DateTimeField("答えが変わった日時", null=True)
    published_at = models.DateTimeField("公表した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "調査の回"
        ordering = ("-as_of", "-pk")
        constraints = [models.UniqueConstraint(fields=["survey", "code"], name="surveys_edition_once")]
        indexes = [models.Index(fields=["municipality", "state"], name="surveys_edition_state")]

    def __str__(self) -> str:
        return f"{self.survey.title} {self.code}{'' if self.is_final else '（速報）'}"

    @cached_property
    def definition(self) -> Definition:
        """What is asked."""
        return read_once(self.source)

    @property
    def job_key(self) -> str:
        """Under which key the job of its tally is known."""
        return f"edition-{self.pk}"


class AnswerState(models.TextChoices):
    """How far a body is."""

    WAITING = "waiting", "答えを待つ"
    PARTLY = "partly", "直すところがある"
    ANSWERED = "answered", "答えた"


class Asked(MunicipalityModel):
    """A body that an edition asks. kind: its class on the day of the classes; in_house: it is a town of this installation, which
    answers on its own pages; deadline_text: as the letter says it."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="asked", verbose_name="調査の回")
    code = models.CharField("団体コード", max_length=6)
    name = models.CharField("団体名", max_length=60)
    prefecture = models.CharField("都道府県", max_length=10, blank=True)
    kind = models.CharField("団体区分", max_length=10, choices=BodyClass.choices())
    population = models.PositiveIntegerField("人口", null=True)
    counted_on = models.DateField("いつの人口", null=True)
    band = models.CharField("人口区分", max_length=20, blank=True)
    in_house = models.BooleanField("この画面で答える団体", default=False)
    state = models.CharField("状態", max_length=8, choices=AnswerState.choices, default=AnswerState.WAITING)
    deadline = models.DateField("期限", null=True)
    deadline_text = models.CharField("期限の言葉", max_length=60, blank=True)
    hearing_on = models.DateField("ヒアリングの日", null=True, blank=True)
    hearing_note = models.CharField("ヒアリングのメモ", max_length=300, blank=True)
    answered_at = models.DateTimeField("答えた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "調べる団体"
        ordering = ("code",)
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="surveys_asked_once")]
        indexes = [models.Index(fields=["edition", "state"], name="surveys_asked_state")]

    def __str__(self) -> str:
        return f"{self.prefecture}{self.name}" if self.name != self.prefecture else self.name


class Answers(MunicipalityModel):
    """All answers of a body, as one version; the newest counts and none is changed. values: key → canonical value; by: the way on
    which they came; faults: what could not be read, by its cell."""

    class Way(models.TextChoices):
        HOUSE = "house", "団体がこの画面で"
        FORM = "form", "Excelの調査票"
        PROXY = "proxy", "代わりに入力"

    asked = models.ForeignKey(Asked, models.CASCADE, related_name="answers", verbose_name="団体")
    version = models.PositiveIntegerField("版")
    is_newest = models.BooleanField("いちばん新しい", default=True)
    values = models.JSONField("答え", default=dict)
    faults = models.JSONField("読めなかったところ", default=list)
    by = models.CharField("どう来たか", max_length=6, choices=Way.choices)
    reason = models.CharField("代わりに入力した理由", max_length=300, blank=True)
    entered_by = person("入れた職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "答え"
        constraints = [
            models.UniqueConstraint(fields=["asked", "version"], name="surveys_answers_version"),
            models.UniqueConstraint(
                fields=["asked"], condition=models.Q(is_newest=True), name="surveys_answers_newest"
            ),
        ]


class Reminder(MunicipalityModel):
    """A body was reminded. text: what it was told."""

    asked = models.ForeignKey(Asked, models.CASCADE, related_name="reminders", verbose_name="団体")
    text = models.TextField("文")
    sent_at = models.DateTimeField("催促した日時", auto_now_add=True)
    sent_by = person("催促した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "催促"


class Clarification(MunicipalityModel):
    """A question to the asker, and the answer. asked: whose; None: of the asker's own; shared: every body reads it."""

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="clarifications", verbose_name="調査の回"
    )
    asked = models.ForeignKey(
        Asked, models.CASCADE, null=True, related_name="clarifications", verbose_name="団体"
    )
    question = models.TextField("質問")
    answer = models.TextField("回答", blank=True)
    shared = models.BooleanField("すべての団体に見せる", default=False)
    asked_at = models.DateTimeField("受けた日時", auto_now_add=True)
    answered_at = models.DateTimeField("答えた日時", null=True)
    answered_by = person("答えた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "質問と回答"
        ordering = ("-pk",)


class Tallied(MunicipalityModel):
    """The prepared tally of one field of an edition. content: `engine.tally.FieldTally.as_plain`; hidden: groups whose total is not
    shown, of a question that counts persons or firms."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="tallied", verbose_name="調査の回")
    key = models.CharField("設問", max_length=70)
    content = models.JSONField("集計")
    hidden = models.JSONField("秘匿", default=list)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "集計"
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="surveys_tallied_once")]
