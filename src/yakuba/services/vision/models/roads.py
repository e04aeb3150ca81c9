"""Road sections of the town, and what each drive measured of them."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.vision.contracts import Damage


class RoadSection(MunicipalityModel):
    """A piece of road. line: (longitude, latitude) in degrees (WGS 84); metres: its length; traffic: vehicles a day; what is None is
    not known. drive: the number of the drive's sections where it was made along one, empty where the town brought it."""

    code = models.CharField("番号", max_length=40)
    name = models.CharField("路線名", max_length=120, blank=True)
    line = models.JSONField("線")
    metres = models.FloatField("延長（m）")
    traffic = models.PositiveIntegerField("交通量（台/日）", null=True)
    repaired_on = models.DateField("前の修繕", null=True)
    made = models.BooleanField("走った道から作った", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "道路の区間"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="vision_section_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class SectionResult(MunicipalityModel):
    """What the pictures of one analysis say of a section. share: cracks' mean share of the road, None and no damage where too few
    pictures showed road. on: the day of the drive."""

    analysis = models.ForeignKey(
        "vision.Analysis", models.CASCADE, related_name="results", verbose_name="解析"
    )
    section = models.ForeignKey(RoadSection, models.CASCADE, related_name="results", verbose_name="区間")
    on = models.DateField("走った日")
    pictures = models.PositiveIntegerField("写真")
    share = models.FloatField("ひび割れの割合", null=True)
    damage = models.CharField("損傷の程度", max_length=10, choices=Damage.choices(), blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "区間の結果"
        constraints = [
            models.UniqueConstraint(fields=["analysis", "section"], name="vision_section_result_once")
        ]
        indexes = [models.Index(fields=["municipality", "section", "on"], name="vision_section_on")]
