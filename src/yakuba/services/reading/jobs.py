"""What the worker does for this room. The rows say what is left to do, so every handler may be called again."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, chore, job, limit_lane
from yakuba.services.reading.actions import arrivals, designing, designing_publish, sheets
from yakuba.services.reading.actions.uploads import SPLIT_LANE
from yakuba.services.reading.models import ArrivalFolder, BatchFile, DesignedForm, DesignedTrial, Sheet

ATTEMPTS = 3
limit_lane(SPLIT_LANE, 1)
chore(arrivals.PAUSE, arrivals.look_everywhere)


@job(
    arrivals.JOB,
    label="スキャナのフォルダから取り込む",
    attempts=ATTEMPTS,
    permission="reading.upload",
    about=lambda folder_id: ArrivalFolder.objects.get(pk=folder_id).name,
)
def take_arrivals(context: JobContext, *, folder_id: int) -> None:
    """Take the files of a folder that are complete."""
    arrivals.take(folder_id, context.check)


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
    sheets.split_file(file_id, context.telling())


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


@job(
    "reading.design_form",
    label="様式の枠を探す",
    attempts=ATTEMPTS,
    ended=designing.give_up,
    again=designing.take_up,
    permission="reading.manage",
    about=lambda form_id: str(DesignedForm.objects.get(pk=form_id)),
)
def design_form(context: JobContext, *, form_id: int) -> None:
    """Propose the boxes of a blank form."""
    designing.look(form_id, context.telling())


@job(
    "reading.try_form",
    label="様式の見本の読み取り",
    attempts=ATTEMPTS,
    ended=designing_publish.give_up_samples,
    again=designing_publish.take_up_samples,
    permission="reading.manage",
    about=lambda trial_id: DesignedTrial.objects.get(pk=trial_id).name,
)
def try_form(context: JobContext, *, trial_id: int) -> None:
    """Read filled sheets with a form that is not in use yet."""
    designing_publish.read_samples(trial_id, context.telling())
