"""What the workers do for this room."""

from __future__ import annotations

import time
from collections.abc import Callable

from yakuba.kernel.jobs import JobContext, chore, in_each_town, job
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork.actions import (
    advice_indices,
    advice_rules,
    photos,
    rounds_answers,
    rounds_changes,
    rounds_plans,
    taking,
    wildlife,
)
from yakuba.services.fieldwork.models import AdviceRuleSet, IndexRun, RoundChange, RoundPlan

PAUSE = 0.5  # seconds between two looks whether the search was stopped


def _listener(context: JobContext) -> Callable[[], None]:
    """Tells how much of the time for searching is over."""
    seconds, begun = int(value("fieldwork.search_seconds")), time.monotonic()
    looked = begun - PAUSE

    def listen() -> None:
        nonlocal looked
        now = time.monotonic()
        if now - looked >= PAUSE:
            looked = now
            context.check()
            context.progress(min(seconds, int(now - begun)), seconds, "よりよい回り方を探しています")

    return listen


@job(
    rounds_plans.JOB,
    label="巡回計画の計算",
    attempts=2,
    ended=rounds_answers.give_up,
    again=rounds_answers.take_up,
    permission="fieldwork.plan_rounds",
    about=lambda plan_id: RoundPlan.objects.get(pk=plan_id).title,
)
def plan_rounds(context: JobContext, *, plan_id: int) -> None:
    """Plan anew. Killed half way it begins again; nothing is kept before the end."""
    rounds_answers.work(plan_id, _listener(context))


@job(
    rounds_changes.JOB,
    label="当日の変更の計算",
    attempts=2,
    ended=rounds_changes.give_up,
    again=rounds_changes.take_up,
    permission="fieldwork.plan_rounds",
    about=lambda change_id: RoundChange.objects.select_related("plan").get(pk=change_id).plan.title,
)
def change_rounds(context: JobContext, *, change_id: int) -> None:
    """Reckon both ways to answer a change."""
    rounds_changes.work(change_id, _listener(context))


def tidy() -> None:
    """Photographs whose report never came go after a day; reports of the outside that were not taken up after they were told."""
    in_each_town("fieldwork: photographs without a report", photos.drop_waiting)
    in_each_town("fieldwork: reports that were put aside", taking.forget_old)


chore(3600.0, tidy)
chore(60.0, wildlife.look_everywhere)


@job(
    advice_rules.JOB,
    label="助言の決まりを試す",
    attempts=2,
    ended=advice_rules.give_up,
    again=advice_rules.take_up,
    permission="fieldwork.advice_rules",
    about=lambda rules_id, days: AdviceRuleSet.objects.get(pk=rules_id),
)
def try_advice(context: JobContext, *, rules_id: int, days: int) -> None:
    """Look what a draft would have said."""
    advice_rules.work(rules_id, days, context.went_on)


@job(
    advice_indices.JOB,
    label="圃場の植生指数の計算",
    attempts=2,
    ended=advice_indices.give_up,
    again=advice_indices.take_up,
    permission="fieldwork.advice_data",
    about=lambda run_id: IndexRun.objects.get(pk=run_id),
)
def field_index(context: JobContext, *, run_id: int) -> None:
    """Reckon an index over all fields."""
    advice_indices.work(run_id, context.went_on)
