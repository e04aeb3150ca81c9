"""Analyses, what was sent for them, their pictures, and what people said of those."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.vision.contracts import Purpose, Verdict, View
from yakuba.services.vision.models.cameras import Camera
from yakuba.services.vision.models.roads import RoadSection


class Analysis(MunicipalityModel):
    """Pictures that are looked at together, for one purpose. every, by: of a film every so many metres or seconds a frame; began_at:
    when the film began; time_offset: seconds that the track's clock is ahead of the camera's; track: its points as JSON;
    nobody_seen: who began it says that no person and no vehicle is on the pictures; said: sentences about the whole of it."""

    class State(models.TextChoices):
        WORKING = "working", "解析中"
        DONE = "done", "済んだ"
        STOPPED = "stopped", "止まった"

    class By(models.TextChoices):
        METRES = "metres", "距離（m）"
        SECONDS = "seconds", "時間（秒）"

    title = models.CharField("件名", max_length=120)
    purpose = models.CharField("目的", max_length=10, choices=Purpose.choices())
    camera = models.ForeignKey(
        Camera, models.PROTECT, null=True, related_name="analyses", verbose_name="カメラ"
    )
    state = models.CharField("状態", max_length=10, choices=State, default=State.WORKING)
    reason = models.TextField("止まったわけ", blank=True)
    view = models.CharField("写真の向き", max_length=10, choices=View.choices(), default=View.AHEAD)
    every = models.FloatField("動画の間隔", default=10.0)
    by = models.CharField("間隔の単位", max_length=10, choices=By, default=By.METRES)
    began_at = models.DateTimeField("動画の始まり", null=True)
    time_offset = models.IntegerField("時差（秒）", default=0)
    track = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="軌跡")
    nobody_seen = models.BooleanField("人も車も写っていない", default=False)
    said = models.JSONField("全体について", default=list)
    created_by = person("始めた職員", null=True)
    created_at = models.DateTimeField("始めた日時", auto_now_add=True)
    done_at = models.DateTimeField("済んだ日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "解析"
        indexes = [models.Index(fields=["municipality", "purpose", "created_at"], name="vision_analyses")]

    def __str__(self) -> str:
        return self.title

    @property
    def job_key(self) -> str:
        """The key of the job that does it."""
        return f"analysis-{self.pk}"


class AnalysisSource(MunicipalityModel):
    """One thing that was sent: an archive of pictures, or a film. total: pictures in it, 0 while nobody has looked."""

    class Kind(models.TextChoices):
        ARCHIVE = "archive", "写真"
        FILM = "film", "動画"

    class State(models.TextChoices):
        WAITING = "waiting", "待っている"
        DONE = "done", "済んだ"
        REFUSED = "refused", "開けない"

    analysis = models.ForeignKey(Analysis, models.CASCADE, related_name="sources", verbose_name="解析")
    name = models.CharField("名前", max_length=255)
    kind = models.CharField("種類", max_length=10, choices=Kind)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField("枚数", default=0)
    reason = models.TextField("開けないわけ", blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "解析に入れたもの"

    def __str__(self) -> str:
        return self.name


class Original(MunicipalityModel):
    """What was sent, sealed under the town's key as long as it waits to be looked at; then it goes, and after a week anyway."""

    source = models.OneToOneField(
        AnalysisSource, models.CASCADE, related_name="original", verbose_name="入れたもの"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    came_at = models.DateTimeField("届いた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "見る前の写真"


class Picture(MunicipalityModel):
    """A picture that was looked at. index: its number within its source, from 0; file: as it is kept (blurred, without EXIF), None
    where it could not be opened or is deleted. answer: what was found, in the words of the purpose (`queries.answers`), empty for
    nothing to say; share: of the road's cells with a crack, or how much a trap's picture differs; weight: road pixels that were looked at; sure: calibrated probability of the answer,
    None where nothing says it; people, bicycles, vehicles, spaces, taken: None for not counted; found: boxes and lines to draw; feature:
    numbers (float32) by which a town's own head learns; asks: it waits for a person."""

    class State(models.TextChoices):
        SEEN = "seen", "見た"
        REFUSED = "refused", "開けない"

    analysis = models.ForeignKey(Analysis, models.CASCADE, related_name="pictures", verbose_name="解析")
    source = models.ForeignKey(
        AnalysisSource, models.CASCADE, related_name="pictures", verbose_name="入れたもの"
    )
    index = models.PositiveIntegerField("番号")
    name = models.CharField("名前", max_length=255)
    state = models.CharField("状態", max_length=10, choices=State, default=State.SEEN)
    reason = models.TextField("開けないわけ", blank=True)
    warnings = models.JSONField("注意", default=list)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="写真")
    width = models.PositiveIntegerField("幅", default=0)
    height = models.PositiveIntegerField("高さ", default=0)
    taken_at = models.DateTimeField("撮った日時", null=True)
    latitude = models.FloatField("緯度", null=True)
    longitude = models.FloatField("経度", null=True)
    section = models.ForeignKey(
        RoadSection, models.SET_NULL, null=True, related_name="pictures", verbose_name="道路の区間"
    )
    answer = models.CharField("結果", max_length=20, blank=True)
    share = models.FloatField("割合", null=True)
    weight = models.FloatField("見た道路", default=0)
    sure = models.FloatField("確からしさ", null=True)
    people = models.PositiveIntegerField("人", null=True)
    bicycles = models.PositiveIntegerField("自転車", null=True)
    vehicles = models.PositiveIntegerField("車", null=True)
    spaces = models.PositiveIntegerField("駐車ます", null=True)
    taken = models.PositiveIntegerField("使用中のます", null=True)
    blurred = models.PositiveIntegerField("ぼかした所", default=0)
    found = models.JSONField("描くもの", default=dict)
    feature = models.BinaryField("特徴", null=True)
    asks = models.BooleanField("人の判断を待つ", default=False)
    verdict = models.CharField("判断", max_length=10, choices=Verdict.choices(), blank=True)
    truth = models.CharField("正しい結果", max_length=20, blank=True)
    made_at = models.DateTimeField("見た日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "画像"
        constraints = [models.UniqueConstraint(fields=["source", "index"], name="vision_picture_once")]
        indexes = [
            models.Index(fields=["municipality", "asks", "made_at"], name="vision_asks"),
            models.Index(fields=["municipality", "analysis", "taken_at"], name="vision_taken"),
        ]

    def __str__(self) -> str:
        return self.name


class Judgement(MunicipalityModel):
    """What a person said of a picture; it is never changed, a later one counts. truth: the right answer, empty for not sure; seconds:
    how long the page was before them."""

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="judgements", verbose_name="画像")
    verdict = models.CharField("判断", max_length=10, choices=Verdict.choices())
    truth = models.CharField("正しい結果", max_length=20, blank=True)
    seconds = models.FloatField("秒", default=0)
    by = person("職員", null=True)
    at = models.DateTimeField("日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "画像の判断"
        indexes = [models.Index(fields=["municipality", "at"], name="vision_judged")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it, once. Raises TypeError for a second time."""
        if not self._state.adding:
            raise TypeError("a judgement is never changed")
        super().save(*args, **kwargs)
