"""Similar cases that somebody looked at, and what a person decided."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.outreach.models.tables import Purpose, TownTable, masked


class CareLook(MunicipalityModel):
    """A person's similar cases as they were shown. asked: headings; result: `engine.neighbours.similar`; decision: what a person
    decided and why, which the software does not."""

    number = models.CharField("宛名番号", max_length=20)
    table = models.ForeignKey(TownTable, models.SET_NULL, null=True, related_name="+", verbose_name="表")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name="目的")
    asked = models.JSONField("比べた列", default=dict)
    result = models.JSONField("似た事例", default=dict)
    decision = models.TextField("決めたこととわけ", blank=True)
    created_at = models.DateTimeField("見た日時", auto_now_add=True)
    created_by = person("見た職員", null=True)
    decided_at = models.DateTimeField("決めた日時", null=True)
    decided_by = person("決めた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "似た事例"

    def __str__(self) -> str:
        return masked(self.number)
