"""What one person proposes and another one answers, and who answers for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import person
from yakuba.kernel.registry import ApprovalKind, approval_kind
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.kernel.townsettings import value


def due(days: int) -> date | None:
    """By when what is proposed today is to be answered: as the town has set for everything, else in so many days; None
    where both are 0."""
    days = int(value("approvals.days")) or days
    return timezone.localdate() + timedelta(days=days) if days else None


class Proposal(MunicipalityModel):
    """Base of a table of what needs a second person. `permission`: the right that approving needs; a row without its own
    page leaves `url` as it is. acted_for: whose right a deputy used. A new row gets the deadline that the town has set."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "承認待ち"
        APPROVED = "approved", "承認"
        REFUSED = "refused", "差し戻し"

    permission = ""

    reason = models.TextField("理由")
    state = models.CharField("状態", max_length=10, choices=State, default=State.PROPOSED)
    deadline = models.DateField("期限", null=True)
    proposed_by = person("起案者")
    proposed_at = models.DateTimeField("起案日時", auto_now_add=True)
    answered_by = person("承認者", null=True)
    acted_for = person("だれの代理か", null=True)
    answered_at = models.DateTimeField("承認日時", null=True)
    answer = models.TextField("承認者の言葉", blank=True)

    class Meta(MunicipalityModel.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it, with a deadline from the first time on."""
        if self._state.adding and self.is_open and self.deadline is None:
            self.deadline = due(0)
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """What is proposed, in a few words."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Where it is looked at and answered."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self.state == self.State.PROPOSED)

    @property
    def is_late(self) -> bool:
        """Whether it still waits after its deadline."""
        return self.is_open and self.deadline is not None and self.deadline < timezone.localdate()


class Approval(Proposal):
    """A proposal of a room that has no table for it. kind: of the manifests; subject: as in the audit record, `round:12`;
    summary: everything that the second person must know, in Japanese."""

    kind = models.CharField("種類", max_length=60)
    subject = models.CharField("対象", max_length=120)
    summary = models.TextField("内容")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "承認"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "subject"],
                condition=Q(state="proposed"),
                name="approvals_one_open",
            )
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="approvals_state")]

    @property
    def declared(self) -> ApprovalKind | None:
        """Its kind as the room declares it; None where that room is no more."""
        try:
            return approval_kind(self.kind)
        except LookupError:
            return None

    @property
    def permission(self) -> str:  # type: ignore[override]  # one for each row
        """The right that approving needs; empty where nobody can."""
        return self.declared.permission if self.declared else ""

    @property
    def title(self) -> str:
        """Its kind, in the room's words."""
        return self.declared.label if self.declared else self.kind

    @property
    def url(self) -> str:
        """Its page among the approvals."""
        return reverse("approvals:approval", args=[self.pk])


class Deputy(MunicipalityModel):
    """While `principal` is away, `deputy` may answer what `principal` may: from the first day to the last, both included."""

    principal = person("本人")
    deputy = person("代理")
    first_day = models.DateField("はじめの日")
    last_day = models.DateField("終わりの日")
    made_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "代理"
