"""What the workers do for this room, beside the hub's own process."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, chore, job, limit_lane
from yakuba.services.cityhub.actions import (
    devices,
    forecasts,
    harvests,
    keeping,
    levels,
    other_units,
    reading_files,
    recalibrating,
    surveyfiles,
    surveymeasures,
    tidying,
    watching,
)
from yakuba.services.cityhub.models import Measure, OtherUnit, ReadingFolder, SurveyFile, SurveyMeasure

limit_lane("survey", 1)
chore(3.0, watching.look_everywhere)
chore(600.0, tidying.tidy_everywhere)
chore(60.0, forecasts.prepare_everywhere)
chore(300.0, harvests.prepare_everywhere)
chore(20.0, levels.prepare_everywhere)
chore(reading_files.PAUSE, reading_files.look_everywhere)


@job(
    reading_files.JOB,
    label="測定値のファイルを取り込む",
    attempts=3,
    permission="cityhub.manage",
    about=lambda folder_id: ReadingFolder.objects.get(pk=folder_id).name,
)
def take_files(context: JobContext, *, folder_id: int) -> None:
    """Take the files of a folder that are complete."""
    reading_files.take_files(folder_id, context.check)


@job(
    devices.JOB,
    label="校正のあとの計算し直し",
    attempts=3,
    permission="cityhub.manage",
    about=lambda measure_id, since: str(Measure.objects.select_related("device").get(pk=measure_id).device),
)
def recalibrate(context: JobContext, *, measure_id: int, since: int) -> None:
    """Reckon anew what was measured since the calibration holds."""
    recalibrating.recalibrate(measure_id, since, context.telling())


@job(
    other_units.JOB,
    label="待っていた値を入れる",
    attempts=3,
    permission="cityhub.manage",
    about=lambda other_id: str(OtherUnit.objects.select_related("series").get(pk=other_id).series),
)
def take_waiting(context: JobContext, *, other_id: int) -> None:
    """Take what waits in a unit that a person has decided to take."""
    other_units.take_rest(other_id, context.telling())


@job(keeping.JOB, label="古い測定値の片付け", attempts=3, permission="cityhub.manage")
def keep(context: JobContext) -> None:
    """Write out by month what is old, then remove it."""
    keeping.keep(context.telling())


@job(
    surveyfiles.JOB,
    label="測量・ドローンのファイルの読み取り",
    attempts=2,
    ended=surveyfiles.give_up,
    again=surveyfiles.take_up,
    permission="cityhub.survey",
    about=lambda survey_id: SurveyFile.objects.get(pk=survey_id),
)
def read_survey(context: JobContext, *, survey_id: int) -> None:
    """Read a survey file. Killed half way it begins anew; nothing stands before all of it is read."""
    surveyfiles.work(survey_id, context.went_on)


@job(
    surveymeasures.JOB,
    label="測量ファイルの計算",
    attempts=2,
    ended=surveymeasures.give_up,
    again=surveymeasures.take_up,
    permission="cityhub.survey",
    about=lambda measure_id: SurveyMeasure.objects.get(pk=measure_id),
)
def measure_survey(context: JobContext, *, measure_id: int) -> None:
    """Reckon an area, a volume, a profile or trees."""
    surveymeasures.work(measure_id, context.went_on)
