"""The only door of the nursery room for other rooms and for the demo town. Plain values only."""

from __future__ import annotations

from datetime import date

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.nursery.actions import rounds, rules, runs, taking
from yakuba.services.nursery.actions.runs import Told
from yakuba.services.nursery.models import Round, RuleSet, Run
from yakuba.services.nursery.queries.refusal import NotPossible

__all__ = [
    "NotPossible",
    "adopt",
    "calculate",
    "load_round",
    "load_rules",
    "make_round",
    "round_id",
    "take_from_ledger",
]


def load_rules(text: str, *, actor: User) -> int:
    """Load a rule file; the same text again changes nothing. Returns the rule set's id. Raises RulesRefused
    (`engine.rules`) or NotPossible."""
    return int(rules.load(text, actor=actor).pk)


def round_id(procedure: str, start: date) -> int | None:
    """The first round of that start date, if there is one."""
    row = Round.objects.filter(procedure__code=procedure, start=start, number=1).first()
    return row.pk if row else None


def make_round(title: str, start: date, rule_set: int, *, actor: User) -> int:
    """A new first round by that rule set, of the procedure which its rules name. Returns its id. Raises
    NotPossible, and Procedure.DoesNotExist."""
    rows = RuleSet.objects.get(pk=rule_set)
    procedure = Procedure.objects.get(code=rows.procedure_code)
    return int(rounds.make(title, start, procedure, rows, actor=actor).pk)


def load_round(round: int, facilities: bytes, applications: bytes, *, actor: User) -> list[str]:
    """Take facilities and applications from CSV files. Returns what was refused, by line, in Japanese."""
    row = Round.objects.get(pk=round)
    first = taking.facilities_from_file(row, facilities, actor=actor)
    second = taking.applications_from_file(row, applications, actor=actor)
    return [str(problem) for problem in (*first.problems, *second.problems)]


def take_from_ledger(round: int, *, actor: User) -> list[str]:
    """Take the ledger's confirmed applications. Returns what was refused, in Japanese."""
    taken = taking.from_ledger(Round.objects.get(pk=round), actor=actor)
    return [str(problem) for problem in taken.problems]


def calculate(
    round: int, *, actor: User, seconds: int = 60, told: Told = lambda done, total, note: None
) -> int:
    """Calculate the round here and now, without a worker. Returns the run's id; with unchanged inputs the one that
    has the result already. Raises NotPossible, also when the inputs were refused."""
    run = runs.start(Round.objects.get(pk=round), actor=actor, seconds=seconds)
    runs.calculate(run.pk, told)
    run = Run.objects.get(pk=run.pk)
    if not run.is_done:
        raise NotPossible("\n".join(one["reason"] for one in run.problems[:10]))
    return int(run.pk)


def adopt(run: int, *, actor: User) -> None:
    """Make a run's result count in its round. Raises NotPossible."""
    runs.adopt(Run.objects.get(pk=run), actor=actor)
