"""What the worker does for this room. The rows say what is left to do, so every handler may be called again."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, job, limit_lane
from yakuba.services.reading.actions import sheets
from yakuba.services.reading.actions.uploads import SPLIT_LANE
from yakuba.services.reading.models import BatchFile, Sheet

ATTEMPTS = 3
limit_lane(SPLIT_LANE, 1)


@job(
    "reading.split_file",
    label="ファイルをページに分ける",
    attempts=ATTEMPTS,
    ended=sheets.give_up_file,
    again=sheets.take_up_file,
    permission="reading.upload",
    about=lambda file_id: BatchFile.objects.get(pk=file_id).name,
)
def split_file(context: JobContext, *, file_id: int) -> None:
    """Make a sheet of every page of an uploaded file."""

    def tell(done: int, total: int) -> None:
        context.progress(done, total)
        context.check()

    sheets.split_file(file_id, tell)


@job(
    "reading.read_sheet",
    label="用紙の読み取り",
    attempts=ATTEMPTS,
    ended=sheets.give_up,
    again=sheets.take_up,
    permission="reading.upload",
    about=lambda sheet_id: Sheet.objects.select_related("file").get(pk=sheet_id).place_in_file,
)
def read_sheet(context: JobContext, *, sheet_id: int) -> None:
    """Read one sheet and put it where it belongs. A sheet that cannot be read waits for a person."""
    sheets.read_sheet(sheet_id)
