"""Beside a finished run: what-ifs."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.accounts.models import User
from yakuba.services.nursery.actions import runs
from yakuba.services.nursery.models import RuleSet, Run
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries.refusal import NotPossible, Unknown

LEVELS = ("child", "household")
MOST = 99  # seats more or fewer at one slot


def try_out(
    base: Run,
    *,
    actor: User,
    seats: Mapping[str, int] | None = None,
    level: str = "",
    rule_set: RuleSet | None = None,
    label: str = "",
    seconds: int | None = None,
    again: bool = False,
) -> Run:
    """Start a what-if on the inputs of a finished run. seats: slot → seats more (negative: fewer); level: of LEVELS,
    empty for as the rules say; rule_set: other rules of the same procedure; seconds: None for as many as the base.

    What was tried before is given as it is, done. Raises Unknown (a slot, a level) or NotPossible: the base has no result
    or is a what-if itself, nothing differs, too many seats, rules of another procedure.
    """
    queries.finished(base)
    if base.is_what_if:
        raise NotPossible(
            f"「{base}」は試算です。試算をもとに試算はできません。もとの計算を指定してください。"
        )
    moved = {slot: more for slot, more in (seats or {}).items() if more}
    _refuse(base, moved, level, rule_set)
    other_rules = rule_set is not None and rule_set.pk != base.rule_set_id
    wanted = {"seats": moved, "level": level, "rules": other_rules}
    tried = {name: value for name, value in wanted.items() if value}
    if not tried:
        raise NotPossible("枠の増減、指数の数え方、選考基準のどれかを変えてください。")
    return runs.start(
        base.round,
        actor=actor,
        seconds=base.allowed_seconds if seconds is None else seconds,
        change=tried,
        base=base,
        rule_set=rule_set,
        label=label,
        again=again,
    )


def _refuse(base: Run, seats: Mapping[str, int], level: str, rule_set: RuleSet | None) -> None:
    for slot, more in seats.items():
        if slot not in base.slots:
            raise Unknown(f"枠 {slot} は「{base}」にありません。施設ごとの結果で枠を確かめてください。")
        if abs(more) > MOST:
            raise NotPossible(f"枠 {slot} の増減は{MOST}人までです。")
    if level and level not in LEVELS:
        raise Unknown(f"指数の数え方「{level}」はありません。{'、'.join(LEVELS)} から選んでください。")
    if rule_set is not None and rule_set.procedure_code != base.rule_set.procedure_code:
        raise NotPossible(f"「{rule_set}」は別の手続の選考基準です。同じ手続のものを選んでください。")
