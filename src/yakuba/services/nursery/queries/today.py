"""What the home page and the self-check say about the nursery admission."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.registry import CheckResult, Failure, QueueState, RunningWork
from yakuba.services.nursery.models import Decision, Round, RuleSet, Run

SHOWN = 20


def decisions_queue(user: Any) -> QueueState:
    """Decisions that wait for a second person; one's own are not counted, because one may not approve them."""
    rows = Decision.objects.filter(state=Decision.State.PROPOSED).exclude(proposed_by=user)
    oldest = rows.order_by("proposed_at").first()
    url = reverse("nursery:index")
    return QueueState(
        rows.count(), url, "承認する", oldest.proposed_at if oldest else None, urgent=oldest is not None
    )


def rounds_queue(user: Any) -> QueueState:
    """Rounds that are being prepared and have no adopted result yet."""
    rows = Round.objects.filter(state=Round.State.PREPARING, adopted=None)
    oldest = rows.order_by("made_at").first()
    url = reverse("nursery:index")
    return QueueState(rows.count(), url, "準備をつづける", oldest.made_at if oldest else None)


def failures(user: Any) -> list[Failure]:
    """Runs that ended without a result."""
    if not allowed(user, "nursery.view"):
        return []
    rows = Run.objects.filter(state=Run.State.FAILED, round__state=Round.State.PREPARING)
    return [
        Failure(
            f"{run.round}の計算",
            run.problems[0]["reason"] if run.problems else "理由は計算の画面で見られます。",
            reverse("nursery:index"),
            "開いて直す",
            run.ended_at or run.started_at,
        )
        for run in rows.select_related("round").order_by("-pk")[:SHOWN]
    ]


def running(user: Any) -> list[RunningWork]:
    """Runs under way."""
    if not allowed(user, "nursery.view"):
        return []
    found = []
    for run in Run.objects.filter(state=Run.State.ACTIVE).select_related("round"):
        job = Job.objects.filter(name="nursery.run", key=run.job_key).first()
        done, total = (job.progress_done, job.progress_total) if job else (0, 0)
        note = job.progress_note if job else ""
        found.append(RunningWork(f"{run.round}の計算", done, total, reverse("nursery:index"), note))
    return found


def self_check() -> list[CheckResult]:
    """Whether the loaded rule sets still can be read by this version of the program."""
    return [CheckResult("選考基準", bool(RuleSet.objects.exists()) or not Round.objects.exists())]
