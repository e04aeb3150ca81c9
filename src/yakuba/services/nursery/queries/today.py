"""What the home page and the self-check say about the nursery admission."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.jobs.work import Work, work_of, works_of
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import CheckResult, Failure, QueueState, RunningWork
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


def failures(user: Any, most: int | None = SHOWN) -> list[Failure]:
    """Rounds whose newest run, or whose newest notices, ended without a result, and whose decisions are not handed over;
    `most` of each, None for all."""
    found = []
    if allowed(user, "nursery.view"):
        runs = _newest_failed(Run).filter(round__state=Round.State.PREPARING)
        why = "理由は計算の画面で見られます。"
        found += [_failure(run, "計算", why, run.started_at, "開いて直す") for run in runs[:most]]
    if allowed(user, "nursery.propose"):
        for round, work in _hand_overs():
            if work.can_retry:
                title, since = f"{round}の決定を入力に回せません", round.frozen_at or round.made_at
                found.append(Failure(title, work.reason, _page(round), "開いて直す", since))
    if allowed(user, "nursery.output"):
        why = "通知の画面から作り直してください。"
        prints = _newest_failed(NoticePrint)[:most]
        found += [_failure(row, "通知", why, row.made_at, "開いて作り直す") for row in prints]
    return found


def _newest_failed(model: Any) -> QuerySet[Any]:
    """What failed and was not begun anew in its round."""
    later = model.objects.filter(round=OuterRef("round"), pk__gt=OuterRef("pk"))
    rows = model.objects.filter(state=model.State.FAILED).exclude(Exists(later))
    return rows.select_related("round").order_by("-pk")


def _failure(row: Any, what: str, else_why: str, begun: datetime, button: str) -> Failure:
    reason = row.problems[0]["reason"] if row.problems else else_why
    return Failure(f"{row.round}の{what}", reason, _page(row), button, row.ended_at or begun)


def _page(row: Any) -> str:
    """Where a run, notices or a round are seen."""
    if isinstance(row, Run):
        return reverse("nursery:run", args=[row.pk])
    if isinstance(row, NoticePrint):
        return reverse("nursery:notices", args=[row.round_id])
    return reverse("nursery:round", args=[row.pk])


def running(user: Any) -> list[RunningWork]:
    """Runs, hand-overs and notices under way."""
    found = _under_way(Run, "nursery.run", "計算") if allowed(user, "nursery.view") else []
    if allowed(user, "nursery.propose"):
        live = [(round, work) for round, work in _hand_overs() if work.is_live]
        found += [work.on_home(f"{round}の決定を入力に回す", _page(round)) for round, work in live]
    return found + (
        _under_way(NoticePrint, "nursery.notices", "通知") if allowed(user, "nursery.output") else []
    )


def _under_way(model: Any, job: str, what: str) -> list[RunningWork]:
    rows = model.objects.filter(state=model.State.ACTIVE).select_related("round")
    return [work_of(job, row.job_key).on_home(f"{row.round}の{what}", _page(row)) for row in rows]


def _hand_overs() -> list[tuple[Round, Work]]:
    """What hands decisions over, or could not."""
    rounds = {f"round-{row.pk}": row for row in Round.objects.exclude(state=Round.State.PREPARING)}
    return [(rounds[key], work) for key, work in works_of("nursery.hand_over", rounds).items()]


def self_check() -> list[CheckResult]:
    """Whether this version of the program reads every rule set that an open round uses."""
    results = []
    for rule_set in RuleSet.objects.filter(rounds__state=Round.State.PREPARING).distinct():
        _, unfit = attempt(rules.parsed, rule_set)
        advice = (
            f"今のプログラムでは読めません。直した版を登録し直してください。{unfit.problems[0]}"
            if unfit
            else ""
        )
        results.append(CheckResult(f"選考基準「{rule_set}」", not advice, advice))
    return results
