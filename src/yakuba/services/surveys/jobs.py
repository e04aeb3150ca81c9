"""What the worker does for this room."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, job, limit_lane
from yakuba.services.surveys.actions import answers, imports, tallies
from yakuba.services.surveys.models import Edition, FormImport

limit_lane("surveys", 1)


@job(
    imports.JOB,
    label="調査票の取り込み",
    attempts=3,
    ended=imports.give_up,
    again=imports.take_up,
    permission="surveys.enter",
    about=lambda form_import_id: FormImport.objects.get(pk=form_import_id),
)
def take_in(context: JobContext, *, form_import_id: int) -> None:
    """Read forms that came back. Killed half way it goes on with those that it has not read."""

    def told(done: int, total: int, note: str) -> None:
        context.check()
        context.progress(done, total, note)

    imports.work(form_import_id, told)


@job(
    answers.TALLY,
    label="調査の集計",
    attempts=2,
    permission="surveys.view",
    about=lambda edition_id: Edition.objects.get(pk=edition_id),
)
def prepare(context: JobContext, *, edition_id: int) -> None:
    """Count an edition anew. What is there stays until all is counted."""
    row = Edition.objects.select_related("survey").filter(pk=edition_id).first()
    if row is not None:
        tallies.prepare(row)
