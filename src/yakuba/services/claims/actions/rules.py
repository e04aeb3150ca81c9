"""Rules by version: a draft, tried on claims of before, published, withdrawn. What is published is never changed."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.claims.engine.rules import read_rules
from yakuba.services.claims.models import CheckRun, RuleSet


@transaction.atomic
def load(text: str, note: str, *, actor: Actor) -> RuleSet:
    """A new version as a draft. Raises DefinitionRefused with every fault by its line."""
    read_rules(text)
    _locked()
    version = (RuleSet.objects.aggregate(most=Max("version"))["most"] or 0) + 1
    made: RuleSet = RuleSet.objects.create(
        version=version, text=text, note=note.strip()[:300], created_by=known(actor)
    )
    return made


def _locked() -> None:
    """One person at a time: no version twice, no two that hold."""
    list(RuleSet.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def publish(row: RuleSet, *, actor: Actor) -> RuleSet:
    """It holds from now on. Raises Conflict where it was not tried or is no draft, Forbidden never."""
    _locked()
    rules: RuleSet = RuleSet.objects.get(pk=row.pk)
    if rules.state != RuleSet.State.DRAFT:
        raise Conflict(f"{rules}は「{rules.get_state_display()}」なので、公開できません。")
    if not CheckRun.objects.filter(rules=rules, trial=True, state=CheckRun.State.DONE).exists():
        raise Conflict("まだ試していません。前の請求で試し、規則ごとの数を見てから公開してください。")
    if rules.created_by_id is not None and rules.created_by == known(actor):
        raise Conflict(
            "自分で作った版は公開できません。別の職員に、試した結果を見て公開してもらってください。"
        )
    RuleSet.objects.filter(state=RuleSet.State.PUBLISHED).update(state=RuleSet.State.WITHDRAWN)
    rules.state, rules.published_at, rules.published_by = (
        RuleSet.State.PUBLISHED,
        timezone.now(),
        known(actor),
    )
    rules.save()
    return rules


@transaction.atomic
def withdraw(row: RuleSet) -> RuleSet:
    """No check uses it any more. Raises Conflict."""
    rules: RuleSet = RuleSet.objects.select_for_update().get(pk=row.pk)
    if rules.state != RuleSet.State.PUBLISHED:
        raise Conflict(f"{rules}は公開されていません。")
    rules.state = RuleSet.State.WITHDRAWN
    rules.save(update_fields=["state"])
    return rules


def require_months(months: list[int]) -> list[int]:
    """The months, in order, each once. Raises Invalid."""
    found = sorted(set(months))
    if not found or len(found) > 12:
        raise Invalid("診療年月は1から12か月まで選んでください。")
    if wrong := [one for one in found if not (200_001 <= one <= 210_012 and 1 <= one % 100 <= 12)]:
        raise Invalid(f"診療年月「{wrong[0]}」は、202604 のように6桁で書いてください。")
    return found
