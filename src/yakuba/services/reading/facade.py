"""The door of the reading room: what other rooms and the demo may call. The active municipality is the one
that is meant. Dataclasses come from `contracts`; no model leaves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from yakuba.kernel.audit.actor import Actor
from yakuba.services.reading import operations
from yakuba.services.reading.actions import definitions, uploads
from yakuba.services.reading.actions.printed_words import printed_words as printed_words_of
from yakuba.services.reading.contracts import (
    BatchProgress,
    BatchStatistics,
    FileResult,
    OpenQuestion,
    PaperForm,
    Printed,
    SheetProblem,
)
from yakuba.services.reading.models import Batch, Sheet
from yakuba.services.reading.operations import problems as troubled
from yakuba.services.reading.queries import batches, paper_forms, pictures, problems
from yakuba.services.reading.queries import questions as question_queries


def load_form(path: Path, actor: Actor = None) -> str:
    """Put a form (form.yaml or its folder) into use. Returns its code. Raises the engine's DefinitionError."""
    return definitions.load_form(path, actor=actor).code


def upload(
    files: Iterable[tuple[str, BinaryIO]], actor: Actor = None, *, name: str = "", force: bool = False
) -> int:
    """Take files, pairs of name and binary stream, as one batch. Returns its id; `batch_files` says what became
    of each. Raises WrongStep when there is no file."""
    return uploads.upload(files, actor=actor, name=name, force=force).pk


def anything_came() -> bool:
    """Whether a batch was ever taken in this municipality."""
    return Batch.objects.exists()


def batch_files(batch_id: int) -> list[FileResult]:
    """What became of each file. Raises Batch.DoesNotExist."""
    return batches.files_of(Batch.objects.get(pk=batch_id))


def batch_progress(batch_id: int) -> BatchProgress:
    """Where the batch stands. Raises Batch.DoesNotExist."""
    return batches.progress_of(Batch.objects.get(pk=batch_id))


def statistics(batch_id: int) -> BatchStatistics:
    """What the batch gave and took. Raises Batch.DoesNotExist."""
    return batches.statistics_of(Batch.objects.get(pk=batch_id))


def open_questions(batch_id: int | None = None) -> list[OpenQuestion]:
    """The values that wait for a person, by case and then in the order of the form."""
    return question_queries.open_questions(batch_id)


def answer(
    question_id: int,
    value: str,
    actor: Actor,
    seconds: float,
    *,
    insist: bool = False,
    assumed: bool = False,
) -> None:
    """A person's answer in canonical or any accepted form; choices as codes or labels joined by commas.

    `insist`: the paper says so, although it is out of range or empty; `assumed`: the seconds were not measured.
    Raises AnswerRefused and WrongStep.
    """
    operations.answer_question(
        actor, question_id=question_id, value=value, seconds=seconds, insist=insist, assumed=assumed
    )


def open_problems(batch_id: int | None = None) -> list[SheetProblem]:
    """The sheets that wait for a person, the longest waiting first."""
    return [problems.as_problem(sheet) for sheet in problems.problem_sheets(batch_id)]


def resolve_problem(
    sheet_id: int,
    actor: Actor,
    seconds: float,
    *,
    receipt_number: str = "",
    form: str = "",
    page: int = 0,
    assumed: bool = False,
) -> None:
    """Say the receipt number of a sheet, and its form and page where they are not known; the sheet then goes
    to its case, or is read again by the worker. `assumed`: the seconds were not measured. Raises WrongStep."""
    troubled.resolve_sheet(
        actor,
        sheet_id=sheet_id,
        receipt_number=receipt_number,
        form=form,
        page=page,
        seconds=seconds,
        assumed=assumed,
    )


def put_aside(sheet_id: int, reason: str, actor: Actor) -> None:
    """Take a problem sheet out of the work. Raises WrongStep."""
    troubled.put_sheet_aside(actor, sheet_id=sheet_id, reason=reason)


def case_pages(case_id: int) -> list[int]:
    """The numbers of a case's pages of which there is a scan, in order."""
    rows = Sheet.objects.filter(case=case_id, image__isnull=False).order_by("page")
    return [int(number) for number in rows.values_list("page", flat=True)]


def page_picture(case_id: int, number: int, user: Any) -> bytes | None:
    """PNG of a page of a case as `user` may see it; None where there is none."""
    sheet = Sheet.objects.filter(case=case_id, page=number).select_related("image").first()
    return pictures.page_picture(sheet, user) if sheet else None


def has_paper_form(procedure: str) -> bool:
    """Whether the procedure with that code has a form in use."""
    return paper_forms.row_of(procedure) is not None


def paper_form(procedure: str) -> PaperForm | None:
    """The procedure's form with its blank pages; None where it has none. Raises DefinitionError where it no longer fits the
    procedure."""
    return paper_forms.paper_form(procedure)


def printed_words(procedure: str) -> Printed:
    """What that form prints beside and above its boxes; takes some seconds a page."""
    return printed_words_of(procedure)
