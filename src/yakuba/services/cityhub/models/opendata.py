"""Open data (オープンデータ): what a town has chosen for everybody to read."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class OpenDataset(MunicipalityModel):
    """One version of what is chosen; it is never changed, a change is a further version. ids: the entities, empty for all of the
    type; attributes: those and no others; days: how far back, 0 for the last values alone; placed: whether places are told."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        PROPOSED = "proposed", "承認待ち"
        PUBLISHED = "published", "公開中"
        REPLACED = "replaced", "前の版"
        WITHDRAWN = "withdrawn", "取り下げた"

    class Detail(models.TextChoices):
        LAST = "last", "いまの値だけ"
        HOURS = "hours", "1時間ごとの平均・最小・最大"
        READINGS = "readings", "届いた値すべて"

    code = models.SlugField("アドレスの名前", max_length=40)
    version = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField("題名", max_length=80)
    description = models.TextField("説明", max_length=1_000)
    entity_type = models.CharField("実体の型", max_length=256)
    ids = models.JSONField("実体の id", default=list)
    attributes = models.JSONField("属性", default=list)
    placed = models.BooleanField("場所を出す", default=True)
    detail = models.CharField("細かさ", max_length=10, choices=Detail.choices, default=Detail.LAST)
    days = models.PositiveIntegerField("何日前まで", default=0)
    licence = models.CharField("使うときの条件", max_length=120)
    cycle = models.CharField("更新の間隔", max_length=60)
    proposed_by = person("作った職員", null=True)
    made_at = models.DateTimeField("作った日時", auto_now_add=True)
    published_at = models.DateTimeField("公開した日時", null=True)
    withdrawn_at = models.DateTimeField("取り下げた日時", null=True)
    withdrawn_for = models.CharField("取り下げたわけ", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "オープンデータ"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code", "version"], name="cityhub_opendata_once")
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="cityhub_opendata_state")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"
