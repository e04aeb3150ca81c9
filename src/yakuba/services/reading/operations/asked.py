"""What the operations of reading are asked."""

from __future__ import annotations

from pathlib import Path
from sys import maxsize
from typing import Any

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from yakuba.kernel.operations import Part, Upload
from yakuba.kernel.operations.arguments import LARGEST_PART


class FormIn(BaseModel):
    """A form definition on this machine."""

    path: Path = Field(description="form.yaml か、それのあるフォルダ")


class UploadIn(BaseModel):
    """Files that become one batch."""

    files: list[Upload] = Field(description="PDF・TIFF・JPEG・PNG")
    name: str = Field("", description="束の名前")
    force: bool = Field(False, description="取り込み済みの同じファイルも読み取る")


class NearestPart(Part):
    """Programs that were written before the bounds of a part were told get the nearest one."""

    @field_validator("limit", "offset", mode="before")
    @classmethod
    def _within(cls, given: Any, field: ValidationInfo) -> Any:
        if not str(given).removeprefix("-").isdecimal():
            return given
        least, most = (1, LARGEST_PART) if field.field_name == "limit" else (0, maxsize)
        return max(least, min(int(given), most))


class BatchesIn(NearestPart):
    """Which batches."""

    state: str = Field("", description="open（対応が要る）・running・done")


class OfBatch(NearestPart):
    """Of a batch, or of all."""

    batch: int | None = Field(None, description="束の番号。省くとすべて")


class QuestionsIn(OfBatch):
    """Which values."""

    held: bool = Field(False, description="保留の値を出す")


class OneBatch(BaseModel):
    """A batch."""

    batch_id: int = Field(description="束の番号")


class OneFile(BaseModel):
    """A file of a batch."""

    file_id: int = Field(description="ファイルの番号")


class OneQuestion(BaseModel):
    """A value that waits for a person."""

    question_id: int = Field(description="値の番号")


class Timed(BaseModel):
    """What took a person time."""

    seconds: float = Field(0.0, ge=0, le=3600, description="かかった秒数")
    assumed: bool = Field(False, description="秒数は測ったものではない")


class AnswerIn(OneQuestion, Timed):
    """A person's answer. `insist`: the paper says so although it is empty or out of range."""

    value: str = Field(max_length=500, description="値")
    insist: bool = Field(False, description="範囲の外や空欄でも、用紙にそう書いてある")


class HoldIn(OneQuestion):
    """Why a value is left for later."""

    reason: str = Field(max_length=200, description="保留の理由")
    seconds: float = Field(0.0, ge=0, le=3600, description="確認にかかった秒数")


class OneSheet(BaseModel):
    """A sheet."""

    sheet_id: int = Field(description="用紙の番号")


class ResolveIn(OneSheet, Timed):
    """What is known about a sheet: its receipt number, and its form and page where they are not known."""

    receipt_number: str = Field("", max_length=30, description="受付番号")
    form: str = Field("", max_length=60, description="様式のコード")
    page: int = Field(0, ge=0, le=999, description="何ページ目か")


class AsideIn(OneSheet):
    """Why a sheet is taken out of the work."""

    reason: str = Field(max_length=200, description="除外する理由")


class OneCase(BaseModel):
    """A case."""

    case_id: int = Field(description="受付の番号（受付番号ではなく）")
