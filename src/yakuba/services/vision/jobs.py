"""What the worker does for this room. Of a town one analysis at a time: it keeps a core busy."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, job, limit_lane
from yakuba.services.vision.actions import again, starting, working
from yakuba.services.vision.models import Analysis, Camera

limit_lane("vision", 1)


@job(
    starting.JOB,
    label="画像の解析",
    attempts=3,
    ended=starting.give_up,
    again=starting.take_up,
    permission="vision.begin",
    about=lambda analysis_id: Analysis.objects.get(pk=analysis_id),
)
def look(context: JobContext, *, analysis_id: int) -> None:
    """Look at the pictures of an analysis; killed half way it goes on with the next one."""
    working.work(analysis_id, context.went_on)


@job(
    again.JOB,
    label="写真をもう一度比べる",
    attempts=2,
    permission="vision.review",
    about=lambda camera_id: Camera.objects.get(pk=camera_id),
)
def compare_again(context: JobContext, *, camera_id: int) -> None:
    """Compare what waits for a person, with the empty pictures that are known now."""
    again.work(camera_id, context.went_on)
