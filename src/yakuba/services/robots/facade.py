"""The only door of the robots room for other rooms and for the demo town. Plain values and dataclasses only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from yakuba.kernel.accounts import require
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.robots import operations
from yakuba.services.robots.actions import catalogue as templates
from yakuba.services.robots.actions import recordings, systems
from yakuba.services.robots.adapters import launch
from yakuba.services.robots.models import Row, System
from yakuba.services.robots.operations.recordings import case_of
from yakuba.services.robots.queries import catalogue
from yakuba.services.robots.queries import runs as reading


@dataclass(frozen=True)
class RunProgress:
    """state: active, paused, halted, done or stopped.  counts: rows by row state (the words of `RowState`)."""

    run_id: int
    state: str
    total: int
    done: int
    counts: Mapping[str, int]

    @property
    def finished(self) -> bool:
        """Whether nothing more happens by itself; undecided rows may be left."""
        return self.state in {"done", "stopped", "halted", "paused"}


@dataclass(frozen=True)
class UndecidedRow:
    """A row that waits for a person, and why."""

    row_id: int
    case_id: int
    procedure: str
    receipt_number: str
    problem_kind: str
    message: str


def obstacles() -> list[str]:
    """What keeps robots from working on this machine, in Japanese with the remedy; empty when nothing does."""
    return launch.obstacles(str(settings.YAKUBA.chromium))


def load_scenario(text: str, owner: User) -> int:
    """Load a scenario file; `owner` (a User) answers for it and is the actor. Returns the scenario's id.

    Raises DefinitionRefused (`kernel.definitions`) with every mistake and its line, or Conflict.
    """
    return operations.load_scenario(owner, text=text).scenario_id


def draft_scenario(
    name: str,
    receipt_number: str,
    system: str,
    steps: Sequence[Mapping[str, Any]],
    *,
    description: str,
    actor: User,
) -> int:
    """A draft scenario with these steps as its entry (`engine.drafts`), which a person goes on with among the recordings;
    nothing of it runs before it was tried and published. receipt_number: of the sample case; system: the name of the target
    system. Returns the recording's id. Raises Forbidden without `robots.record`, Missing, PlaceHidden."""
    require(actor, "robots.record")
    case = case_of(receipt_number)
    target = System.objects.filter(name=system).first()
    if target is None:
        raise Missing(f"接続先「{system}」はありません。ロボットの接続先を確かめてください。")
    row = recordings.of_steps(
        name, case, target, [dict(step) for step in steps], description=description, actor=actor
    )
    record(
        "robots.recording_begun", subject=f"case:{case.pk}", actor=actor, recording=row.pk, system=target.pk
    )
    return int(row.pk)


def systems_by_name() -> list[str]:
    """The names of the target systems."""
    return list(System.objects.order_by("name").values_list("name", flat=True))


def set_system(
    name: str,
    base_url: str,
    secrets: Mapping[str, str],
    *,
    actor: Actor,
    settle_seconds: float = 60.0,
    idempotent: bool = False,
) -> int:
    """Register or change a target system with its secrets (name -> value). Returns its id.

    Raises Invalid, and OutboundRefused for a host that is not allowed.
    """
    return systems.set_system(name, base_url, settle_seconds, secrets, idempotent=idempotent, actor=actor).pk


def start_run(procedure_code: str, actor: Actor, dry_run: bool = False, *, limit: int | None = None) -> int:
    """Let the procedure's robot enter its ready cases. Returns the run's id.

    Raises Conflict when there is not exactly one scenario in use, when it may not run, or nothing waits.
    """
    return operations.create_run(actor, procedure=procedure_code, dry_run=dry_run, limit=limit).pk


def run_progress(run_id: int) -> RunProgress:
    """Where a run stands. Raises Run.DoesNotExist."""
    run = reading.runs().get(pk=run_id)
    now = reading.progress(run)
    return RunProgress(
        run_id=run.pk,
        state=run.state,
        total=now.total,
        done=now.done,
        counts={state.value: number for state, number in now.counts.items()},
    )


def entered_by_month() -> dict[str, dict[date, int]]:
    """How many cases robots entered for real, by procedure and the first day of the month."""
    return reading.entered_by_month()


def undecided(run_id: int | None = None) -> list[UndecidedRow]:
    """Rows that wait for a person, of one run or of all."""
    rows = reading.undecided()
    return [_undecided(row) for row in (rows if run_id is None else rows.filter(run_id=run_id))]


def decide(
    row_id: int,
    decision: str,
    *,
    actor: Actor,
    target_number: str = "",
    reason: str = "",
    seconds: float = 0.0,
) -> None:
    """Decide an undecided row. decision: `entered` (needs target_number), `again`, `aside` (back to the pile,
    to correct a value) or `withdraw` (needs reason). seconds: the person's time. Raises Conflict, and
    Invalid for another word."""
    operations.decide_row(
        actor,
        row_id=row_id,
        decision=decision,
        target_number=target_number,
        reason=reason,
        seconds=seconds,
    )


def resume(run_id: int, actor: Actor) -> None:
    """Go on from the first row that is open. Raises Conflict."""
    operations.resume_run(actor, run_id=run_id)


def group() -> str:
    """The name of the active town's group (集まり), as its operator said it; empty where it has none."""
    own = catalogue.group()
    return str(own) if own is not None else ""


def group_towns() -> list[Municipality]:
    """The towns of the active town's group, itself among them; none where it has none."""
    return catalogue.group_towns()


def set_group(name: str, towns: Sequence[Municipality]) -> None:
    """These towns, and no others, are a group of that name. Only who operates the installation calls this. Raises Invalid."""
    templates.set_group(name, towns)


def _undecided(row: Row) -> UndecidedRow:
    problem = row.stated_problem
    return UndecidedRow(
        row_id=row.pk,
        case_id=row.case_id,
        procedure=row.case.procedure.code,
        receipt_number=row.case.receipt_number,
        problem_kind=problem.kind.value if problem else "",
        message=problem.message if problem else "",
    )
