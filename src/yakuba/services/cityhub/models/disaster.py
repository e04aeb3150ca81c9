"""What the page of evacuation notices has beside them: warnings, shelters and closed roads, as a named person entered them."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class WeatherWarning(MunicipalityModel):
    """A warning of 気象庁 or the prefecture, copied by hand or from a file. level: 相当する警戒レベル, empty for none."""

    name = models.CharField("名前", max_length=60)
    area = models.CharField("区域", max_length=120)
    level = models.PositiveSmallIntegerField("警戒レベル相当", null=True, blank=True)
    source = models.CharField("発表者", max_length=60)
    issued_at = models.DateTimeField("発表の日時")
    ended_at = models.DateTimeField("解除の日時", null=True, blank=True)
    entered_by = person("入れた職員", null=True)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "気象警報など"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name", "area", "issued_at"], name="cityhub_warning_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.area}）"


class Shelter(MunicipalityModel):
    """A shelter and how full it is. capacity, people: persons; people is empty while nobody has counted."""

    class State(models.TextChoices):
        CLOSED = "closed", "閉鎖"
        OPEN = "open", "開設"
        FULL = "full", "満員"

    name = models.CharField("名前", max_length=80)
    address = models.CharField("住所", max_length=160, blank=True)
    latitude = models.FloatField("緯度", null=True, blank=True)
    longitude = models.FloatField("経度", null=True, blank=True)
    capacity = models.PositiveIntegerField("定員", null=True, blank=True)
    people = models.PositiveIntegerField("いまの人数", null=True, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.CLOSED)
    entered_by = person("入れた職員", null=True)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "避難所"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="cityhub_shelter_once")]

    def __str__(self) -> str:
        return self.name


class RoadClosure(MunicipalityModel):
    """A part of a road that is closed."""

    road = models.CharField("路線", max_length=80)
    part = models.CharField("区間", max_length=160)
    reason = models.CharField("わけ", max_length=200, blank=True)
    latitude = models.FloatField("緯度", null=True, blank=True)
    longitude = models.FloatField("経度", null=True, blank=True)
    began_at = models.DateTimeField("始まりの日時")
    ended_at = models.DateTimeField("解除の日時", null=True, blank=True)
    entered_by = person("入れた職員", null=True)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通行止め"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "road", "part", "began_at"], name="cityhub_closure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.road}　{self.part}"
