"""Rules by which fields are advised: a draft, tried on days of before, published by another person, withdrawn. What is published
is never changed, and without a published version nothing is advised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused
from yakuba.services.fieldwork.engine.advice.judging import Verdict
from yakuba.services.fieldwork.engine.advice.rules import read_rules
from yakuba.services.fieldwork.models import AdviceRuleSet
from yakuba.services.fieldwork.queries import advice as queries

JOB = "fieldwork.try_advice"
LONGEST_TRIAL = 365  # days
EXAMPLES = 3  # of each rule that are kept
State = AdviceRuleSet.State


@transaction.atomic
def load(text: str, note: str, *, actor: Actor) -> AdviceRuleSet:
    """A new version as a draft. Raises DefinitionRefused with every fault by its line."""
    read_rules(text)
    _locked()
    version = (AdviceRuleSet.objects.aggregate(most=Max("version"))["most"] or 0) + 1
    row: AdviceRuleSet = AdviceRuleSet.objects.create(
        version=version, text=text, note=note.strip()[:300], created_by=known(actor)
    )
    record("fieldwork.advice_written", subject=f"advice:{row.pk}", actor=actor, version=version)
    return row


def _locked() -> None:
    """One person at a time: no version twice, no two that hold."""
    list(AdviceRuleSet.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def begin_trial(rules_id: int, days: int, *, actor: Actor) -> AdviceRuleSet:
    """Let a worker look what the rules would have said on so many days up to today. Raises Missing, Conflict, Invalid."""
    row = _held(rules_id)
    if row.state != State.DRAFT:
        raise Conflict(f"{row}は「{row.get_state_display()}」です。試すのは下書きです。")
    if not 1 <= days <= LONGEST_TRIAL:
        raise Invalid(f"1日から{LONGEST_TRIAL}日までにしてください。", place="試す日数")
    if not queries.fields().exists():
        raise Conflict("圃場がありません。圃場と気象の表を入れてから試してください。")
    row.trying, row.trial = True, {}
    row.save(update_fields=["trying", "trial"])
    record("fieldwork.advice_tried", subject=f"advice:{row.pk}", actor=actor, days=days)
    enqueue(JOB, key=row.job_key, rules_id=row.pk, days=days)
    return row


def give_up(refusal: Refused, *, rules_id: int, days: int) -> None:
    """The trial will not go on."""
    AdviceRuleSet.objects.filter(pk=rules_id).update(trying=False)


def take_up(*, rules_id: int, days: int) -> None:
    """It is to begin anew."""
    AdviceRuleSet.objects.filter(pk=rules_id, state=State.DRAFT).update(trying=True)


def work(rules_id: int, days: int, told: Callable[[int, int, str], None]) -> None:
    """Judge each field on each day by what was known then; count."""
    row = AdviceRuleSet.objects.filter(pk=rules_id, trying=True).first()
    if row is None:
        return
    rules, today = read_rules(row.text), queries.today()
    listed = list(queries.fields())
    facts = queries.facts_of(listed, today - queries.LOOKED_BACK - timedelta(days=days), today)
    counts: dict[str, Counter[str]] = {rule.code: Counter() for rule in rules.rules}
    examples: dict[str, list[dict[str, Any]]] = {rule.code: [] for rule in rules.rules}
    for number in range(days):
        day = today - timedelta(days=days - 1 - number)
        for field in listed:
            if field.sown_on is not None and field.sown_on > day:
                continue
            for one in queries.one_advice(field, facts[field.pk], rules, day).judged:
                counts[one.rule.code][one.verdict.value] += 1
                shown = examples[one.rule.code]
                if one.verdict is Verdict.ADVISED and len(shown) < EXAMPLES:
                    shown.append({"field": field.name, "day": day.isoformat(), "reasons": list(one.reasons)})
        told(number + 1, days, f"{day}")
    trial = {
        "days": days,
        "to": today.isoformat(),
        "fields": len(listed),
        "rules": [
            {"code": rule.code, "name": rule.name, "examples": examples[rule.code]}
            | {verdict.value: counts[rule.code][verdict.value] for verdict in Verdict}
            for rule in rules.rules
        ],
    }
    AdviceRuleSet.objects.filter(pk=row.pk, trying=True).update(trial=trial, trying=False)


@transaction.atomic
def publish(rules_id: int, *, actor: Actor) -> AdviceRuleSet:
    """They hold from now on. Raises Conflict where they were not tried, are no draft, or are the person's own."""
    _locked()
    row = _held(rules_id)
    if row.state != State.DRAFT:
        raise Conflict(f"{row}は「{row.get_state_display()}」なので、公開できません。")
    if not row.trial or row.trying:
        raise Conflict("まだ試していません。これまでの日で試し、決まりごとの数を見てから公開してください。")
    person = known(actor)
    if person is None or row.created_by == person:
        raise Conflict(
            "自分で作った版は公開できません。別の職員に、試した結果を見て公開してもらってください。"
        )
    AdviceRuleSet.objects.filter(state=State.PUBLISHED).update(state=State.WITHDRAWN)
    row.state, row.published_at, row.published_by = State.PUBLISHED, timezone.now(), person
    row.save()
    record("fieldwork.advice_published", subject=f"advice:{row.pk}", actor=actor, version=row.version)
    return row


@transaction.atomic
def withdraw(rules_id: int, *, actor: Actor) -> AdviceRuleSet:
    """Nothing is advised by them any more. Raises Conflict, Missing."""
    row = _held(rules_id)
    if row.state != State.PUBLISHED:
        raise Conflict(f"{row}は公開されていません。")
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    record("fieldwork.advice_withdrawn", subject=f"advice:{row.pk}", actor=actor)
    return row


def _held(rules_id: int) -> AdviceRuleSet:
    row: AdviceRuleSet | None = (
        AdviceRuleSet.objects.select_for_update(of=("self",)).filter(pk=rules_id).first()
    )
    if row is None:
        raise Missing(f"{rules_id}番の版がありません。番号を確かめてください。")
    return row
