"""Wildlife (鳥獣): what was seen, traps with their visits and what their sensors say, and claims of bounties."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.kernel.values.labelled import Labelled
from yakuba.services.fieldwork.engine.wildlife.same_animal import Why
from yakuba.services.fieldwork.models.reports import Report


class Species(Labelled):
    """Of animals that towns catch most; the name of any other stands in the note."""

    BOAR = "boar", "イノシシ"
    DEER = "deer", "シカ"
    BEAR = "bear", "クマ"
    MONKEY = "monkey", "サル"
    RACCOON = "raccoon", "アライグマ"
    BADGER = "badger", "アナグマ・タヌキ"
    MASKED = "masked", "ハクビシン"
    BIRD = "bird", "鳥"
    OTHER = "other", "そのほか"


class TrapKind(Labelled):
    """How a trap catches."""

    BOX = "box", "箱わな"
    FENCE = "fence", "囲いわな"
    SNARE = "snare", "くくりわな"


class Found(Labelled):
    """What a visit to a trap found."""

    NOTHING = "nothing", "異常なし"
    CAUGHT = "caught", "捕獲"
    BAIT = "bait", "餌がない"
    BROKEN = "broken", "故障・作動だけ"


class Sighting(MunicipalityModel):
    """An animal that was seen, by staff or out of a resident's report."""

    report = models.ForeignKey(Report, models.SET_NULL, null=True, related_name="+", verbose_name="通報")
    species = models.CharField("種類", max_length=10, choices=Species.choices())
    number = models.PositiveIntegerField("頭数", default=1)
    latitude = models.FloatField("緯度")
    longitude = models.FloatField("経度")
    seen_at = models.DateTimeField("見た日時")
    note = models.CharField("メモ", max_length=300, blank=True)
    entered_by = person("入れた職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "目撃"
        indexes = [models.Index(fields=["municipality", "seen_at"], name="fieldwork_seen")]

    def __str__(self) -> str:
        return f"{Species(self.species).label} {self.number}頭"


class Trap(MunicipalityModel):
    """A trap. entity_id, attribute: of the hub's series that says whether it has shut (not 0), empty without a sensor; removed_on:
    None while it stands."""

    code = models.CharField("番号", max_length=30)
    kind = models.CharField("種類", max_length=10, choices=TrapKind.choices())
    latitude = models.FloatField("緯度")
    longitude = models.FloatField("経度")
    place = models.CharField("場所", max_length=120, blank=True)
    entity_id = models.CharField("都市OSの実体", max_length=256, blank=True)
    attribute = models.CharField("都市OSの属性", max_length=256, blank=True)
    set_on = models.DateField("置いた日")
    removed_on = models.DateField("外した日", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "わな"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="fieldwork_trap_once")]

    def __str__(self) -> str:
        return self.code


class TrapDay(MunicipalityModel):
    """What a trap's sensor said on a day: that it was heard at all, and whether it said shut. shut_at: when it said so last;
    somebody who was there later has seen to it."""

    trap = models.ForeignKey(Trap, models.CASCADE, related_name="days", verbose_name="わな")
    day = models.DateField("日")
    heard_at = models.DateTimeField("最後に届いた日時")
    shut = models.BooleanField("作動した", default=False)
    shut_at = models.DateTimeField("最後に作動と届いた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "わなのセンサーの日"
        constraints = [models.UniqueConstraint(fields=["trap", "day"], name="fieldwork_trap_day_once")]


class TrapVisit(MunicipalityModel):
    """Somebody went to a trap. minutes: with the way there; species, number: of what was caught."""

    trap = models.ForeignKey(Trap, models.CASCADE, related_name="visits", verbose_name="わな")
    at = models.DateTimeField("日時")
    found = models.CharField("ようす", max_length=10, choices=Found.choices())
    species = models.CharField("種類", max_length=10, choices=Species.choices(), blank=True)
    number = models.PositiveIntegerField("頭数", default=0)
    minutes = models.PositiveIntegerField("分", default=0)
    note = models.CharField("メモ", max_length=300, blank=True)
    by = person("職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "わなの見回り"
        indexes = [models.Index(fields=["municipality", "at"], name="fieldwork_visited")]


class BountyClaim(MunicipalityModel):
    """A claim of a bounty (報奨金) for an animal. hunter: who asks for it; a decision is never changed."""

    class State(models.TextChoices):
        WAITING = "waiting", "確認待ち"
        PAYABLE = "payable", "支払ってよい"
        REFUSED = "refused", "支払わない"

    number = models.CharField("受付番号", max_length=30)
    hunter = models.CharField("申請した人", max_length=100)
    species = models.CharField("種類", max_length=10, choices=Species.choices())
    caught_on = models.DateField("捕獲した日")
    latitude = models.FloatField("緯度", null=True)
    longitude = models.FloatField("経度", null=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    entered_by = person("入れた職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)
    decided_by = person("決めた職員", null=True)
    decided_at = models.DateTimeField("決めた日時", null=True)
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "報奨金の申請"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="fieldwork_claim_once")
        ]

    def __str__(self) -> str:
        return self.number


class BountyPhoto(MunicipalityModel):
    """A photograph of a claim, drawn anew; mark, mirrored: perceptual hashes; taken: the camera's second or empty."""

    claim = models.ForeignKey(BountyClaim, models.CASCADE, related_name="photos", verbose_name="申請")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="写真")
    mark = models.CharField("写真の印", max_length=16)
    mirrored = models.CharField("裏返しの印", max_length=16)
    taken = models.CharField("写真の日時", max_length=19, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "報奨金の写真"


class Comparison(MunicipalityModel):
    """Two photographs that look like one animal, and what a person said who compared them. bits: of 64 that differ. The earlier
    photograph stays as long as the later one needs it."""

    class Verdict(models.TextChoices):
        OPEN = "open", "まだ比べていない"
        OTHER = "other", "別の個体"
        SAME = "same", "同じ個体"

    photo = models.ForeignKey(BountyPhoto, models.CASCADE, related_name="comparisons", verbose_name="写真")
    other = models.ForeignKey(BountyPhoto, models.CASCADE, related_name="+", verbose_name="前の写真")
    why = models.CharField("わけ", max_length=20, choices=Why.choices())
    bits = models.PositiveSmallIntegerField("違うビット")
    verdict = models.CharField("判断", max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    remark = models.CharField("見たところ", max_length=300, blank=True)
    by = person("比べた職員", null=True)
    at = models.DateTimeField("比べた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "写真の見比べ"
        constraints = [models.UniqueConstraint(fields=["photo", "other"], name="fieldwork_compared_once")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it. A verdict stands: raises RuntimeError where one would be changed."""
        if not self._state.adding and type(self).objects.filter(pk=self.pk).exclude(verdict="open").exists():
            raise RuntimeError("a verdict is never changed")
        super().save(*args, **kwargs)
