"""Risk models: what they were trained on, what they are worth, who approved them."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.services.outreach.models.tables import Purpose, TownTable, Worked


class RiskModel(Worked):
    """A model in one version. outcome, features: headings; decided: the day in the fiscal year on which people are chosen (`known_on`);
    data: sha256 of the table that it learned from; part: the model as JSON; figures: `engine.risk.trained`."""

    name = models.CharField("名前", max_length=120)
    version = models.PositiveIntegerField("版")
    table = models.ForeignKey(TownTable, models.SET_NULL, null=True, related_name="models", verbose_name="表")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="models", verbose_name="目的")
    features = models.JSONField("使う列", default=list)
    decided = models.CharField("決める日", max_length=20)
    seed = models.PositiveIntegerField("乱数の種")
    data = models.CharField("学習した表のハッシュ", max_length=64, blank=True)
    part = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="モデル")
    figures = models.JSONField("評価", default=dict)
    approved_at = models.DateTimeField("承認の日時", null=True)
    approved_by = person("承認した職員", null=True)
    ended_at = models.DateTimeField("やめた日時", null=True)

    class Meta(Worked.Meta):
        abstract = False
        verbose_name = "リスクのモデル"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name", "version"], name="outreach_model_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"

    @property
    def feature_headings(self) -> list[str]:
        """The columns that it looks at."""
        return list(self.features)

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"riskmodel-{self.pk}"

    @property
    def holds(self) -> bool:
        """Whether it may choose anybody."""
        return self.state == self.State.DONE and self.approved_at is not None and self.ended_at is None
