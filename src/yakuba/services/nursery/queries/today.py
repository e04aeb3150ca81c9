"""What the home page and the self-check say about the nursery admission."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.jobs.work import Work, work_of, works_of
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
    if allowed(user, "nursery.propose"):
        found += [
            Failure(
                f"{round}の決定を入力に回せません",
                work.reason,
                reverse("nursery:round", args=[round.pk]),
                "開いて直す",
                round.frozen_at or round.made_at,
            )
            for round, work in _hand_overs()
            if work.can_retry
        ]
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
    if allowed(user, "nursery.propose"):
        found += [
            work.on_home(f"{round}の決定を入力に回す", reverse("nursery:round", args=[round.pk]))
            for round, work in _hand_overs()
            if work.is_live
        ]
    return found + (_running_prints() if allowed(user, "nursery.output") else [])


def _running_prints() -> list[RunningWork]:
    rows = NoticePrint.objects.filter(state=NoticePrint.State.ACTIVE).select_related("round")
    return [
        work_of("nursery.notices", row.job_key).on_home(
            f"{row.round}の通知", reverse("nursery:notices", args=[row.round_id])
        )
        for row in rows
    ]


def _running_runs() -> list[RunningWork]:
    rows = Run.objects.filter(state=Run.State.ACTIVE).select_related("round")
    return [
        work_of("nursery.run", run.job_key).on_home(
            f"{run.round}の計算", reverse("nursery:run", args=[run.pk])
        )
        for run in rows
    ]


def _hand_overs() -> list[tuple[Round, Work]]:
    """What hands decisions over, or could not."""
    rounds = {f"round-{row.pk}": row for row in Round.objects.exclude(state=Round.State.PREPARING)}
    return [(rounds[key], work) for key, work in works_of("nursery.hand_over", rounds).items()]


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
