"""Fields, what was measured of them, and the rules by which they are advised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class FarmField(MunicipalityModel):
    """A field. outline: corners [longitude, latitude]; station: of whose weather it is; entity_id, attribute: of the hub's
    temperatures, where there is no table."""

    name = models.CharField("圃場", max_length=80)
    crop = models.CharField("作物", max_length=60)
    sown_on = models.DateField("播種・移植の日", null=True)
    farmer = models.CharField("農家", max_length=80, blank=True)
    station = models.CharField("気象の地点", max_length=60, blank=True)
    entity_id = models.CharField("都市OSの実体", max_length=256, blank=True)
    attribute = models.CharField("都市OSの属性", max_length=256, blank=True)
    outline = models.JSONField("区域", default=list)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "圃場"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="fieldwork_field_once")]

    def __str__(self) -> str:
        return self.name


class FieldWeather(MunicipalityModel):
    """A day at a station. mean, high, low: °C; rain: mm; None where not measured."""

    station = models.CharField("地点", max_length=60)
    day = models.DateField("日")
    mean = models.FloatField("平均気温", null=True)
    high = models.FloatField("最高気温", null=True)
    low = models.FloatField("最低気温", null=True)
    rain = models.FloatField("雨量", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "気象の日の値"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "station", "day"], name="fieldwork_weather_once")
        ]


class SoilSample(MunicipalityModel):
    """A soil test. values: word of `engine.advice.measures.SOIL` → value."""

    field = models.ForeignKey(FarmField, models.CASCADE, related_name="soil", verbose_name="圃場")
    day = models.DateField("採った日")
    values = models.JSONField("値", default=dict)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "土の値"
        constraints = [models.UniqueConstraint(fields=["field", "day"], name="fieldwork_soil_once")]


class IndexRun(MunicipalityModel):
    """A picture of the hub that is looked at over all fields. survey: its number there; bands: numbers from 1."""

    class State(models.TextChoices):
        WAITING = "waiting", "計算中"
        DONE = "done", "出ました"
        FAILED = "failed", "出せません"

    survey = models.PositiveBigIntegerField("画像の番号")
    title = models.CharField("画像", max_length=80)
    day = models.DateField("撮影した日")
    kind = models.CharField("指数", max_length=10)
    bands = models.JSONField("バンド", default=list)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField("出せないわけ", blank=True)
    made_at = models.DateTimeField("計算した日時", auto_now_add=True)
    made_by = person("計算した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "植生指数の計算"

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    @property
    def job_key(self) -> str:
        """Of the job that reckons it."""
        return f"index-{self.pk}"


class FieldIndex(MunicipalityModel):
    """An index over a field. share: of its pixels with a value."""

    field = models.ForeignKey(FarmField, models.CASCADE, related_name="indices", verbose_name="圃場")
    run = models.ForeignKey(IndexRun, models.CASCADE, related_name="fields", verbose_name="計算")
    middle = models.FloatField("まん中")
    low = models.FloatField("下の1割")
    high = models.FloatField("上の1割")
    pixels = models.PositiveBigIntegerField("画素")
    share = models.FloatField("写っている割合")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "圃場の植生指数"
        constraints = [models.UniqueConstraint(fields=["field", "run"], name="fieldwork_index_once")]


class AdviceRuleSet(MunicipalityModel):
    """A version of the rules; what is published is never changed. trial: what came of it on days of before, empty before that."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        PUBLISHED = "published", "公開中"
        WITHDRAWN = "withdrawn", "取り下げ"

    version = models.PositiveIntegerField("版")
    text = models.TextField("内容")
    note = models.CharField("直したところ", max_length=300, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    trial = models.JSONField("試した結果", default=dict)
    trying = models.BooleanField("試している", default=False)
    created_by = person("作った職員", null=True)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    published_by = person("公開した職員", null=True)
    published_at = models.DateTimeField("公開した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "助言の決まり"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "version"], name="fieldwork_advice_version_once"),
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(state="published"), name="fieldwork_advice_one_holds"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.version}版"

    @property
    def job_key(self) -> str:
        """Of the job that tries it."""
        return f"advice-{self.pk}"


class FarmerLink(MunicipalityModel):
    """A link by which a farmer reads the advice of the own fields on a phone. mark: what is kept of its secret."""

    farmer = models.CharField("農家", max_length=80)
    mark = models.CharField("鍵の印", max_length=64)
    expires_at = models.DateTimeField("期限")
    revoked_at = models.DateTimeField("止めた日時", null=True)
    opened_at = models.DateTimeField("最後に開かれた日時", null=True)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "農家のリンク"
        constraints = [models.UniqueConstraint(fields=["municipality", "mark"], name="fieldwork_link_once")]

    def __str__(self) -> str:
        return self.farmer
