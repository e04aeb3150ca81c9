"""Calculating a round: what is asked for, the calculation itself, and the one transaction that keeps its result."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs.work import job_of
from yakuba.kernel.operations.operation import Told
from yakuba.kernel.refusals import Refused, attempt
from yakuba.services.nursery.actions.rounds import preparing
from yakuba.services.nursery.contracts import (
    Applications,
    Explanation,
    Matching,
    Problem,
    Selection,
    Status,
)
from yakuba.services.nursery.engine import check
from yakuba.services.nursery.engine.matching import market_writing
from yakuba.services.nursery.engine.telling import explaining
from yakuba.services.nursery.models import Placement, Round, Run, Snapshot
from yakuba.services.nursery.queries import inputs, rounds
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries.refusal import NotPossible, UnderWay

JOB = "nursery.run"
SECONDS = (1, 3600)
STEPS = 100  # progress is told in hundredths
SHARES = {  # of each step in all the progress, from … to, and what it is
    "prepare": (0, 10, "指数と順位を計算しています"),
    "solve": (10, 70, "割り当てを計算しています"),
    "check": (70, 80, "別のプログラムで結果を確かめています"),
    "explain": (80, 95, "理由の説明を作っています"),
    "store": (95, 100, "結果を保存しています"),
}
KEPT_PROBLEMS = 500
ENDED = "この計算は、もう終わっています。"


@transaction.atomic
def start(
    round: Round,
    *,
    actor: User,
    seconds: int = 60,
    change: Mapping[str, Any] | None = None,
    base: Run | None = None,
    rule_set: Any = None,
    label: str = "",
    again: bool = False,
) -> Run:
    """Freeze the inputs and let a worker calculate. change: what a what-if tries (empty: the round as it stands);
    base: the run a what-if starts from, whose inputs it takes. again: even when nothing has changed.

    Where nothing has changed it is the earlier run, which is done. Raises UnderWay with the one that has not ended, or
    NotPossible (frozen, nothing to select from).
    """
    row = Round.objects.select_for_update(of=("self",)).get(pk=round.pk) if base else preparing(round)
    snapshot = base.snapshot if base else _snapshot(row)
    assert snapshot is not None
    rules = rule_set or (base.rule_set if base else row.rule_set)
    wanted = dict(change or {})
    digest = inputs.digest(snapshot.digest, rules.digest, wanted)
    if (known := _known(row, digest)) is not None and not again:
        return known
    run = Run.objects.create(
        round=row,
        rule_set=rules,
        snapshot=snapshot,
        label=label,
        change=wanted,
        base=base,
        digest=digest,
        allowed_seconds=seconds,
        started_by=actor,
    )
    record("nursery.run_started", subject=f"run:{run.pk}", actor=actor, digest=digest, what_if=bool(wanted))
    jobs.enqueue(JOB, key=run.job_key, run_id=run.pk)
    return run


def unchanged(run: Run) -> str:
    """What to say where `start` gave a run that was done before."""
    if run.is_what_if:
        return "同じ試算が済んでいます。その結果です。"
    return f"申込・施設・選考基準は「{run}」から変わっていないため、結果も同じです。その結果です。"


@transaction.atomic
def stop(run: Run) -> Run:
    """End a calculation; nothing of it is kept. Raises NotPossible when it has ended."""
    if not Run.objects.filter(pk=run.pk, state=Run.State.ACTIVE).exists():
        raise NotPossible(ENDED)
    # The job before the run's row: whoever ends a job locks them in that order (`give_up`).
    job = job_of(JOB, run.job_key)
    if job is not None:
        jobs.cancel(job)
    row: Run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if row.is_done:
        raise NotPossible(ENDED)
    _fail(row, [Problem(0, "", "職員が中止しました。")])
    return row


@transaction.atomic
def adopt(run: Run) -> Run:
    """Make the run's result the one that counts in its round. Raises NotPossible for what-ifs, failed runs, and
    runs whose inputs have changed since."""
    round = preparing(run.round)
    row: Run = Run.objects.select_related("snapshot", "rule_set").get(pk=run.pk)
    if row.is_what_if or not row.is_done:
        raise NotPossible("採用できるのは、選考回の今の内容で終わった計算だけです。試算は採用できません。")
    if queries.is_outdated(row, round):
        raise NotPossible(
            "この計算のあとに、申込・施設・選考基準のどれかが変わりました。計算し直してから採用してください。"
        )
    round.adopted = row
    round.save()
    return row


def calculate(run_id: int, told: Told) -> None:
    """Do the work of a run here, without its job; a run that is refused has failed and says why."""
    if refused := attempt(work, run_id, told)[1]:
        give_up(refused, run_id=run_id)


def work(run_id: int, told: Told) -> None:
    """Do the work of a run; nothing is kept until the end, so it may be killed and called again at any moment.
    `told(done, total, note)` may raise to stop it. A run that has ended is left alone. Raises MarketRefused and
    RulesRefused."""
    run = Run.objects.select_related("round", "rule_set", "snapshot").filter(pk=run_id).first()
    if run is None or run.state != Run.State.ACTIVE:
        return
    assert run.snapshot is not None
    result = _calculated(run, inputs.from_json(run.snapshot.document), told)
    _tell(told, "store", 0.0)
    _store(run, *result)


@transaction.atomic
def give_up(refusal: Refused, *, run_id: int) -> None:
    """The job will not be done, for that reason: the run has failed, and says so. One that has ended is left alone."""
    run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id, state=Run.State.ACTIVE).first()
    if run is not None:
        _fail(run, refusal.problems or [Problem(0, "", str(refusal))])


@transaction.atomic
def take_up(*, run_id: int) -> None:
    """The job of a failed run is begun again. Raises NotPossible when its round is frozen."""
    run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id, state=Run.State.FAILED).first()
    if run is not None:
        preparing(run.round)
        run.state, run.problems, run.ended_at = Run.State.ACTIVE, [], None
        run.save()


def _calculated(
    run: Run, applications: Applications, told: Told
) -> tuple[Selection, Matching, Mapping[str, Explanation]]:
    """The calculation in hand, checked and explained, before it is stored."""
    # The compiled loops take long to import, and only a calculation needs them.
    from yakuba.services.nursery.engine.matching import market_file, solving

    took: dict[str, float] = {}
    with _timed(took, told, "prepare"):
        selection = queries.selection_of(run, applications)
        arrays = market_file.checked(selection.market)
    _tell(told, "solve", 0.0)
    matching = solving.solve(
        arrays,
        seconds=float(run.allowed_seconds),
        seat_tries=solving.MANY_TRIES,
        told=lambda step, share: _tell(told, "solve", share),
    )
    took |= matching.seconds
    with _timed(took, told, "check"):
        _verify(selection, matching)
    with _timed(took, told, "explain"):
        reasons = explaining.explain(selection, matching)
    return selection, replace(matching, seconds=took), reasons


@contextmanager
def _timed(took: dict[str, float], told: Told, step: str) -> Iterator[None]:
    """Tell that a step begins, and note in `took` how many seconds it needed."""
    _tell(told, step, 0.0)
    started = time.monotonic()
    yield
    took[step] = time.monotonic() - started


def _verify(selection: Selection, matching: Matching) -> None:
    """Let the checker, which shares no code with the solver, read both as files. Raises AssertionError: a result
    that does not hold is a fault of the program and is never shown."""
    market = market_writing.dump(selection.market)
    report = check.check(market, json.dumps(matching.to_json()).encode())
    if report.reasons:
        raise AssertionError("the checker refuses the result: " + " / ".join(report.reasons[:3]))


@transaction.atomic
def _store(run: Run, selection: Selection, matching: Matching, reasons: Mapping[str, Explanation]) -> None:
    """Everything at once, under the lock of the run's row."""
    row: Run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if row.state != Run.State.ACTIVE:
        return
    stated = matching.to_json()
    for name in ("status", "bound", "blocking", "seats_proved", "seconds"):
        setattr(row, name, stated[name])
    row.checked = True
    row.slots = queries.slots_of(selection, matching, reasons)
    row.shared = [asdict(one) for one in selection.market.shared]
    row.not_eligible = [asdict(one) for one in selection.not_eligible]
    row.notes = _kept(selection.notes)
    row.counts = queries.counts_of(selection, reasons)
    row.state, row.ended_at = Run.State.DONE, timezone.now()
    row.save()
    _store_placements(row, selection, matching, reasons)


def _store_placements(
    run: Run, selection: Selection, matching: Matching, reasons: Mapping[str, Explanation]
) -> None:
    rows = dict(rounds.applications(run.round).values_list("receipt_number", "pk"))
    blocking = {one.family for one in matching.blocking}
    placements = []
    for household, child in selection.applications.children():
        application, explanation = rows.get(child.id), reasons.get(child.id)
        if application is None or explanation is None or child.id in selection.applications.seated:
            continue
        index = selection.indices.get(child.id)
        placements.append(
            Placement(
                run=run,
                application_id=application,
                slot=explanation.held or "",
                wish=explanation.wish,
                age=index.age if index else None,
                index=queries.index_of(selection, explanation),
                unstable=explanation.unstable or household.id in blocking,
                explanation={**vars(explanation), "wishes": [vars(wish) for wish in explanation.wishes]},
            )
        )
    Placement.objects.bulk_create(placements, batch_size=500)


def _snapshot(round: Round) -> Snapshot:
    applications = inputs.of_round(round)
    if not applications.facilities or not applications.households:
        raise NotPossible("申込か施設がまだありません。先に取り込んでください。")
    document = inputs.to_json(applications)
    digest = inputs.digest(document)
    found, _ = Snapshot.objects.get_or_create(round=round, digest=digest, defaults={"document": document})
    return found


def _known(round: Round, digest: str) -> Run | None:
    """The run that has the result already. Raises UnderWay."""
    same = Run.objects.filter(round=round, digest=digest)
    active = same.filter(state=Run.State.ACTIVE).first()
    if active is not None:
        raise UnderWay("同じ内容の計算が進んでいます", active)
    return same.filter(state=Run.State.DONE).exclude(status=Status.NOT_PROVEN).order_by("-pk").first()


def _kept(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """The first of them, and how many more there are."""
    rows = [asdict(one) for one in problems[:KEPT_PROBLEMS]]
    more = len(problems) - len(rows)
    return rows + ([asdict(Problem(0, "", f"ほかに{more}件あります。"))] if more else [])


def _fail(run: Run, problems: Sequence[Problem]) -> None:
    run.problems = _kept(problems)
    run.state, run.ended_at = Run.State.FAILED, timezone.now()
    run.save()


def _tell(told: Told, step: str, share: float) -> None:
    first, last, note = SHARES[step]
    told(int(first + (last - first) * min(max(share, 0.0), 1.0)), STEPS, note)
