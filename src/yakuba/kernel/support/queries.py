"""Reads: what holds in a town, what an operator may look at, and what was looked at."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.support.models import Operator, SupportGrant
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import Municipality

LOOKED = "support.looked"


def operators() -> QuerySet[Any]:
    """All of the installation, whatever their organisation."""
    rows = Operator.all_municipalities.filter(user__is_active=True)
    return rows.select_related("user__municipality").order_by("user__username")


@every_municipality("who operates the installation is of another town")
def is_operator(user: User) -> bool:
    """Whether towns may let this person look."""
    return operators().filter(user=user).exists()


def grants() -> QuerySet[Any]:
    """All of the active town, the newest first."""
    return SupportGrant.objects.select_related("operator__municipality", "granted_by", "ended_by").order_by(
        "-pk"
    )


@every_municipality("who operates the installation is of another town")
def holding(town: Municipality) -> list[SupportGrant]:
    """Those that hold now in a town; whatever is active."""
    rows = SupportGrant.all_municipalities.filter(
        municipality=town, ended_at__isnull=True, until__gt=timezone.now()
    )
    return list(rows.select_related("operator").order_by("until"))


def open_to(operator: User) -> QuerySet[Any]:
    """The grants of all towns by which this person may look now."""
    rows = SupportGrant.all_municipalities.filter(
        operator=operator, ended_at__isnull=True, until__gt=timezone.now()
    )
    return rows.select_related("municipality").order_by("until")


def looks(grant: SupportGrant) -> QuerySet[Any]:
    """Every look by that grant, the last first."""
    return AuditEvent.objects.filter(name=LOOKED, subject=subject_of(grant)).order_by("-sequence")


def subject_of(grant: SupportGrant) -> str:
    """How the audit record calls it."""
    return f"support:{grant.pk}"
