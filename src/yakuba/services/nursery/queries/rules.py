"""Rule sets, parsed."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Count, QuerySet

from yakuba.services.nursery.engine.rules import Rules, read
from yakuba.services.nursery.models import Round, RuleSet
from yakuba.services.nursery.queries.refusal import Unknown


def rule_sets() -> QuerySet[RuleSet]:
    """All versions, the newest first, with the number of rounds that use each."""
    rows = RuleSet.objects.select_related("loaded_by").annotate(used=Count("rounds"))
    return rows.order_by("-pk")


def rule_set(number: int) -> RuleSet:
    """The version of that number. Raises Unknown."""
    found: RuleSet | None = RuleSet.objects.filter(pk=number).first()
    if found is None:
        raise Unknown(f"選考基準{number}がありません。登録してから、その番号を指定してください。")
    return found


def parsed(rule_set: RuleSet) -> Rules:
    """The rules of a version. Raises RulesRefused when this program reads the language otherwise by now."""
    return _read(rule_set.text)


def of_round(round: Round) -> Rules:
    """The rules as they hold for the round's number."""
    return parsed(round.rule_set).for_round(round.number)


@lru_cache(maxsize=16)
def _read(text: str) -> Rules:
    return read(text)
