"""How long what is kept, and what has gone."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from yakuba.kernel.accounts.models import person
from yakuba.kernel.approvals.models import Proposal
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class Rule(MunicipalityModel):
    """For how many days a unit's things are kept after they are over. Without a rule they are kept."""

    unit = models.CharField("対象", max_length=80)
    days = models.PositiveIntegerField("日数")
    set_by = person("決めた職員")
    set_at = models.DateTimeField("決めた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "保存期間"
        constraints = [models.UniqueConstraint(fields=["municipality", "unit"], name="retention_rule_once")]


class Shredding(Proposal):
    """Things that one person proposes to erase and another one approves. keys: of the unit; erased: how many went;
    left: where the proof found one of `proved` values again, `{table: rows}`; files: how many files went with them.
    export: what was taken along before, until it is removed."""

    permission = "retention.approve"

    unit = models.CharField("対象", max_length=80)
    label = models.CharField("名称", max_length=200)
    keys = models.JSONField("番号", default=list)
    wants_export = models.BooleanField("消す前に書き出す", default=False)
    export = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="書き出し"
    )
    erased = models.PositiveIntegerField("消した数", default=0)
    files = models.PositiveIntegerField("消したファイル", default=0)
    proved = models.PositiveIntegerField("残っていないか調べた値", default=0)
    left = models.JSONField("残っていた所", default=dict)
    done_at = models.DateTimeField("消した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "消去"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "unit"],
                condition=models.Q(state="proposed"),
                name="retention_one_open",
            )
        ]

    @property
    def title(self) -> str:
        """What is proposed."""
        return f"消去　{self.label}　{len(self.keys)}件"

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("retention:shredding", args=[self.pk])

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"shredding-{self.pk}"
