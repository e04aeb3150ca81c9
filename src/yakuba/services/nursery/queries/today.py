"""What the home page and the self-check say about the nursery admission."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.registry import CheckResult, Failure, QueueState, RunningWork
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import NoticePrint, Round, RuleSet, Run
from yakuba.services.nursery.queries import rules

SHOWN = 20


def rounds_queue(user: Any) -> QueueState:
    """Rounds that are not final yet. They take weeks, so their age says nothing of what to do first today."""
    rows = Round.objects.filter(state=Round.State.PREPARING)
    oldest = rows.order_by("made_at").first()
    number = rows.count()
    url = reverse("nursery:round", args=[oldest.pk]) if oldest and number == 1 else reverse("nursery:index")
    return QueueState(number, url, "選考をつづける")


def failures(user: Any) -> list[Failure]:
    """Rounds whose newest run, or whose newest notices, ended without a result."""
    found = _failed_runs() if allowed(user, "nursery.view") else []
    return found + (_failed_prints() if allowed(user, "nursery.output") else [])


def _failed_runs() -> list[Failure]:
    later = Run.objects.filter(round=OuterRef("round"), pk__gt=OuterRef("pk"))
    rows = Run.objects.filter(state=Run.State.FAILED, round__state=Round.State.PREPARING)
    rows = rows.exclude(Exists(later))
    return [
        Failure(
            f"{run.round}の計算",
            run.problems[0]["reason"] if run.problems else "理由は計算の画面で見られます。",
            reverse("nursery:run", args=[run.pk]),
            "開いて直す",
            run.ended_at or run.started_at,
        )
        for run in rows.select_related("round").order_by("-pk")[:SHOWN]
    ]


def _failed_prints() -> list[Failure]:
    later = NoticePrint.objects.filter(round=OuterRef("round"), pk__gt=OuterRef("pk"))
    rows = NoticePrint.objects.filter(state=NoticePrint.State.FAILED).exclude(Exists(later))
    return [
        Failure(
            f"{row.round}の通知",
            row.problems[0]["reason"] if row.problems else "通知の画面から作り直してください。",
            reverse("nursery:notices", args=[row.round_id]),
            "開いて作り直す",
            row.ended_at or row.made_at,
        )
        for row in rows.select_related("round").order_by("-pk")[:SHOWN]
    ]


def running(user: Any) -> list[RunningWork]:
    """Runs and notices under way."""
    found = _running_runs() if allowed(user, "nursery.view") else []
    return found + (_running_prints() if allowed(user, "nursery.output") else [])


def _running_prints() -> list[RunningWork]:
    found = []
    for row in NoticePrint.objects.filter(state=NoticePrint.State.ACTIVE).select_related("round"):
        job = Job.objects.filter(name="nursery.notices", key=row.job_key).first()
        done, total, note = (job.progress_done, job.progress_total, job.progress_note) if job else (0, 0, "")
        url = reverse("nursery:notices", args=[row.round_id])
        found.append(RunningWork(f"{row.round}の通知", done, total, url, note))
    return found


def _running_runs() -> list[RunningWork]:
    found = []
    for run in Run.objects.filter(state=Run.State.ACTIVE).select_related("round"):
        job = Job.objects.filter(name="nursery.run", key=run.job_key).first()
        done, total = (job.progress_done, job.progress_total) if job else (0, 0)
        note = job.progress_note if job else ""
        url = reverse("nursery:run", args=[run.pk])
        found.append(RunningWork(f"{run.round}の計算", done, total, url, note))
    return found


def self_check() -> list[CheckResult]:
    """Whether this version of the program reads every rule set that an open round uses."""
    results = []
    for rule_set in RuleSet.objects.filter(rounds__state=Round.State.PREPARING).distinct():
        try:
            rules.parsed(rule_set)
            advice = ""
        except RulesRefused as refused:
            advice = f"今のプログラムでは読めません。直した版を登録し直してください。{refused.problems[0]}"
        results.append(CheckResult(f"選考基準「{rule_set}」", not advice, advice))
    return results
