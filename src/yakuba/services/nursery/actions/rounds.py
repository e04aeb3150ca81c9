"""Making and changing rounds."""

from __future__ import annotations

from datetime import date
from math import lcm
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.nursery.engine.preparing.ages import fiscal_year
from yakuba.services.nursery.engine.preparing.faults import reserved_fact
from yakuba.services.nursery.models import Application, Facility, Round, RuleSet
from yakuba.services.nursery.queries import results, rounds
from yakuba.services.nursery.queries import rules as rule_queries
from yakuba.services.nursery.queries.refusal import NotPossible

FROZEN = "「{}」は確定しています。確定した選考は変えられません。続きは次の選考回で行います。"


@transaction.atomic
def make(
    title: str, start: date, procedure: Procedure, rule_set: RuleSet, *, number: int = 1, actor: User
) -> Round:
    """A new round without facilities and applications. Raises NotPossible when there is one already."""
    taken = Round.objects.filter(procedure=procedure, start=start, number=number).first()
    if taken is not None:
        raise NotPossible(f"入所日と回が同じ選考回「{taken}」があります。そちらを開いてください。")
    round = Round.objects.create(
        title=title.strip(),
        year=fiscal_year(start),
        number=number,
        start=start,
        procedure=procedure,
        rule_set=rule_set,
        made_by=actor,
    )
    return round


@transaction.atomic
def change(round: Round, *, title: str, rule_set: RuleSet, actor: User) -> Round:
    """Rename a round or select by other rules. Raises NotPossible."""
    row = preparing(round)
    row.title, row.rule_set = title.strip(), rule_set
    row.save()
    record("nursery.round_changed", subject=f"round:{row.pk}", actor=actor, rules=rule_set.pk)
    return row


def preparing(round: Round) -> Round:
    """The round's row, locked in the caller's transaction. Raises NotPossible when it is frozen."""
    row: Round = Round.objects.select_for_update(of=("self",)).get(pk=round.pk)
    if row.is_frozen:
        raise NotPossible(FROZEN.format(row))
    return row


@transaction.atomic
def make_next(round: Round, title: str, *, actor: User) -> Round:
    """The next round of the same start date from a frozen one: the seats that are left or were declined, and the
    applicants without a new seat. Children placed before keep theirs. Raises NotPossible."""
    before = Round.objects.select_for_update(of=("self",)).get(pk=round.pk)
    if not before.is_frozen:
        raise NotPossible(f"「{before}」はまだ確定していません。確定してから次の選考回を作ってください。")
    if before.later.exists():
        raise NotPossible(f"「{before}」の次の選考回は、もうあります。")
    new = make(title, before.start, before.procedure, before.rule_set, number=before.number + 1, actor=actor)
    new.previous, new.notice = before, before.notice
    new.save()
    _copy_facilities(before, new)
    _copy_applications(before, new)
    return new


def _copy_facilities(before: Round, new: Round) -> None:
    slots = results.slot_states(before)
    rules = rule_queries.of_round(before)
    labels = [one.label for one in rules.reserved]
    left = results.shared_left(before, lcm(*rules.ratios))
    again = list(rounds.facilities(before))
    for row in again:
        for slot in slots.values():
            if slot.facility == row.code and slot.reserved in labels:
                row.facts[reserved_fact(slot.reserved, slot.age)] = str(max(0, slot.left))
        row.vacancies = {age: _left(slots, row.code, age) for age in row.vacancies}
        row.shared = [one | left.get((row.code, one["id"]), {}) for one in row.shared]
        row.corrected = {}
    Facility.objects.bulk_create(_copies(again, new))


def _copies(rows: list[Any], new: Round) -> list[Any]:
    """The same rows as new ones of the other round."""
    for row in rows:
        row.pk, row._state.adding, row.round = None, True, new
    return rows


def _left(slots: dict[str, results.SlotState], facility: str, age: str) -> int:
    """Seats that nobody holds; those of applicants who stay at their own are held."""
    slot = slots.get(f"{facility}-{age}")
    return max(0, slot.left) if slot else 0


def _copy_applications(before: Round, new: Round) -> None:
    """Who was placed does not apply again, but stays beside a brother or sister who does; who declined is out."""
    finals = [
        final
        for final in results.finals(before)
        if not final.withdrew and final.application.state == Application.State.ACTIVE
    ]
    applying = {final.application.household for final in finals if not final.is_placed}
    slots = before.adopted.slots if before.adopted else {}
    again = []
    for final in finals:
        row = final.application
        if row.household not in applying:
            continue
        if not final.slot and f"{row.current}-{final.placement.age}" in slots:
            _give_seat_up(row, new)
        again.append(row)
    Application.objects.bulk_create(_copies(again, new))


def _give_seat_up(row: Application, new: Round) -> None:
    """Its seat of before went to another child: taking the application again must not bring it back."""
    row.current, row.gives_up = "", False
    mark = {"by": f"{new.previous}（席を手放した）", "at": timezone.now().isoformat(timespec="seconds")}
    row.corrected |= {"current": mark, "gives_up": mark}
