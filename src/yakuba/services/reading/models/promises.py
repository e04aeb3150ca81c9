"""How many silent errors a town allows, what people have judged, and where it was not kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Promise(MunicipalityModel):
    """How many silent errors of a million passed values the town allows in a field of a form (約束). A field without a row
    has the usual promise (`engine.promises.USUAL`) and one person; 0 errors: a person always looks."""

    form = models.CharField("様式", max_length=60)
    field = models.CharField("項目", max_length=60)
    per_million = models.PositiveIntegerField("100万個のうちの誤り")
    people = models.PositiveSmallIntegerField(
        "迷った値を確かめる人数", default=1
    )  # 0: nobody; the value stays unconfirmed
    set_by = person("決めた職員", null=True)
    set_at = models.DateTimeField("決めた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "読み取りの約束"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "form", "field"], name="promise_once"),
        ]


class CheckedCount(MunicipalityModel):
    """How many values of a kind a person has judged in a month, and how many were wrong. It holds no value.

    passed: they would have passed.  confidence: the class of the reading's confidence.  blind: the person was not shown
    what had been read; else the question showed it, or the error was found after the entry.
    """

    form = models.CharField("様式", max_length=60)
    month = models.DateField("月")  # its first day
    type = models.CharField("型", max_length=20)
    hand = models.CharField("書き手", max_length=10, blank=True)
    passed = models.BooleanField("通るはずだった")
    confidence = models.PositiveSmallIntegerField("確かさの段階")
    blind = models.BooleanField("見ないで照合した")
    checked = models.PositiveIntegerField("照合した数", default=0)
    wrong = models.PositiveIntegerField("違った数", default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "照合した数"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form", "month", "type", "hand", "passed", "confidence", "blind"],
                name="checked_count_once",
            ),
        ]


class Tightening(MunicipalityModel):
    """That values of a type on a form go to a person because too many were found wrong (引き締め), and why."""

    form = models.CharField("様式", max_length=60)
    type = models.CharField("型", max_length=20)
    per_million = models.PositiveIntegerField("守れなかった約束")
    checked = models.PositiveIntegerField("照合した数")
    wrong = models.PositiveIntegerField("違った数")
    since = models.DateTimeField("始まり", auto_now_add=True)
    until = models.DateTimeField("終わり", null=True)
    seen_by = person("見た管理者", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "引き締め"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form", "type"],
                condition=Q(until__isnull=True),
                name="tightening_open_once",
            ),
        ]
