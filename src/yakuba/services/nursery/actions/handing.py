"""Handing the decisions of a frozen round to the robots: each becomes a ledger case that is ready to be entered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction

from yakuba.kernel import jobs
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.operations.operation import Told
from yakuba.kernel.refusals import Problem, attempt
from yakuba.kernel.values.receipt_numbers import later_decision
from yakuba.services.nursery.contracts import Slot
from yakuba.services.nursery.models import DECLINED, HandOver, Round
from yakuba.services.nursery.queries import results, rounds
from yakuba.services.nursery.queries.refusal import NotPossible
from yakuba.services.nursery.queries.results import Final

PROCEDURE = "nursery-decision"
PLACED, HELD = "placed", "held"
OPEN = (Status.READING, Status.CONFIRMING, Status.READY)
JOB = "nursery.hand_over"
AT_ONCE = 50  # cases in one committed step
SHOWN = 20  # refused children that a sentence names


@dataclass
class HandedOver:
    """What one hand-over did. late: receipt numbers whose decision changed after a robot had entered it; refused: children
    whose decision the ledger does not take, each with its reason."""

    new: int = 0
    changed: int = 0
    same: int = 0
    late: list[str] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


@transaction.atomic
def ask(round: Round, *, actor: User) -> Job:
    """Let a worker hand the round's decisions over. Raises NotPossible when the round is not frozen or the
    procedure is not loaded."""
    _procedure(round)
    return jobs.enqueue(JOB, key=f"round-{round.pk}", round_id=round.pk, actor_id=actor.pk)


def hand_over(round: Round, *, actor: User, told: Told | None = None) -> HandedOver:
    """Write every child's decision into a case of its own in status READY, in small committed steps; again only
    what has changed. A child that the ledger refuses is listed and stops nobody else. `told(done, total, note)` may raise to
    stop. Raises NotPossible as `ask`."""
    procedure = _procedure(round)
    done = HandedOver()
    names = {place.code: place.name for place in rounds.facilities(round)}
    known = {one.application_id: one for one in HandOver.objects.filter(round=round).select_related("case")}
    others = HandOver.objects.exclude(round=round).values_list("application__receipt_number", flat=True)
    earlier = Counter(others)
    finals = results.finals(round)
    for first in range(0, len(finals), AT_ONCE):
        if told is not None:
            told(first, len(finals), "決定を受付簿に書いています")
        with transaction.atomic():
            for final in finals[first : first + AT_ONCE]:
                handed = known.get(final.application.pk)
                receipt = final.application.receipt_number
                number = decision_number(receipt, earlier[receipt])
                whole = transaction.atomic(_hand)  # of what is refused nothing stays, and the others go on
                _, refused = attempt(whole, round, final, names, handed or (procedure, number), done)
                if refused is not None:
                    done.refused.append(Problem(0, f"受付 {receipt}", str(refused)))
    record(
        "nursery.handed_over",
        subject=f"round:{round.pk}",
        actor=actor,
        new=done.new,
        changed=done.changed,
        late=len(done.late),
        refused=len(done.refused),
    )
    return done


def sentence(done: HandedOver) -> str:
    """Which children are not handed over, each with its reason, and what to do."""
    shown = [one.message for one in done.refused[:SHOWN]]
    if more := len(done.refused) - len(shown):
        shown.append(f"ほか{more}人")
    head = f"{len(done.refused)}人の決定は、受付簿に書けませんでした。ほかの児童の決定は書いてあります。"
    return "\n".join([head, *shown, "直してから、もう一度回してください。"])


def _procedure(round: Round) -> Procedure:
    if not round.is_frozen:
        raise NotPossible("確定していない選考は入力に回せません。先に確定してください。")
    procedure = Procedure.objects.filter(code=PROCEDURE).first()
    if procedure is None:
        raise NotPossible(f"手続「{PROCEDURE}」が登録されていません。管理者に登録を頼んでください。")
    return procedure


def result_of(final: Final) -> str:
    """`placed` for a new seat, `held` (also for a transfer that stays where it is), or `declined`."""
    if final.withdrew:
        return DECLINED
    return PLACED if final.is_placed else HELD


def decision_number(receipt_number: str, earlier: int) -> str:
    """The receipt number of a decision's case: the child's own, from the second decision on with a number behind it,
    so that one child's decisions of two rounds are two entries in the core system. earlier: decisions before."""
    return later_decision(receipt_number, earlier + 1)


def _hand(
    round: Round,
    final: Final,
    names: dict[str, str],
    known: HandOver | tuple[Procedure, str],
    done: HandedOver,
) -> None:
    """known: the hand-over that there is, or where a new case belongs."""
    result = result_of(final)
    if isinstance(known, HandOver) and (known.result, known.slot) == (result, final.slot):
        done.same += 1
        return
    case = known.case if isinstance(known, HandOver) else ledger.open_case(*known)
    if case.status not in OPEN:
        done.late.append(final.application.receipt_number)
        return
    _write(case, _values(round, final, names, case))
    HandOver.objects.update_or_create(
        application=final.application,
        defaults={"round": round, "case": case, "result": result, "slot": final.slot},
    )
    if isinstance(known, HandOver):
        done.changed += 1
    else:
        done.new += 1


def _values(round: Round, final: Final, names: dict[str, str], case: Case) -> dict[str, str]:
    child = final.application
    place = Slot.read(final.slot) if final.is_placed else None
    return {
        "receipt_number": case.receipt_number,
        "child_name": child.name,
        "child_birth": child.birth.isoformat(),
        "result": result_of(final),
        "facility": names.get(place.facility, "") if place else "",
        "age_class": str(place.age) if place else "",
        "start_date": round.start.isoformat() if place else "",
    }


def _write(case: Case, values: dict[str, str]) -> None:
    procedure = case.procedure.definition
    for name, value in values.items():
        value = procedure.field(name).canonical(value) if name in procedure.by_code else value
        ledger.record_value(case, name, value, trusted=True, source={"room": "nursery"})
    if case.status != Status.READY:
        ledger.move(case, Status.READY)
