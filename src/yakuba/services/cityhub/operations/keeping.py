"""Old readings: written out by month, then removed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.kernel.operations.finding import one
from yakuba.services.cityhub.actions import keeping as actions
from yakuba.services.cityhub.models import MonthFile
from yakuba.services.cityhub.operations.table import OPERATIONS


class MonthFileOut(BaseModel):
    """A month as a file. part: its version; late: how many readings came after the version before; replaced: whether a later
    version has all of it."""

    id: int
    month: str
    part: int
    readings: int
    done: bool
    late: int
    replaced: bool


class KeepingOut(BaseModel):
    """The job."""

    job: int


class OneMonth(BaseModel):
    """A month's file."""

    month_id: int = Field(description="月のファイルの番号")


def _facts(row: MonthFile) -> dict[str, Any]:
    return {
        "id": row.pk,
        "month": f"{row.month:%Y-%m}",
        "part": row.part,
        "readings": row.readings,
        "done": row.done_at is not None,
        "late": row.late,
        "replaced": row.replaced_by_id is not None,
    }


@OPERATIONS.add(
    "月ごとの測定値のファイル",
    "cityhub.view",
    "GET months",
    command="months",
    answer=Answer(
        list[MonthFileOut],
        columns={"id": "番号", "month": "月", "part": "版", "readings": "測定値", "done": "片付けた"},
    ),
)
def list_months(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The months that were written out, the newest first."""
    return [_facts(row) for row in MonthFile.objects.order_by("-month", "-part")]


@OPERATIONS.add(
    "古い測定値を片付ける",
    "cityhub.manage",
    "POST months",
    command="keep",
    answer=Answer(KeepingOut, lambda job: {"job": job.pk}),
)
def begin_keeping(asked: Nothing, actor: Actor) -> Any:
    """Let a worker write out by month what is older than the town keeps, then remove it; hours stay for ever."""
    return actions.begin(actor)


@OPERATIONS.add(
    "月の測定値を受け取る",
    "cityhub.manage",
    "GET months/{month_id}/file",
    command="export-month",
    answer=Answer(media_type=actions.PARQUET),
    event="cityhub.month_taken",
    trace=lambda asked, file: Trace(f"month:{asked.month_id}"),
    step_up=True,
)
def export_month(asked: OneMonth, actor: Actor) -> Download:
    """The file (Parquet)."""
    row = one(MonthFile.objects.select_related("file"), asked.month_id)
    return Download(row.file.name, actions.PARQUET, pieces_of(row.file))
