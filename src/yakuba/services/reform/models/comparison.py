"""What is compared between bodies: how many live there, and processes that a town shares or that came as a table."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.reform.contracts import Medium


class Body(MunicipalityModel):
    """A body (団体) with its population, from a table that a person loaded. code: 全国地方公共団体コード, 6 digits."""

    code = models.CharField("団体コード", max_length=6)
    name = models.CharField("団体名", max_length=60)
    population = models.PositiveIntegerField("人口", validators=[MinValueValidator(1)])
    counted_on = models.DateField("いつの人口")
    source = models.CharField("出典", max_length=200)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "団体"
        ordering = ("code",)
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="reform_body_once")]

    def __str__(self) -> str:
        return self.name


class ProcessFigures(MunicipalityModel):
    """A process with its sums and its tasks. key: comparable name; year: fiscal; minutes: a year, None where no task's are known;
    lacking: tasks without cases or minutes; medium: with the most minutes; rows: the tasks as plain data
    (`engine.comparison.as_plain`), without names of sections and staff."""

    key = models.CharField("見出し", max_length=80)
    name = models.CharField("業務", max_length=80)
    year = models.PositiveIntegerField("年度")
    cases = models.DecimalField("件数/年", max_digits=18, decimal_places=6, null=True)
    minutes = models.DecimalField("分/年", max_digits=30, decimal_places=6, null=True)
    steps = models.PositiveIntegerField("工程")
    tasks = models.PositiveIntegerField("作業")
    lacking = models.PositiveIntegerField("書きかけの作業")
    medium = models.CharField("媒体", max_length=10, choices=Medium.choices(), blank=True)
    rows = models.JSONField("作業の表", default=list)

    class Meta(MunicipalityModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class SharedProcess(ProcessFigures):
    """What the town lets the other towns of its group see of one process, as it was when a person shared it. Gone when it is
    taken back. group: to which it was shared; another group that the town joins later does not see it."""

    group = models.CharField("出した集まり", max_length=80, blank=True)
    shared_by = person("出した職員", null=True)
    shared_at = models.DateTimeField("出した日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "集まりに出した業務"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="reform_shared_once")]
        indexes = [models.Index(fields=["key"], name="reform_shared_key")]


class ImportedProcess(ProcessFigures):
    """A process of a body that is not in the group, from a table. Seen by the town that loaded it alone."""

    code = models.CharField("団体コード", max_length=6)
    body = models.CharField("団体名", max_length=60)
    source = models.CharField("出典", max_length=200)
    loaded_by = person("取り込んだ職員", null=True)
    loaded_at = models.DateTimeField("取り込んだ日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "表から取り込んだ業務"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code", "key"], name="reform_imported_once")
        ]
        indexes = [models.Index(fields=["municipality", "key"], name="reform_imported_key")]
