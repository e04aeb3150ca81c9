"""Advisors and outside experts, what bodies ask of them, their occasions, and cases for others to read."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.kernel.values.characters import compose, narrow


class Advisor(MunicipalityModel):
    """An advisor, outside expert or lecturer. roles: of the skill standard; fields: of `engine.advisors.FIELDS`; code: of the body
    where the advisor is at home, for the distance; most: occasions a fiscal year; renewed_at: when it was last confirmed."""

    name = models.CharField("氏名", max_length=80)
    affiliation = models.CharField("所属", max_length=120, blank=True)
    roles = models.JSONField("役割", default=list)
    fields = models.JSONField("分野", default=list)
    code = models.CharField("拠点の団体コード", max_length=6, blank=True)
    online = models.BooleanField("オンラインで支援できる", default=True)
    lecturer = models.BooleanField("講師を引き受ける", default=False)
    topics = models.CharField("講演の題目", max_length=300, blank=True)
    most = models.PositiveSmallIntegerField("年度に受ける回数", default=10)
    contact = models.CharField("連絡先", max_length=200, blank=True)
    active = models.BooleanField("いま頼める", default=True)
    renewed_at = models.DateTimeField("確かめた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "アドバイザー"
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Request(MunicipalityModel):
    """What a body asks for (支援の依頼). municipal: it is a municipality; else somebody recommends it. report, effect: what was
    done, and what came of it."""

    class Kind(models.TextChoices):
        ADVICE = "advice", "助言"
        LECTURE = "lecture", "講演・研修"

    class State(models.TextChoices):
        OPEN = "open", "相手を探す"
        ARRANGED = "arranged", "日を決めた"
        REPORTED = "reported", "報告した"

    kind = models.CharField("種類", max_length=8, choices=Kind.choices, default=Kind.ADVICE)
    body_code = models.CharField("団体コード", max_length=6, blank=True)
    body = models.CharField("団体", max_length=120)
    municipal = models.BooleanField("地方公共団体", default=True)
    recommender = models.CharField("推薦する団体", max_length=120, blank=True)
    fields = models.JSONField("分野", default=list)
    role = models.CharField("役割", max_length=40, blank=True)
    online = models.BooleanField("オンライン", default=False)
    wanted = models.TextField("相談したいこと")
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.OPEN)
    report = models.TextField("支援の内容", blank=True)
    effect = models.TextField("支援のあとの効果", blank=True)
    asked_at = models.DateTimeField("受けた日時", auto_now_add=True)
    asked_by = person("受けた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "支援の依頼"
        ordering = ("-pk",)
        indexes = [models.Index(fields=["municipality", "state"], name="sharing_request_state")]

    def __str__(self) -> str:
        return f"{self.body}の{self.get_kind_display()}"

    @property
    def subject_body(self) -> str:
        """By which the limit is counted: a municipality's code, another body's name without the ways in which it may be written."""
        return self.body_code if self.municipal else "".join(narrow(compose(self.body)).split())


class Visit(MunicipalityModel):
    """An occasion. body: whose limit it counts towards (`Request.subject_body`); minutes: of an online one; year: the fiscal year;
    override: why visits and online hours were mixed."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="visits", verbose_name="依頼")
    body = models.CharField("団体", max_length=120)
    on = models.DateField("日")
    year = models.PositiveSmallIntegerField("年度")
    online = models.BooleanField("オンライン", default=False)
    minutes = models.PositiveIntegerField("分", default=0)
    override = models.CharField("混ぜた理由", max_length=300, blank=True)
    booked_by = person("決めた職員", null=True)
    booked_at = models.DateTimeField("決めた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "派遣"
        ordering = ("on", "pk")
        indexes = [models.Index(fields=["municipality", "body", "year"], name="sharing_visit_body")]


class VisitMember(MunicipalityModel):
    """An advisor of an occasion's team; None when the advisor's record has gone."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="members", verbose_name="派遣")
    advisor = models.ForeignKey(
        Advisor, models.SET_NULL, null=True, related_name="visits", verbose_name="アドバイザー"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "派遣の担当"
        constraints = [models.UniqueConstraint(fields=["visit", "advisor"], name="sharing_member_once")]


class Case(MunicipalityModel):
    """A case for others to read (事例). request: of which support it tells; published_at: None for a draft."""

    title = models.CharField("題", max_length=120)
    body = models.CharField("団体", max_length=120)
    population = models.PositiveIntegerField("人口", null=True, blank=True)
    field = models.CharField("分野", max_length=40)
    text = models.TextField("内容")
    effect = models.TextField("効果", blank=True)
    source = models.CharField("出典", max_length=200)
    request = models.OneToOneField(
        Request, models.SET_NULL, null=True, related_name="case", verbose_name="依頼"
    )
    published_at = models.DateTimeField("公開した日時", null=True)
    made_at = models.DateTimeField("書いた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "事例"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.title
