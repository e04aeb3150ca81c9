"""Drone and survey files, the surfaces made of them, what was measured on them, and links to them for outsiders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class SurveyFile(MunicipalityModel):
    """A file as it came (`file`, which nobody opens but the process apart), and what was found in it. order: of a text's columns;
    code: EPSG of its coordinate system, None while nobody has said it; said_by_file: whether the file says it; facts: see
    `adapters.surveyfiles`; outline: the edge in degrees [longitude, latitude]; kept_until: then it goes, with all that was made of
    it."""

    class State(models.TextChoices):
        WAITING = "waiting", "読んでいます"
        DONE = "done", "読みました"
        FAILED = "failed", "読めません"

    class Sort(models.TextChoices):
        PICTURE = "picture", "オルソ画像"
        SURFACE = "surface", "標高（地表面）"
        BANDS = "bands", "多バンド画像"
        POINTS = "points", "点群"

    title = models.CharField("題名", max_length=80)
    name = models.CharField("ファイル", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="元のファイル")
    picture = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="小さい画像"
    )
    sort = models.CharField("種類", max_length=10, choices=Sort.choices)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField("読めないわけ", blank=True)
    flown_on = models.DateField("撮影・計測した日")
    note = models.CharField("メモ", max_length=300, blank=True)
    order = models.CharField("列の並び", max_length=10, blank=True)
    code = models.PositiveIntegerField("座標系（EPSG）", null=True)
    said_by_file = models.BooleanField("座標系をファイルが示す", default=False)
    facts = models.JSONField("わかったこと", default=dict)
    outline = models.JSONField("範囲", default=list)
    created_at = models.DateTimeField("受け取った日時", auto_now_add=True)
    created_by = person("受け取った職員", null=True)
    kept_until = models.DateTimeField("この日時まで残す")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測量・ドローンのファイル"
        indexes = [models.Index(fields=["municipality", "-created_at"], name="cityhub_survey_came")]

    def __str__(self) -> str:
        return self.title

    @property
    def job_key(self) -> str:
        """Of the job that reads it."""
        return f"survey-{self.pk}"


class SurveySurface(MunicipalityModel):
    """Heights in cells (`engine.survey.surfaces`), made of a file. left, top: outer corner; low, high: m; known: cells with a
    height."""

    class Layer(models.TextChoices):
        TOP = "top", "いちばん高い点（地表面）"
        GROUND = "ground", "地面の点の平均"
        SURFACE = "surface", "標高"

    survey = models.ForeignKey(SurveyFile, models.CASCADE, related_name="surfaces", verbose_name="ファイル")
    layer = models.CharField("層", max_length=10, choices=Layer.choices)
    grid = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="高さ")
    rows = models.PositiveIntegerField("行")
    columns = models.PositiveIntegerField("列")
    left = models.FloatField("西の端")
    top = models.FloatField("北の端")
    cell_x = models.FloatField("マスの幅")
    cell_y = models.FloatField("マスの高さ")
    low = models.FloatField("最低", null=True)
    high = models.FloatField("最高", null=True)
    known = models.PositiveBigIntegerField("高さのあるマス", default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測る面"
        constraints = [models.UniqueConstraint(fields=["survey", "layer"], name="cityhub_survey_layer_once")]

    def __str__(self) -> str:
        return f"{self.survey.title}：{self.get_layer_display()}"


class SurveyMeasure(MunicipalityModel):
    """Something that was measured. surface: of after or above, other: of before or of the ground; asked: as it was asked for;
    region: corners in the surface's coordinates; result: see `actions.surveymeasures`."""

    class Sort(models.TextChoices):
        AREA = "area", "面積"
        VOLUME = "volume", "体積"
        PROFILE = "profile", "断面"
        TREES = "trees", "木の数"

    class State(models.TextChoices):
        WAITING = "waiting", "計算中"
        DONE = "done", "出ました"
        FAILED = "failed", "出せません"

    sort = models.CharField("測るもの", max_length=10, choices=Sort.choices)
    title = models.CharField("題名", max_length=80)
    survey = models.ForeignKey(SurveyFile, models.CASCADE, related_name="measures", verbose_name="ファイル")
    surface = models.ForeignKey(SurveySurface, models.CASCADE, null=True, related_name="+", verbose_name="面")
    other = models.ForeignKey(
        SurveySurface, models.CASCADE, null=True, related_name="+", verbose_name="もう一つの面"
    )
    asked = models.JSONField("条件", default=dict)
    region = models.JSONField("区域", default=list)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField("出せないわけ", blank=True)
    result = models.JSONField("結果", default=dict)
    created_at = models.DateTimeField("測った日時", auto_now_add=True)
    created_by = person("測った職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測った結果"
        indexes = [models.Index(fields=["municipality", "-created_at"], name="cityhub_measure_made")]

    def __str__(self) -> str:
        return self.title

    @property
    def job_key(self) -> str:
        """Of the job that reckons it."""
        return f"measure-{self.pk}"


class SurveyShare(MunicipalityModel):
    """A link with a secret, for somebody without an account. mark: what is kept of the secret; with_file: whether the file itself
    may be taken; opened: how often."""

    survey = models.ForeignKey(SurveyFile, models.CASCADE, related_name="shares", verbose_name="ファイル")
    mark = models.CharField("鍵の印", max_length=64)
    for_whom = models.CharField("見せる相手", max_length=120)
    reason = models.CharField("見せるわけ", max_length=300)
    with_file = models.BooleanField("元のファイルも渡す", default=False)
    expires_at = models.DateTimeField("期限")
    revoked_at = models.DateTimeField("止めた日時", null=True)
    opened = models.PositiveIntegerField("開かれた回数", default=0)
    opened_at = models.DateTimeField("最後に開かれた日時", null=True)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測量ファイルを見せるリンク"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "mark"], condition=~Q(mark=""), name="cityhub_share_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey.title}（{self.for_whom}）"
