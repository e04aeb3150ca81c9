"""Batches and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from yakuba.kernel.jobs.work import Work, works_of
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import asked_values
from yakuba.kernel.ledger.workflow import CONFIRMED, Status
from yakuba.services.reading.contracts import BatchProgress, BatchStatistics, FileResult
from yakuba.services.reading.models import Batch, BatchFile, Sheet
from yakuba.services.reading.queries import questions
from yakuba.services.reading.queries.problems import incomplete_cases


def batches() -> QuerySet[Batch]:
    """All batches, newest first."""
    return Batch.objects.select_related("created_by").order_by("-pk")


def cases_of(batch: Batch) -> QuerySet[Case]:
    """The cases of which a page lies in the batch."""
    return Case.objects.filter(pk__in=Sheet.objects.filter(batch=batch, case__isnull=False).values("case"))


def files_of(batch: Batch) -> list[FileResult]:
    """What became of each file, in the order of the upload."""
    return [file_result(row) for row in batch.files.order_by("pk")]


def file_result(row: BatchFile) -> FileResult:
    """What became of a file."""
    return FileResult(row.pk, row.name, row.state, row.message, row.pages)


def progress_of(batch: Batch) -> BatchProgress:
    """Where the batch stands now."""
    files = _counts(batch.files, "state")
    sheets = _counts(batch.sheets, "state")
    cases = cases_of(batch)
    statuses = _counts(cases, "status")
    asked = questions.progress(batch.pk)
    values = asked_values(
        CaseValue.objects.filter(case__in=cases.exclude(status=Status.READING).values("pk"))
    )
    fields = values.count()
    person = values.filter(Q(origin=CaseValue.Origin.PERSON) | Q(trusted=False)).count()
    taken = batch.files.filter(state__in=(BatchFile.State.SPLITTING, BatchFile.State.SPLIT))
    busy = files.get(BatchFile.State.SPLITTING, 0) + sheets.get(Sheet.State.WAITING, 0)
    return BatchProgress(
        batch=batch.pk,
        name=batch.name,
        running=busy > 0,
        files=sum(files.values()),
        refused=files.get(BatchFile.State.REFUSED, 0),
        known=files.get(BatchFile.State.KNOWN, 0),
        pages=max(taken.aggregate(pages=Sum("pages"))["pages"] or 0, _papers(sheets)),
        sheets=_papers(sheets),
        waiting=sheets.get(Sheet.State.WAITING, 0),
        blank=sheets.get(Sheet.State.BLANK, 0),
        problems=sheets.get(Sheet.State.PROBLEM, 0),
        aside=sheets.get(Sheet.State.ASIDE, 0),
        cases=sum(statuses.values()),
        incomplete=len(incomplete_cases(batch.pk)),
        ready=sum(statuses.get(status, 0) for status in _DONE),
        fields=fields,
        auto=fields - person,
        person=person,
        open=asked.open,
        held=asked.held,
        answered=asked.answered,
        failed=files.get(BatchFile.State.FAILED, 0),
    )


def _papers(sheets: dict[str, int]) -> int:
    """How many sheets there are, without the cover."""
    return sum(number for state, number in sheets.items() if state != Sheet.State.COVER)


def pages_of(rows: Sequence[Batch]) -> dict[int, int]:
    """Batch -> how many pages its files have that could be taken."""
    taken = BatchFile.objects.filter(
        batch__in=rows, state__in=(BatchFile.State.SPLITTING, BatchFile.State.SPLIT)
    )
    return dict(taken.order_by().values_list("batch").annotate(pages=Sum("pages"))) if rows else {}


_DONE = CONFIRMED | {Status.REFUSED}


def failed_files(batch: Batch | None = None) -> list[tuple[BatchFile, Work]]:
    """Files that could not be parted into pages, of one batch or of all, with what was to do it."""
    rows = BatchFile.objects.filter(state=BatchFile.State.FAILED).select_related("batch").order_by("pk")
    files = {f"file-{row.pk}": row for row in (rows if batch is None else rows.filter(batch=batch))}
    works = works_of("reading.split_file", files)
    return [(row, works.get(key, Work(reason=row.message))) for key, row in files.items()]


def work_of(batch: Batch) -> Work:
    """Reading the batch, as one piece of work: what is left takes as long a sheet as what is read took."""
    now = progress_of(batch)
    done = now.sheets - now.waiting
    spent = batch.sheets.exclude(state=Sheet.State.WAITING).aggregate(seconds=Sum("seconds"))["seconds"]
    left = (spent or 0.0) / done * (now.pages - done) if done else 0.0
    return Work(done, now.pages, seconds_left=left or None, is_live=now.running)


def statistics_of(batch: Batch) -> BatchStatistics:
    """What the batch gave and took. A case counts with all its pages, also those of another batch."""
    now = progress_of(batch)
    events = CaseEvent.objects.filter(case__in=cases_of(batch).values("pk"))
    seconds = events.aggregate(
        machine=Sum("seconds", filter=Q(kind="reading.read")),
        person=Sum("seconds", filter=Q(actor=CaseEvent.Actor.PERSON)),
    )
    return BatchStatistics(
        sheets=now.sheets,
        fields=now.fields,
        fields_auto=now.auto,
        fields_person=now.person,
        machine_seconds=seconds["machine"] or 0.0,
        person_seconds=seconds["person"] or 0.0,
    )


def listed_batches() -> QuerySet[Any]:
    """Batches with the counts of the list: `sheet_count`, `parted` (by covers into other batches), `waiting`, `problems`, `open`, `refused`, `splitting`."""
    sheets = Sheet.objects.filter(batch=OuterRef("pk"))
    files = BatchFile.objects.filter(batch=OuterRef("pk"))
    asked = questions.waiting().filter(sheet__batch=OuterRef("pk"))
    parted = Sheet.objects.filter(file__batch=OuterRef("pk")).exclude(batch=OuterRef("pk"))
    return batches().annotate(
        parted=_number(parted, "file__batch"),
        sheet_count=_number(sheets, "batch"),
        waiting=_number(sheets.filter(state=Sheet.State.WAITING), "batch"),
        problems=_number(sheets.filter(state=Sheet.State.PROBLEM), "batch"),
        open=_number(asked, "sheet__batch"),
        refused=_number(files.filter(state=BatchFile.State.REFUSED), "batch"),
        splitting=_number(files.filter(state=BatchFile.State.SPLITTING), "batch"),
    )


STATES = {"open": "確認や対応が要る", "running": "読み取り中", "done": "済み"}


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those of `listed_batches` in a state of STATES; all for another word."""
    running = Q(waiting__gt=0) | Q(splitting__gt=0)
    wanting = Q(open__gt=0) | Q(problems__gt=0)
    narrowed = {"running": running, "open": wanting, "done": ~running & ~wanting}
    return rows.filter(narrowed[state]) if state in narrowed else rows


def batch_facts(row: Any) -> dict[str, Any]:
    """A row of `listed_batches` as plain values."""
    return {
        "id": row.pk,
        "name": row.name,
        "created_at": row.created_at,
        "sheets": row.sheet_count,
        "waiting": row.waiting,
        "problems": row.problems,
        "open": row.open,
    }


def _number(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _counts(rows: Any, field: str) -> dict[str, int]:
    counted = rows.order_by().values(field).annotate(number=Count("pk"))
    return {row[field]: row["number"] for row in counted}
