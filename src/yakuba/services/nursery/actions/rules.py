"""Loading a rule file. A version is law once loaded: it never changes."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.services.nursery.engine.rules import read
from yakuba.services.nursery.models import RuleSet
from yakuba.services.nursery.queries.refusal import NotPossible

LONGEST_TEXT = 400_000


@transaction.atomic
def load(text: str, *, actor: User) -> RuleSet:
    """Check a rule file and put it into the list; the same text again changes nothing.

    Raises RulesRefused (`engine.rules`) with every fault and its line, or NotPossible.
    """
    if len(text) > LONGEST_TEXT:
        raise NotPossible("選考基準のファイルが大きすぎます。ほかのファイルではないか確かめてください。")
    rules = read(text)
    known = RuleSet.objects.filter(name=rules.name, version=str(rules.version)).first()
    if known is not None and known.digest == rules.digest:
        return known
    if known is not None:
        raise NotPossible(
            f"「{known}」は別の内容で登録済みです。登録した版は変えられません。"
            "ファイルの「版」の番号を上げて、もう一度登録してください。"
        )
    rule_set = RuleSet.objects.create(
        name=rules.name,
        version=str(rules.version),
        procedure_code=rules.procedure,
        text=text,
        digest=rules.digest,
        loaded_by=actor,
    )
    record("nursery.rules_loaded", subject=f"rules:{rule_set.pk}", actor=actor, digest=rules.digest)
    return rule_set
