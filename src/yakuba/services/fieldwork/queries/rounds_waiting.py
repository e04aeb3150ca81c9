"""What of the rounds waits for somebody, and what failed."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.registry import Failure, QueueState
from yakuba.services.fieldwork.contracts import ChangeState, PlanState
from yakuba.services.fieldwork.models import RoundChange, RoundPlan


def waiting(user: Any) -> QueueState:
    """Changes of the day that were reckoned and nobody decided."""
    found = RoundChange.objects.filter(state=ChangeState.READY).aggregate(
        number=Count("pk"), oldest=Min("asked_at"), first=Min("pk")
    )
    first = found["first"]
    url = reverse("fieldwork:round_change", args=[first]) if first else reverse("fieldwork:rounds")
    return QueueState(found["number"], url, "変更を決める", found["oldest"], urgent=True)


def failures(user: Any, most: int | None = None) -> list[Failure]:
    """Plans and changes that could not be calculated."""
    if not allowed(user, "fieldwork.plan_rounds"):
        return []
    plans = (
        Failure(
            f"巡回計画「{row.title}」を計算できませんでした",
            row.reason,
            reverse("fieldwork:round_plan", args=[row.pk]),
            "計画を見る",
            row.made_at,
        )
        for row in RoundPlan.objects.filter(state=PlanState.FAILED).order_by("-pk")
    )
    changes = (
        Failure(
            f"巡回計画「{row.plan.title}」の当日の変更を計算できませんでした",
            row.reason,
            reverse("fieldwork:round_change", args=[row.pk]),
            "変更を見る",
            row.asked_at,
        )
        for row in RoundChange.objects.filter(state=ChangeState.FAILED).select_related("plan").order_by("-pk")
    )
    found = [*islice(plans, most), *islice(changes, most)]
    return found if most is None else found[:most]
