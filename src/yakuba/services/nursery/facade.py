"""The only door of the nursery room for other rooms and for the demo town. Plain values only."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from yakuba.kernel.accounts.models import User
from yakuba.kernel.operations import Upload
from yakuba.kernel.operations.operation import Told
from yakuba.services.nursery.actions import runs
from yakuba.services.nursery.models import Round, Run
from yakuba.services.nursery.operations import rounds
from yakuba.services.nursery.operations.runs import start_run
from yakuba.services.nursery.queries.refusal import NotPossible

__all__ = [
    "NotPossible",
    "calculate",
    "load_round",
    "load_rules",
    "make_round",
    "round_id",
]


def load_rules(text: str, *, actor: User) -> int:
    """Load a rule file; the same text again changes nothing. Returns the rule set's id. Raises RulesRefused
    (`engine.rules`) or NotPossible."""
    return int(rounds.load_rules(actor, text=text).pk)


def round_id(procedure: str, start: date) -> int | None:
    """The first round of that start date, if there is one."""
    row = Round.objects.filter(procedure__code=procedure, start=start, number=1).first()
    return row.pk if row else None


def make_round(title: str, start: date, rule_set: int, *, actor: User) -> int:
    """A new first round by that rule set, of the procedure which its rules name. Returns its id. Raises NotPossible."""
    return int(rounds.make_round(actor, title=title, start=start, rules=rule_set).pk)


def load_round(round: int, facilities: bytes, applications: bytes, *, actor: User) -> list[str]:
    """Take facilities and applications from CSV files. Returns what was refused, by line, in Japanese."""
    tables = ((rounds.load_facilities, facilities), (rounds.load_applications, applications))
    taken = [load(actor, round_id=round, file=Upload("", BytesIO(data))) for load, data in tables]
    return [str(problem) for one in taken for problem in one.problems]


def calculate(
    round: int, *, actor: User, seconds: int = 60, told: Told = lambda done, total, note: None
) -> int:
    """Calculate the round here and now, without a worker. Returns the run's id; with unchanged inputs the one that
    has the result already. Raises NotPossible, also when the inputs were refused."""
    run = start_run(actor, round_id=round, seconds=seconds)
    runs.calculate(run.pk, told)
    run = Run.objects.get(pk=run.pk)
    if not run.is_done:
        raise NotPossible("\n".join(one["reason"] for one in run.problems[:10]))
    return int(run.pk)
