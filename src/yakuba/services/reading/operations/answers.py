"""What the operations of reading answer, besides what stands in the room's contracts."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from yakuba.services.reading.contracts import BatchProgress, BatchStatistics, FileResult


class FormOut(BaseModel):
    """A form in use."""

    code: str
    title: str
    version: int


class BatchRow(BaseModel):
    """A batch in the list."""

    id: int
    name: str
    created_at: datetime
    sheets: int
    waiting: int
    problems: int
    open: int


class BatchOut(BaseModel):
    """A batch with its files."""

    progress: BatchProgress
    statistics: BatchStatistics
    files: list[FileResult]


class AnswerOut(BaseModel):
    """Where the question and its case stand after the answer."""

    question: int
    state: str
    case: int
    case_status: str


class SheetOut(BaseModel):
    """A sheet as it stands now."""

    sheet: int
    state: str
    problem: str
    message: str
    receipt_number: str
    page: int


class ValueOut(BaseModel):
    """A value of a case and where it came from. origin: reading or person."""

    field: str
    value: str
    trusted: bool
    origin: str
    confidence: float | None
    reasons: list[str]
    page: int | None
