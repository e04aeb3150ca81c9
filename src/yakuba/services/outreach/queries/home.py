"""What the home page, the digest and the self-check ask."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.registry import CheckResult, Failure, FirstStep, QueueState, RunningWork, queued
from yakuba.services.outreach.models import (
    Campaign,
    InvitationPrint,
    NumberSeries,
    PressureNotice,
    RiskModel,
    TownTable,
)
from yakuba.services.outreach.queries.campaigns import overdue

WORK = (
    (TownTable, "outreach.read_table", "表", "outreach:table", "outreach.load"),
    (RiskModel, "outreach.train", "リスクのモデル", "outreach:model", "outreach.model"),
    (NumberSeries, "outreach.forecast", "数の予測", "outreach:series", "outreach.forecast"),
    (InvitationPrint, "outreach.print", "手紙", "", "outreach.plan"),
)


def waiting(user: Any) -> QueueState:
    """Campaigns whose next step has its day."""
    today = timezone.localdate()
    rows = [
        row
        for row in Campaign.objects.exclude(state__in=("draft", "reported")).order_by("pk")
        if row.state == "approved" or overdue(row, today)
    ]
    oldest = min((row.created_at for row in rows), default=None)
    url = reverse("outreach:campaign", args=[rows[0].pk]) if rows else reverse("outreach:index")
    return QueueState(len(rows), url, "進める", oldest)


def waiting_pressure(user: Any) -> QueueState:
    """Means at or above the threshold that no nurse has looked at."""
    rows = PressureNotice.objects.filter(state=PressureNotice.State.OPEN)
    return queued(rows, "created_at", reverse("outreach:pressure") + "?state=open", "見る")


def failures(user: Any, most: int | None = None) -> list[Failure]:
    """What a worker could not do."""
    found = []
    for model, _, what, name, permission in WORK:
        if allowed(user, permission):
            for row in model.objects.filter(state="failed").order_by("-pk")[:most]:
                url = (
                    reverse(name, args=[row.pk])
                    if name
                    else reverse("outreach:campaign", args=[row.campaign_id])
                )
                found.append(
                    Failure(
                        f"{what}「{row}」ができませんでした",
                        _first(row.reason),
                        url,
                        "理由を見る",
                        row.created_at,
                    )
                )
    if allowed(user, "outreach.plan"):
        for row in Campaign.objects.exclude(reason="").order_by("-pk")[:most]:
            found.append(
                Failure(
                    f"施策「{row}」の割り付けができませんでした",
                    _first(row.reason),
                    reverse("outreach:campaign", args=[row.pk]),
                    "理由を見る",
                    row.created_at,
                )
            )
    return found[:most]


def _first(reason: str) -> str:
    return reason.splitlines()[0] if reason else ""


def running(user: Any) -> list[RunningWork]:
    """What a worker does."""
    found = []
    for model, job, what, name, permission in WORK:
        if allowed(user, permission):
            for row in model.objects.filter(state="waiting").order_by("pk"):
                url = (
                    reverse(name, args=[row.pk])
                    if name
                    else reverse("outreach:campaign", args=[row.campaign_id])
                )
                found.append(work_of(job, row.job_key).on_home(f"{what}「{row}」", url))
    return found


def self_check() -> list[CheckResult]:
    """Whether a campaign waits for its look, and whether a model in use is old."""
    today = timezone.localdate()
    late = [
        row.name
        for row in Campaign.objects.filter(state="printed")
        if row.plan.look < today and row.results_until is None
    ]
    return [
        CheckResult(
            "勧奨の結果",
            not late,
            f"見る日を過ぎて、受診者の一覧のない施策があります：{'、'.join(late[:5])}。一覧を入れてください。"
            if late
            else "",
        )
    ]


def first_step(user: Any) -> FirstStep | None:
    """What is to be done first where there is nothing yet."""
    if TownTable.objects.exists() or not allowed(user, "outreach.load"):
        return None
    return FirstStep(
        "対象者の表を入れると、勧奨の施策を作れます。", reverse("outreach:load_table"), "表を入れる"
    )
