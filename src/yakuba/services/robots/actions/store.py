"""The engine's `RowStore` on the database: thin, and every write proves that the run is still ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from yakuba.kernel.ledger.queries import unconfirmed_of, values_of
from yakuba.services.robots import contracts
from yakuba.services.robots.actions.rows import arrive, keep_picture, keep_received
from yakuba.services.robots.contracts import Unconfirmed
from yakuba.services.robots.engine.errors import LeaseLost
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.models import Row, Run, stored_problem
from yakuba.services.robots.queries.runs import OPEN_STATES


class DatabaseRows:
    """The rows of one run for its holder. told: called with (finished, all) after a row has ended."""

    def __init__(self, run: Run, *, told: Callable[[int, int], None] = lambda done, total: None) -> None:
        self._run_id, self._holder, self._told = run.pk, run.holder, told

    def open_rows(self) -> Sequence[int]:
        """Numbers of the rows that are not finished, ascending."""
        rows = Row.objects.filter(run_id=self._run_id, state__in=OPEN_STATES).order_by("number")
        return list(rows.values_list("number", flat=True))

    def load(self, number: int) -> contracts.Row:
        """The row as committed, with the values that the ledger has now."""
        row = self._row(number)
        definition = row.case.procedure.definition
        unconfirmed = unconfirmed_of(row.case)
        values = {
            code: Unconfirmed(value) if code in unconfirmed else value
            for code, value in values_of(row.case).items()
        }
        values |= {
            item.code: row.case.receipt_number for item in definition.fields if item.type == "receipt_number"
        }
        return contracts.Row(
            number=row.number,
            receipt_number=row.case.receipt_number,
            values=values,
            case=str(row.case_id),
            state=row.row_state,
            intent=row.stated_intent,
            target_number=row.target_number,
            attempts=row.attempts,
            starts=row.starts,
            not_before=row.not_before,
            problem=row.stated_problem,
            seconds=row.seconds,
            lane=contracts.Lane(row.lane) if row.lane else None,
        )

    def save(self, row: contracts.Row) -> None:
        """Commit the row, its history and its case's status at once. Raises LeaseLost, also for a row that has
        been ended by somebody else."""
        with self._holding():
            stored = self._row(row.number)
            if stored.row_state not in OPEN and stored.row_state is not row.state:
                raise LeaseLost  # somebody has ended it meanwhile: nothing of it is begun, and the next turn leaves it out
            changed = stored.state != row.state.value
            stored.state = row.state.value
            stored.note_intent(row.intent)
            stored.not_before = row.not_before
            stored.target_number = row.target_number
            stored.attempts, stored.starts = row.attempts, row.starts
            stored.problem = stored_problem(row.problem)
            stored.lane = row.lane.value if row.lane else ""
            stored.seconds = {phase: round(seconds, 3) for phase, seconds in row.seconds.items()}
            if changed:
                arrive(stored)
            else:
                stored.save()
        if row.state not in OPEN:
            self._tell()

    def next_number(self, at_least: int) -> int:
        """A fencing number of the run that nobody has had, not below `at_least`. Raises LeaseLost."""
        with self._holding() as run:
            run.fence = max(run.fence + 1, at_least)
            run.save(update_fields=["fence"])
            return run.fence

    def keep(self, number: int, evidence: contracts.Evidence) -> None:
        """Keep a picture, or a file that the target sent."""
        if evidence.name:
            row = self._row(number)
            keep_received(row, evidence.name, evidence.image, evidence.media_type, evidence.taken_at)
            return
        kind, image = evidence.kind.value, evidence.image
        keep_picture(self._row(number), kind, image, evidence.media_type, evidence.taken_at)

    def _row(self, number: int) -> Row:
        rows = Row.objects.select_related("run", "case__procedure")
        return rows.get(run_id=self._run_id, number=number)

    @contextmanager
    def _holding(self) -> Iterator[Run]:
        """A transaction in which nobody else can take the run. Raises LeaseLost when somebody has."""
        with transaction.atomic():
            run = Run.objects.select_for_update().filter(pk=self._run_id, holder=self._holder).first()
            if run is None:
                raise LeaseLost
            yield run

    def _tell(self) -> None:
        rows = Row.objects.filter(run_id=self._run_id)
        total = rows.count()
        self._told(total - rows.filter(state__in=OPEN_STATES).count(), total)
