"""A program in the clerk's place: it is asked only what the gate and the robots send to a person, and answers
with what is truly on the paper. Its seconds are assumed, never measured, and the ledger marks them so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.demo.programs import CoreSystem, Pile
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs import retry
from yakuba.kernel.jobs.models import Job, State
from yakuba.services.reading import facade as reading
from yakuba.services.reading.contracts import OpenQuestion, SheetProblem
from yakuba.services.robots import facade as robots

# Assumed, in seconds: looking at a picture beside its value and pressing Enter; typing a value anew; finding
# out what a sheet is; looking a receipt number up in the core system and deciding.
CONFIRM, CORRECT, SORT, DECIDE = 4.0, 12.0, 30.0, 60.0
RETRIES = 2


class StandIn:
    """Answers for the cases of one pile. `actor` is the account under which it answers."""

    def __init__(self, pile: Pile, actor: Actor) -> None:
        self._values = {(case["procedure"], case["receipt_number"]): case["values"] for case in pile.truth}
        self._sheets = _sheets_by_place(pile.truth)
        self._actor = actor
        self._pressed: Counter[int] = Counter()
        self.answers = 0

    def work(self, batch_id: int) -> int:
        """Resolve what waits now: problem sheets first, then values. Returns how many things were done."""
        problems = reading.open_problems(batch_id)
        for problem in problems:
            self._sort(problem)
        questions = reading.open_questions(batch_id)
        for question in questions:
            self._answer(question)
        done = len(problems) + len(questions)
        self.answers += done
        return done

    def retry_failed_jobs(self) -> int:
        """Press 「もう一度動かす」 for every job that gave up, as the home page asks; twice at most for each."""
        pressed = 0
        for job in Job.objects.filter(state=State.FAILED):
            if self._pressed[job.pk] < RETRIES:
                self._pressed[job.pk] += 1
                retry(job)
                pressed += 1
        return pressed

    def decide(self, run_id: int, core: CoreSystem) -> int:
        """Decide the rows that the robot could not, by looking into the core system. Returns how many."""
        rows = robots.undecided(run_id)
        if not rows:
            return 0
        held = {
            (row["procedure"], row["receipt_number"]): row["registration_number"] for row in core.stored()
        }
        for row in rows:
            number = held.get((row.procedure, row.receipt_number), "")
            decision = "entered" if number else "again"
            robots.decide(row.row_id, decision, actor=self._actor, target_number=number, seconds=DECIDE)
        return len(rows)

    def _answer(self, question: OpenQuestion) -> None:
        true = self._values[(question.procedure, question.receipt_number)][question.field]
        seconds = CONFIRM if true == question.value else CORRECT
        reading.answer(question.id, true, self._actor, seconds, insist=True, assumed=True)

    def _sort(self, problem: SheetProblem) -> None:
        known = self._sheets.get((problem.file, problem.index))
        if known is None:
            reading.put_aside(problem.sheet, "様式のない紙（白紙の裏面など）", self._actor)
            return
        reading.resolve_problem(problem.sheet, self._actor, SORT, assumed=True, **known)


def _sheets_by_place(truth: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (page["file"], page["index"]): {
            "receipt_number": case["receipt_number"],
            "form": page["form"],
            "page": page["page"],
        }
        for case in truth
        for page in case["pages"]
    }
