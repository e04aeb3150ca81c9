"""What is missing before a round can be calculated, row by row, and the one next thing to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse

from yakuba.services.nursery.contracts import Applications, Problem
from yakuba.services.nursery.engine.preparing import look
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import Decision, HandOver, Round, Run
from yakuba.services.nursery.queries import inputs, ledger, rounds, rules

WORD = re.compile(r"[^\s「」『』（）、。：:，,]+")


@dataclass(frozen=True)
class Fault:
    """A problem with the page on which it is put right (empty when there is none)."""

    problem: Problem
    url: str = ""
    label: str = ""


class Step(StrEnum):
    """Where a round stands: the next thing that somebody has to do."""

    FACILITIES = "facilities"
    APPLICATIONS = "applications"
    RULES = "rules"
    FAULTS = "faults"
    RUN = "run"
    RUNNING = "running"
    ADOPT = "adopt"
    APPROVE = "approve"
    FREEZE = "freeze"
    HAND_OVER = "hand_over"
    NOTICES = "notices"


@dataclass(frozen=True)
class Readiness:
    """faults: what must be put right first; notes: what should be looked at before although it may run. unconfirmed:
    cases of the ledger that are not confirmed yet. step: the next thing to do; run: the run that it is about, if any."""

    faults: tuple[Fault, ...]
    unconfirmed: int
    step: Step
    run: Run | None = None
    notes: tuple[Fault, ...] = ()


def of_round(round: Round) -> Readiness:
    """Look at the round as it stands now."""
    unconfirmed = ledger.waiting(round)
    if round.is_frozen:
        handed = HandOver.objects.filter(round=round).exists()
        return Readiness((), unconfirmed, Step.NOTICES if handed else Step.HAND_OVER, round.adopted)
    applications = inputs.of_round(round)
    last = rounds.last_run(round)
    digest = inputs.digest_of(applications)
    if last is not None and not _is_of(last, round, digest):
        last = None
    # Inputs from which a result came have no faults; its notes stand with it.
    found, notes = ([], []) if last else check(round, applications)
    step, run = _step(round, applications, found, last, digest)
    return Readiness(tuple(found), unconfirmed, step, run, tuple(notes))


def check(round: Round, applications: Applications | None = None) -> tuple[list[Fault], list[Fault]]:
    """Every fault of the round's inputs, and what should be looked at before calculating, each with the link to what
    heals it."""
    applications = applications or inputs.of_round(round)
    try:
        read = rules.of_round(round)
    except RulesRefused as refused:
        url = reverse("nursery:rules")
        return [Fault(problem, url, "選考基準を開く") for problem in refused.problems], []
    if not applications.facilities or not applications.households:
        return [], []
    problems, notes = look(applications, read)
    if not problems and not notes:
        return [], []
    pages = {}
    for place in rounds.facilities(round).only("code", "name"):
        pages[place.code] = pages[place.name] = ("nursery:facility_edit", place.pk, "施設を直す")
    children = {row.receipt_number: row.pk for row in rounds.applications(round).only("receipt_number")}
    firsts = {one.id: children[one.children[0].id] for one in applications.households}
    for word, number in (firsts | children).items():
        pages[word] = ("nursery:application_edit", number, "申込を直す")
    return [_linked(problem, pages) for problem in problems], [_linked(note, pages) for note in notes]


def _linked(problem: Problem, pages: Mapping[str, tuple[str, int, str]]) -> Fault:
    """With the page of the first word of the problem's place, then of its reason, that is a child, a household or a
    facility."""
    words = (word for text in (problem.place, problem.reason) for word in WORD.findall(text))
    found = next((pages[word] for word in words if word in pages), None)
    if found is None:
        return Fault(problem)
    page, number, label = found
    return Fault(problem, reverse(page, args=[number]), label)


def _is_of(run: Run, round: Round, digest: str) -> bool:
    """Whether the run was made from inputs of that digest by the round's rules."""
    same = run.snapshot is not None and run.snapshot.digest == digest
    return same and run.rule_set_id == round.rule_set_id


def _step(
    round: Round, applications: Applications, found: list[Fault], last: Run | None, digest: str
) -> tuple[Step, Run | None]:
    """last: the newest result of the inputs as they stand."""
    if not applications.facilities:
        return Step.FACILITIES, None
    if not applications.households:
        return Step.APPLICATIONS, None
    if found:
        return Step.FAULTS, None
    active = Run.objects.filter(round=round, change={}, state=Run.State.ACTIVE).order_by("-pk").first()
    if active is not None:
        return Step.RUNNING, active
    if last is None:
        return Step.RUN, rounds.last_run(round)
    adopted = round.adopted
    if adopted is None or not _is_of(adopted, round, digest):
        return Step.ADOPT, last
    waiting = Decision.objects.filter(round=round, state=Decision.State.PROPOSED)
    return (Step.APPROVE if waiting.exists() else Step.FREEZE), adopted
