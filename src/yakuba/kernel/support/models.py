"""Who operates the installation, and what a town lets them see."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Operator(MunicipalityModel):
    """A person whom towns may let look: a member of staff of the operator's own organisation, which is a municipality of
    the installation."""

    user = models.OneToOneField("accounts.User", models.PROTECT, related_name="+", verbose_name="運用者")
    since = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "運用者"


class SupportGrant(MunicipalityModel):
    """The town lets an operator look, for a reason and until a moment. with_cases: the pages of cases too."""

    operator = person("運用者")
    reason = models.CharField("理由", max_length=200)
    with_cases = models.BooleanField("受付も見せる", default=False)
    granted_by = person("許した人")
    granted_at = models.DateTimeField("許した日時", auto_now_add=True)
    until = models.DateTimeField("終わる日時")
    ended_at = models.DateTimeField("終えた日時", null=True)
    ended_by = person("終えた人", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "運用者に見せること"
        indexes = [models.Index(fields=["municipality", "until"], name="support_grant_until")]

    @property
    def holds(self) -> bool:
        """Whether the operator may look now."""
        return self.ended_at is None and self.until > timezone.now()
