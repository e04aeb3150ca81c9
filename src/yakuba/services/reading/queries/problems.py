"""Sheets that wait for a person, and cases that lack a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.contracts import SheetProblem
from yakuba.services.reading.models import Batch, BatchFile, Sheet


@dataclass(frozen=True)
class IncompleteCase:
    """A case that lacks pages although nothing of its batches is being read any more."""

    case: Case
    missing: tuple[int, ...]
    there: tuple[Sheet, ...]

    @property
    def sentence(self) -> str:
        """What is missing, in words."""
        return f"{'・'.join(map(str, self.missing))}ページ目がありません。"


def problem_sheets(batch_id: int | None = None) -> QuerySet[Sheet]:
    """Sheets in trouble, the longest waiting first."""
    return _sheets(Sheet.State.PROBLEM, batch_id).order_by("problem_since", "pk")


def batches_with_problems() -> list[tuple[str, str]]:
    """(number, name) of the batches of which a sheet is in trouble, newest first."""
    found = Batch.objects.filter(sheets__state=Sheet.State.PROBLEM).distinct().order_by("-pk")
    return [(str(number), name) for number, name in found.values_list("pk", "name")]


def sheets_aside(batch_id: int | None = None) -> QuerySet[Sheet]:
    """Sheets that a person put aside, newest first."""
    return _sheets(Sheet.State.ASIDE, batch_id).order_by("-pk")


def _sheets(state: Sheet.State, batch_id: int | None) -> QuerySet[Sheet]:
    rows = Sheet.objects.filter(state=state).select_related("file", "batch", "form", "image", "aside_by")
    return rows if batch_id is None else rows.filter(batch=batch_id)


def incomplete_cases(batch_id: int | None = None) -> list[IncompleteCase]:
    """Cases that lack a page, unless one of their batches is still being read."""
    placed = Sheet.objects.filter(case__status=Status.READING)
    if batch_id is not None:
        placed = placed.filter(batch=batch_id)
    rows = Sheet.objects.filter(case__in=placed.values("case")).select_related(
        "case__procedure", "form", "file"
    )
    by_case: dict[int, list[Sheet]] = {}
    for sheet in rows.order_by("case", "page"):
        by_case.setdefault(sheet.case_id, []).append(sheet)
    busy = _busy_batches() if by_case else set()
    found = [_incomplete(sheets) for sheets in by_case.values() if not busy & {s.batch_id for s in sheets}]
    return [case for case in found if case is not None]


def _busy_batches() -> set[int]:
    sheets = Sheet.objects.filter(state=Sheet.State.WAITING).values_list("batch", flat=True)
    files = BatchFile.objects.filter(state=BatchFile.State.SPLITTING).values_list("batch", flat=True)
    return {*sheets.distinct(), *files.distinct()}


def _incomplete(sheets: list[Sheet]) -> IncompleteCase | None:
    form, case = sheets[0].form, sheets[0].case
    if form is None or case is None:
        return None
    there = {sheet.page for sheet in sheets}
    missing = tuple(int(page["page"]) for page in form.document["pages"] if int(page["page"]) not in there)
    return IncompleteCase(case, missing, tuple(sheets)) if missing else None


def as_problem(sheet: Sheet) -> SheetProblem:
    """The sheet as other rooms see it."""
    return SheetProblem(
        sheet=sheet.pk,
        batch=sheet.batch_id,
        file=sheet.file.name,
        index=sheet.index,
        problem=sheet.problem,
        message=sheet.message,
        form=sheet.form.code if sheet.form else "",
        page=sheet.page or 0,
        receipt_number=sheet.receipt_number,
    )
