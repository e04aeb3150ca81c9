"""Sheets that wait for a person, and what the person says about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Rows, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.services.reading.actions import sheets_decided as sheets
from yakuba.services.reading.contracts import SheetProblem
from yakuba.services.reading.models import Sheet
from yakuba.services.reading.operations import answers
from yakuba.services.reading.operations import asked as given
from yakuba.services.reading.operations.table import OPERATIONS
from yakuba.services.reading.queries.forms import forms_in_use
from yakuba.services.reading.queries.problems import as_problem, incomplete_cases, problem_sheets

PROBLEM_COLUMNS = {"sheet": "用紙", "file": "ファイル", "place": "何枚目", "message": "説明"}
SHEET_COLUMNS = {"sheet": "用紙", "receipt_number": "受付番号", "page": "ページ", "message": "説明"}


@dataclass(frozen=True)
class Troubled:
    """Sheets that wait for a person, and of which batch (none: of all)."""

    batch: int | None
    sheets: list[Sheet]


def _sheet_facts(sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet.pk,
        "state": sheet.state,
        "problem": sheet.problem,
        "message": sheet.message,
        "receipt_number": sheet.receipt_number or sheet.typed_number,
        "page": sheet.page or 0,
    }


def _problems(troubled: Troubled) -> list[SheetProblem]:
    return [as_problem(sheet) for sheet in troubled.sheets]


def _with_incomplete(troubled: Troubled) -> dict[str, Any]:
    lacking = [
        {"case": item.case.pk, "receipt_number": item.case.receipt_number, "message": item.sentence}
        for item in incomplete_cases(troubled.batch)
    ]
    return {"sheets": _problems(troubled), "incomplete_cases": lacking}


def _problem_tables(facts: dict[str, Any]) -> Iterator[Rows]:
    yield Rows([row | {"place": row["index"] + 1} for row in facts["sheets"]], PROBLEM_COLUMNS)
    if facts["incomplete_cases"]:
        yield Rows(facts["incomplete_cases"], {"receipt_number": "受付番号", "message": "説明"})


A_SHEET = Answer(answers.SheetOut, _sheet_facts, SHEET_COLUMNS)


@OPERATIONS.add(
    "困っている用紙",
    "reading.confirm",
    "GET problems",
    "problems",
    help="困っている用紙と、ページの足りない受付を出す",
    answer=Answer(list[SheetProblem], _problems, facts=_with_incomplete, tables=_problem_tables),
)
def list_problems(asked: given.OfBatch, actor: Actor) -> Troubled:
    """Sheets that wait for a person, the longest waiting first."""
    batch = asked.batch or None
    return Troubled(batch, list(asked.of(problem_sheets(batch))))


def _of_sheet(asked: given.OneSheet, sheet: Sheet) -> Trace:
    return Trace(f"sheet:{sheet.pk}")


@OPERATIONS.add(
    "困っている用紙を解決する",
    "reading.confirm",
    "POST sheets/{sheet_id}/resolve",
    "resolve",
    answer=A_SHEET,
    event="reading.sheet_resolved",
    trace=_of_sheet,
)
def resolve_sheet(asked: given.ResolveIn, actor: Actor) -> Sheet:
    """Say what a sheet is."""
    sheet, form = one(Sheet.objects.all(), asked.sheet_id), None
    if asked.form and (form := forms_in_use().filter(code=asked.form).first()) is None:
        raise Missing(f"使用中の様式「{asked.form}」はありません。yakuba reading forms で確かめてください。")
    return sheets.resolve(
        sheet,
        receipt_number=asked.receipt_number,
        form=form,
        page=asked.page or None,
        actor=actor,
        seconds=asked.seconds,
        assumed=asked.assumed,
    )


@OPERATIONS.add(
    "用紙を除外する",
    "reading.confirm",
    "POST sheets/{sheet_id}/aside",
    "aside",
    answer=A_SHEET,
    event="reading.sheet_put_aside",
    trace=_of_sheet,
)
def put_sheet_aside(asked: given.AsideIn, actor: Actor) -> Sheet:
    """Take a sheet out of the work."""
    return sheets.put_aside(one(Sheet.objects.all(), asked.sheet_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "同じ用紙の2回目のスキャンとして除外する",
    "reading.confirm",
    "POST sheets/{sheet_id}/same",
    "same",
    answer=A_SHEET,
    event="reading.sheet_same",
    trace=_of_sheet,
)
def same_sheet(asked: given.OneSheet, actor: Actor) -> Sheet:
    """Say that a sheet is a second scan of one that is there."""
    return sheets.same(one(Sheet.objects.all(), asked.sheet_id), actor=actor)


@OPERATIONS.add(
    "似ている用紙とは別の申請として進める",
    "reading.confirm",
    "POST sheets/{sheet_id}/apart",
    "apart",
    answer=A_SHEET,
    event="reading.sheet_apart",
    trace=_of_sheet,
)
def apart_sheet(asked: given.OneSheet, actor: Actor) -> Sheet:
    """Say that a sheet is another than the one it looks like."""
    return sheets.apart(one(Sheet.objects.all(), asked.sheet_id), actor=actor)
