"""Values found wrong after their case was entered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.tenancy.models import MunicipalityModel


class Correction(MunicipalityModel):
    """A value found wrong after its case was entered: what stands in the core system, and what is right.

    The ledger holds the right value from the moment the correction is opened; it is done when a person has changed
    the core system too. `origin` and `source` say how the wrong value had come to pass.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    field = models.CharField("項目", max_length=60)
    was = models.TextField("登録した値", blank=True)
    right = models.TextField("正しい値", blank=True)
    reason = models.CharField("気づいたきっかけ", max_length=200)
    origin = models.CharField("誤りの由来", max_length=10, choices=CaseValue.Origin.choices)
    source = models.JSONField("誤りの出所", default=dict)
    wrong_by = person("誤って確認した職員", null=True)
    wrong_at = models.DateTimeField("誤って確認した日時", null=True)
    opened_by = person("訂正を始めた職員")
    opened_at = models.DateTimeField("訂正を始めた日時", auto_now_add=True)
    done_by = person("直した職員", null=True)
    done_at = models.DateTimeField("基幹システムを直した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "訂正"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "field"], condition=Q(done_at__isnull=True), name="correction_open_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "done_at"], name="correction_done")]
