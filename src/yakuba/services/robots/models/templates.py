"""Tables of ready templates: the town's group, what it shares there, and what the town has taken."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class TownGroup(MunicipalityModel):
    """The group (集まり) of municipalities with which this one shares ready templates: those of the same name. Set by who
    operates the installation alone."""

    name = models.CharField("集まりの名称", max_length=60)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ひな形を分け合う集まり"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="robots_one_group")]

    def __str__(self) -> str:
        return self.name


class SharedTemplate(MunicipalityModel):
    """A scenario of this town as its group sees it. text: the template file (`engine.catalogue`), without values, secrets
    and the town's addresses."""

    scenario = models.ForeignKey("robots.Scenario", models.CASCADE, related_name="+", verbose_name="シナリオ")
    code = models.SlugField("ひな形", max_length=60)
    version = models.PositiveIntegerField("版", default=1)
    text = models.TextField("YAML")
    shared_by = person("出した職員")
    shared_at = models.DateTimeField("出した日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "集まりに出したひな形"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="robots_shared_once"),
            models.UniqueConstraint(fields=["scenario"], name="robots_scenario_shared_once"),
        ]

    def __str__(self) -> str:
        return self.code


class TakenTemplate(MunicipalityModel):
    """A ready template that this town has taken. Nothing of it runs: its procedure is a draft among the definitions, its
    scenario the draft of a recording once there is a sample case.

    origin: 団体コード of the town that shared it, empty for one that comes with the house.  text: the template as it was
    taken.  words: what the town says instead, by the slots' keys.  recording: the draft that was opened last.
    """

    origin = models.CharField("出どころ", max_length=6, blank=True)
    code = models.SlugField("ひな形", max_length=60)
    version = models.PositiveIntegerField("版")
    title = models.CharField("名称", max_length=120)
    text = models.TextField("YAML")
    system = models.ForeignKey(
        "robots.System", models.PROTECT, null=True, related_name="+", verbose_name="接続先"
    )
    words = models.JSONField("この自治体の言葉", default=dict)
    recording = models.ForeignKey(
        "robots.Recording", models.SET_NULL, null=True, related_name="+", verbose_name="下書き"
    )
    taken_by = person("取り込んだ職員")
    taken_at = models.DateTimeField("取り込んだ日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "取り込んだひな形"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "origin", "code"], name="robots_taken_once")
        ]

    def __str__(self) -> str:
        return self.title
